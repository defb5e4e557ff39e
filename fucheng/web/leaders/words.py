"""What filters, grades and causes are called."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from communities.models import Community, Grid
from fucheng.web.leaders import rows
from grading.facts import Because
from grading.models import RuleItem
from grading.models.rule_sets import GRADE_NAMES
from grading.states import CHANGE_STATE_NAMES, ChangeState
from rentals.models import Unit
from signage.models import Product

Wanted = Mapping[str, str]
CAUSES = {
    **dict(RuleItem.RedCause.choices),
    Because.RELAPSE.value: _("came back again and again"),
    Because.REFUSAL.value: _("mending refused after the deadline"),
    "unknown": _("no cause recorded"),
}
GRADE_WORDS = {**{grade.value: name for grade, name in GRADE_NAMES.items()}, "none": _("Not graded")}
FILTERS = {
    "homes": ("q", "community", "grid", "grade", "category", "state", "age"),
    "changes": ("community", "kind", "cause", "period"),
    "proposals": ("community", "state"),
    "hazards": ("community", "state", "age"),
    "buildings": ("community", "period"),
    "stars": ("community", "stars"),
    "vacancy": ("community", "state"),
    "visits": ("community", "grid", "period"),
    "signs": ("product", "community", "now", "period"),
    "owed": ("product", "community", "grid", "state", "age"),
    "take-down": ("community",),
}
STATES = {
    "homes": ("stale", "unvisited"),
    "hazards": ("overdue",),
    "owed": ("overdue",),
    "proposals": ("proposed", "with_panel"),
    "vacancy": ("let",),
}


def place_name(place: Any) -> str:
    """A community in the reader's language."""
    english = (translation.get_language() or "").startswith("en")
    return str(place.name_en if english and place.name_en else place.name)


_CHOICES: dict[str, tuple[Any, dict[str, Any]]] = {
    "grade": (_("Grade"), GRADE_WORDS),
    "category": (_("Category"), dict(Unit.Category.choices)),
    "kind": (_("Grade change"), rows.KINDS),
    "cause": (_("Cause"), CAUSES),
    "age": (_("Age"), {age.name: age.label for age in rows.AGES}),
    "product": (_("Sign"), dict(Product.choices)),
    "state": (
        _("State"),
        {
            "stale": _("visit overdue"),
            "unvisited": _("never visited"),
            "overdue": _("past the deadline"),
            "let": _("found let, with a department"),
            "proposed": CHANGE_STATE_NAMES[ChangeState.PROPOSED],
            "with_panel": CHANGE_STATE_NAMES[ChangeState.WITH_PANEL],
        },
    ),
    "stars": (_("Stars"), {str(n): str(n) for n in range(1, 6)}),
    "now": (_("State"), {"1": _("on the wall today"), "true": _("on the wall, shows the grade in force")}),
}


def words_of(screen: str) -> Callable[[User, Wanted], list[tuple[str, str]]]:
    """Tells a filter line by line: only what the list understands."""

    def words(user: User, wanted: Wanted) -> list[tuple[str, str]]:
        told = []
        community = (
            Community.objects.visible_to(user).filter(pk=rows.number(wanted, "community") or 0).first()
        )
        if community:
            told.append((str(_("Community")), place_name(community)))
        if "grid" in FILTERS[screen] and (grid := grid_of(user, wanted)):
            told.append((str(_("Grid")), grid))
        for name in FILTERS[screen]:
            label, choices = _CHOICES.get(name, (None, {}))
            if wanted.get(name) in choices:
                told.append((str(label), str(choices[wanted[name]])))
        if wanted.get("q", "").strip() and "q" in FILTERS[screen]:
            told.append((str(_("Search")), wanted["q"].strip()))
        if "period" in FILTERS[screen] and not wanted.get("now"):
            period = rows.period_of(wanted)
            told.append((str(_("Period")), f"{period.first} – {period.last}"))
        return told

    return words


def grid_of(user: User, wanted: Wanted) -> str:
    """The name of the grid that is asked for; empty without one."""
    asked = rows.number(wanted, "grid")
    if asked == 0:
        return str(_("without a grid"))
    found = Grid.objects.visible_to(user).filter(pk=asked).first() if asked else None
    return found.name if found else ""


def choices_of(screen: str, name: str) -> tuple[Any, list[tuple[str, Any]]]:
    """Label and choices of a filter on a screen."""
    label, choices = _CHOICES[name]
    meant = STATES.get(screen, tuple(choices)) if name == "state" else tuple(choices)
    return label, [(key, choices[key]) for key in meant]
