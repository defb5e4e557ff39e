"""Filter forms: a period, and the filters of a list. They show what was asked; `rows` reads it forgivingly."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from communities.models import Community, Grid
from fucheng.web.leaders import rows, words
from fucheng.web.leaders.period import Period


class DayInput(forms.DateInput):
    input_type = "date"

    def format_value(self, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else value


class PeriodForm(forms.Form):
    first = forms.DateField(label=_("From"), widget=DayInput, required=False)
    last = forms.DateField(label=_("To"), widget=DayInput, required=False)

    def __init__(self, period: Period) -> None:
        super().__init__(initial={"first": period.first, "last": period.last})

    def add_prefix(self, field_name: str) -> str:
        return {"first": "from", "last": "to"}[field_name]


def list_form(screen: str, user: User, wanted: words.Wanted, period: Period) -> forms.Form:
    """The filters that a list understands, filled with what was asked."""
    initial: dict[str, Any] = {**wanted, "from": period.first, "to": period.last}
    form = forms.Form(initial=initial)
    for name in words.FILTERS[screen]:
        if name == "q":
            form.fields[name] = forms.CharField(label=_("Address or code"), required=False)
        elif name == "community":
            places = [(str(p.pk), words.place_name(p)) for p in Community.objects.visible_to(user)]
            form.fields[name] = _choice(_("Community"), places)
        elif name == "grid":
            places = [(str(g.pk), g.name) for g in _grids(user, wanted)]
            if places:
                form.fields[name] = _choice(_("Grid"), [*places, ("0", _("without a grid"))])
        elif name == "period":
            form.fields["from"] = forms.DateField(label=_("From"), widget=DayInput, required=False)
            form.fields["to"] = forms.DateField(label=_("To"), widget=DayInput, required=False)
        else:
            form.fields[name] = _choice(*words.choices_of(screen, name))
    return form


def _grids(user: User, wanted: words.Wanted) -> QuerySet[Grid]:
    """Those of the community that is asked for, else the one that is: a street has too many to choose from."""
    community, grid = rows.number(wanted, "community"), rows.number(wanted, "grid")
    found = Grid.objects.visible_to(user)
    return found.filter(community=community) if community else found.filter(pk=grid or 0)


def _choice(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", _("All")), *choices], required=False)
