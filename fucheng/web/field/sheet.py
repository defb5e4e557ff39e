"""The sheet of a visit: its forms as one, from what was typed to what the flow takes."""

import re
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from fucheng.web.field.entries import Entry, HazardRow
from fucheng.web.field.forms import (
    COMMON,
    FaultForm,
    HazardForm,
    MeritForm,
    NotSeenForm,
    VisitForm,
    new_visit,
    place_choices,
)
from fucheng.web.field.places import Place, name_of
from fucheng.web.photos import uploads
from grading.models import Finding, Hazard, RuleItem, Visit, VisitException
from grading.services.hazards import Seen

_HAZARD = re.compile(r"h(\d{1,18})-seen")
ROWS = 3
MOST_ROWS = 40
NO_ROWS = {"faults-TOTAL_FORMS": "0", "faults-INITIAL_FORMS": "0"}


class Sheet:
    """Bound to what was posted, or empty."""

    def __init__(self, place: Place, items: dict[str, RuleItem], request: HttpRequest, user: User) -> None:
        self.place, self.items, self.request, self.user = place, items, request, user
        self.shows_errors, self._is_valid = True, False
        self.bind(request.POST.copy() if request.method == "POST" else None)

    def bind(self, data: QueryDict | None) -> None:
        self.data = data
        self.visit = VisitForm(data, initial=new_visit())
        self.not_seen = NotSeenForm(data, place=self.place, prefix="home")
        self.merits = MeritForm(data, place=self.place, items=self.items, prefix="good")

    def bind_clean(self) -> None:
        """As if a form had come in which nothing was found."""
        data = QueryDict(mutable=True)
        data.update(NO_ROWS | new_visit())
        self.bind(data)

    @cached_property
    def hazards(self) -> list[HazardRow]:
        """The open hazards, and those a repeated sending names although they are closed by now."""
        known = {hazard.pk: hazard for hazard in self.place.hazards}
        named = {int(key[1]) for name in self.data or () if (key := _HAZARD.fullmatch(name))}
        if named - set(known):
            closed = Hazard.objects.filter(building=self.place.building, pk__in=named)
            known |= {h.pk: h for h in closed.select_related("item", "unit") if self._said(h.pk)}
        return [
            HazardRow(
                hazard,
                name_of(hazard.unit) if hazard.unit else _("Common parts"),
                HazardForm(self.data, prefix=f"h{pk}"),
                uploads.receive(self.request, f"h{pk}-photos", self.user),
            )
            for pk, hazard in known.items()
        ]

    def _said(self, hazard_id: int) -> bool:
        return bool(self.data and self.data.get(f"h{hazard_id}-seen"))

    @cached_property
    def faults(self) -> Any:
        """The rows of new faults; without JavaScript three empty ones and a button for more."""
        rows = forms.formset_factory(FaultForm, extra=ROWS, max_num=MOST_ROWS)
        formset = rows(
            self.data,
            prefix="faults",
            form_kwargs={"place_choices": place_choices(self.place), "items": self.items},
        )
        for form in formset:
            form.photos = uploads.receive(self.request, f"{form.prefix}-photos", self.user)
            if form.photos.tokens or form.photos.errors:
                form.empty_permitted = False
        return formset

    def reopen(self, *, more_rows: bool) -> None:
        """Shows again what was typed, without fault-finding, and three more empty rows if asked."""
        self.shows_errors = False
        if self.data is not None and more_rows:
            total = self.data.get("faults-TOTAL_FORMS", "")
            rows = int(total) if total.isdecimal() and len(total) < 4 else 0
            self.data["faults-TOTAL_FORMS"] = str(min(rows + ROWS, MOST_ROWS))

    def take_fresh_id(self) -> None:
        """The number was used for another content; the next sending is a visit of its own."""
        if self.data is not None:
            self.data["client_id"] = str(uuid4())

    def is_valid(self) -> bool:
        """Whether everything fits; called once, then `entries` and `not_seen` may be read."""
        parts = [self.visit, self.not_seen, self.merits, self.faults, *(row.form for row in self.hazards)]
        valid = [part.is_valid() for part in parts]  # all of them, so that every error shows
        self._is_valid = all(valid) and not self.photo_errors
        self._is_valid = self._is_valid and self._check_places()
        return self._is_valid

    @property
    def has_errors(self) -> bool:
        return self.data is not None and self.shows_errors and not self._is_valid

    @property
    def photo_errors(self) -> list[str]:
        of_faults = [error for form in self.faults for error in form.photos.errors]
        return of_faults + [error for row in self.hazards for error in row.photos.errors]

    def _check_places(self) -> bool:
        """The same fault at the same place once, whether found anew or among the open ones."""
        said = {(r.hazard.item_code, r.hazard.unit_id) for r in self.hazards if r.form.cleaned_data["seen"]}
        is_valid = True
        for form in self.faults:
            if not form.has_changed():
                continue
            where = _where(form)
            if where in said:
                form.add_error("item", _("This fault is recorded twice at the same place. Remove one."))
                is_valid = False
            said.add(where)
        return is_valid

    @cached_property
    def entries(self) -> list[Entry]:
        """Everything said, in the order of the form; only after `is_valid`."""
        looked = [
            Entry(
                Seen(
                    row.hazard.item_code,
                    row.hazard.unit_id,
                    Finding.Seen(row.form.cleaned_data["seen"]),
                    row.form.cleaned_data["note"],
                    row.photos.digests,
                ),
                self.items.get(row.hazard.item_code, row.hazard.item),
                row.place,
            )
            for row in self.hazards
            if row.form.cleaned_data["seen"]
        ]
        good = [
            Entry(
                Seen(item.code, home.unit.pk if home else None, Finding.Seen(seen)),
                item,
                home.name if home else _("Common parts"),
            )
            for name, item, home in self.merits.rows
            if (seen := self.merits.cleaned_data[name])
        ]
        return [*looked, *(self._entry(form) for form in self.faults if form.has_changed()), *good]

    @property
    def merit_rows(self) -> list[tuple[str, RuleItem, str, str, date | None]]:
        """Field, item, place, what was said, and since when it is known to be in order."""
        return [
            (
                self.merits.add_prefix(name),
                item,
                home.name if home else _("Common parts"),
                self.merits.said(name),
                self.place.merits.get((home.unit.pk if home else None, item.code)),
            )
            for name, item, home in self.merits.rows
        ]

    def _entry(self, form: Any) -> Entry:
        code, unit_id = _where(form)
        data, home = form.cleaned_data, self.place.home(unit_id)
        seen = Finding.Seen.FIXED_ON_SPOT if data["fixed"] else Finding.Seen.FAULT
        return Entry(
            Seen(code, unit_id, seen, data["note"], form.photos.digests),
            self.items[code],
            home.name if home else _("Common parts"),
        )

    @property
    def untouched(self) -> list[HazardRow]:
        """Open hazards about which nothing is said; they stay as they are."""
        said = {(entry.seen.item_code, entry.seen.unit_id) for entry in self.entries}
        return [row for row in self.hazards if (row.hazard.item_code, row.hazard.unit_id) not in said]

    @cached_property
    def homes(self) -> list[tuple[int, str, str]]:
        """Key, name and why it was not seen (empty: it was) of every home."""
        said = self.data or QueryDict()
        return [(h.unit.pk, h.name, said.get(f"home-{h.unit.pk}", "")) for h in self.place.homes]

    @property
    def has_merits(self) -> bool:
        return any(said for _name, _item, _place, said, _since in self.merit_rows)

    @property
    def some_unseen(self) -> bool:
        """Whether the list of homes not seen was used, so that it is shown open again."""
        return any(why for _pk, _name, why in self.homes)

    @property
    def unseen_homes(self) -> list[tuple[str, str]]:
        labels = dict(VisitException.Why.choices)
        names = {home.unit.pk: home.name for home in self.place.homes}
        return [(names[pk], str(labels[why])) for pk, why in self.not_seen.not_seen.items()]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the check page carries as hidden fields; photos by their tokens."""
        said = self.data or QueryDict()
        pairs = [
            (name, value)
            for name in said
            if name not in ("do", "csrfmiddlewaretoken") and not name.endswith("-photos-kept")
            for value in said.getlist(name)
            if value
        ]
        for name, photos in self._photos():
            pairs += [(f"{name}-photos-kept", token) for token in photos.tokens]
        return pairs

    def _photos(self) -> list[tuple[str, uploads.Received]]:
        of_faults = [(form.prefix, form.photos) for form in self.faults]
        return of_faults + [(row.form.prefix or "", row.photos) for row in self.hazards]

    @property
    def kind(self) -> Visit.Kind:
        """A re-inspection when a delisting request waits here; the first visit is a survey."""
        if self.place.requests:
            return Visit.Kind.REINSPECTION
        return Visit.Kind.ROUTINE if self.place.last_visit else Visit.Kind.SURVEY

    @property
    def client_id(self) -> UUID:
        found: UUID = self.visit.cleaned_data["client_id"]
        return found

    @property
    def started_at(self) -> datetime:
        found: datetime = self.visit.cleaned_data["started_at"]
        return found


def _where(form: Any) -> tuple[str, int | None]:
    place = form.cleaned_data["place"]
    return form.cleaned_data["item"], None if place == COMMON else int(place)
