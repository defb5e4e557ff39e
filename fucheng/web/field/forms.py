"""The parts of a visit's form: one fault, one open hazard, the visit itself."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fucheng.web.field.places import Home, Place
from fucheng.web.photos import uploads
from grading.models import Finding, RuleItem, VisitException
from grading.models.rule_sets import DIMENSION_NAMES

COMMON = "common"
NOTE = 500
Choices = list[tuple[Any, Any]]


class VisitForm(forms.Form):
    """What belongs to the visit as a whole. `client_id` is kept for ever: sent twice is one visit."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    started_at = forms.CharField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(
        label=_("Remark on the visit"),
        max_length=NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_started_at(self) -> datetime:
        """The moment the form was opened; a clock that is wrong or ahead counts as now."""
        now = timezone.now()
        try:
            said = datetime.fromisoformat(self.cleaned_data["started_at"])
        except ValueError:
            return now
        return min(said, now) if said.tzinfo else now


def new_visit() -> dict[str, str]:
    return {"client_id": str(uuid.uuid4()), "started_at": timezone.now().isoformat()}


class HazardForm(forms.Form):
    """An open hazard looked at again; left empty it was not looked at and stays as it is."""

    seen = forms.ChoiceField(
        required=False, choices=[("", ""), (Finding.Seen.FAULT, ""), (Finding.Seen.MENDED, "")]
    )
    note = forms.CharField(max_length=NOTE, required=False)


class PlainSelect(forms.Select):
    """Writes its options itself: a template for each costs the form of a tower a quarter of a second."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        groups = [
            (label, format_html_join("", "<option{}>{}</option>", map(_option, options)))
            for label, options, _index in widget["optgroups"]
        ]
        inner = format_html_join(
            "",
            "{}",
            (
                (format_html('<optgroup label="{}">{}</optgroup>', label, body) if label else body,)
                for label, body in groups
            ),
        )
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(widget["attrs"]), inner)


def _option(option: dict[str, Any]) -> tuple[str, Any]:
    return flatatt({"value": str(option["value"]), **option["attrs"]}), option["label"]


class ItemSelect(PlainSelect):
    """Options carry what the sheet of the picker shows: effect, place and the full sentence."""

    def __init__(self, items: dict[str, RuleItem]) -> None:
        super().__init__()
        self.items = items

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        item = self.items.get(str(value))
        if item is not None:
            option["attrs"] |= {
                "data-scope": item.scope,
                "data-effect": item.effect,
                "data-points": item.points,
                "data-text": item.text,
                "data-photo": "1" if item.needs_photo else "",
            }
        return option


class FaultForm(forms.Form):
    """One fault found: where, what, fixed at once or not. Photos come beside it (`photos.uploads`)."""

    photos = uploads.Received()  # set by the sheet
    place = forms.ChoiceField(label=_("Place"), required=False)
    item = forms.ChoiceField(label=_("What is wrong"), required=False)
    fixed = forms.BooleanField(label=_("Fixed on the spot"), required=False)
    note = forms.CharField(label=_("Note"), max_length=NOTE, required=False)

    def __init__(self, *args: Any, place_choices: Choices, items: dict[str, RuleItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        self.fields["place"] = forms.ChoiceField(
            label=_("Place"),
            choices=[("", _("Choose the place")), *place_choices],
            required=False,
            widget=PlainSelect,
        )
        self.fields["item"] = forms.ChoiceField(
            label=_("What is wrong"),
            choices=[("", _("Choose the fault")), *item_choices(items.values())],
            required=False,
            widget=ItemSelect(items),
        )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("item") and "item" not in self.errors:
            self.add_error("item", _("Choose what is wrong, or remove this fault."))
        if not data.get("place") and "place" not in self.errors:
            self.add_error("place", _("Choose the home or the common parts."))
        item = self.items.get(data.get("item", ""))
        if item and data.get("place") and item.scope == _wrong_scope(data["place"]):
            where = _("the common parts") if item.scope == RuleItem.Scope.BUILDING else _("one home")
            self.add_error("place", _("This fault is recorded for %(where)s.") % {"where": where})
        return data


def _wrong_scope(place: str) -> str:
    return RuleItem.Scope.UNIT if place == COMMON else RuleItem.Scope.BUILDING


def place_choices(place: Place) -> Choices:
    """The common parts, then the homes by floor."""
    floors = [
        (floor and _("Floor %(floor)s") % {"floor": floor}, [(str(h.unit.pk), h.name) for h in homes])
        for floor, homes in place.floors
    ]
    return [(COMMON, _("Common parts")), *floors]


def item_choices(items: Iterable[RuleItem]) -> Choices:
    """What can turn a home yellow or red first, by dimension; then what costs points.

    Bonus items are no faults; they are asked for beside (`MeritForm`).
    """
    faults = sorted((i for i in items if i.effect != "bonus"), key=lambda i: (i.effect == "points", i.code))
    order = list(DIMENSION_NAMES)
    faults.sort(key=lambda i: (i.effect == "points", order.index(i.dimension)))
    groups: Choices = []
    for (is_minor, dimension), members in groupby(faults, key=lambda i: (i.effect == "points", i.dimension)):
        name = DIMENSION_NAMES[dimension]
        label = _("Other: %(dimension)s") % {"dimension": name} if is_minor else name
        groups.append((label, [(item.code, item.fault) for item in members]))
    return groups


def _places_of(item: RuleItem, homes: list[Home | None]) -> list[Home | None]:
    """None stands for the common parts."""
    if item.scope == RuleItem.Scope.BUILDING:
        return [None]
    return homes if item.scope == RuleItem.Scope.UNIT else [None, *homes]


class MeritForm(forms.Form):
    """Bonus items by place: seen in order, no longer there, or empty where nobody looked."""

    def __init__(self, *args: Any, place: Place, items: dict[str, RuleItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows: list[tuple[str, RuleItem, Home | None]] = []
        homes: list[Home | None] = list(place.homes)
        for item in (i for i in items.values() if i.effect == "bonus"):
            for home in _places_of(item, homes):
                name = f"{item.code}-{home.unit.pk if home else COMMON}"
                self.rows.append((name, item, home))
                self.fields[name] = forms.ChoiceField(
                    required=False,
                    choices=[("", ""), (Finding.Seen.IN_ORDER, ""), (Finding.Seen.GONE, "")],
                )

    def said(self, name: str) -> str:
        return str(self.data.get(self.add_prefix(name), ""))


class NotSeenForm(forms.Form):
    """Homes that were not seen: one choice a home, empty where the home was seen."""

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for home in place.homes:
            self.fields[str(home.unit.pk)] = forms.ChoiceField(
                required=False, choices=[("", ""), *VisitException.Why.choices]
            )

    @property
    def not_seen(self) -> dict[int, str]:
        return {int(name): why for name, why in self.cleaned_data.items() if why}
