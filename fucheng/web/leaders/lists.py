"""The lists behind the figures, each described once: what its columns are, on the screen and in the file."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fucheng.web.exporting import Column, List, Wanted
from fucheng.web.leaders import rows
from fucheng.web.leaders.columns import GradeColumn, Screen, community_column, home_columns, overdue_days
from fucheng.web.leaders.words import CAUSES, GRADE_WORDS, place_name, words_of
from rentals.models import Building, Unit


def _listed_buildings(user: User, wanted: Wanted) -> QuerySet[Building]:
    period = rows.period_of(wanted)
    in_period = Q(hazards__listed_at__gte=period.start, hazards__listed_at__lt=period.end)
    return (
        rows.listed_buildings(user, wanted)
        .annotate(
            listed=Count("hazards", filter=in_period),
            last_listed=Max("hazards__listed_at", filter=in_period),
        )
        .select_related("community")
        .order_by("pk")
    )


# ---- the lists ---------------------------------------------------------------------------------------------


def _late(check: Any) -> int | None:
    """Days past the day, of a look that nobody has taken yet."""
    return None if check.answer else max(overdue_days(check.due_on) or 0, 0) or None


def _ordered(source: Callable[[User, Wanted], QuerySet[Any]], *related: str, by: str = "-pk") -> Any:
    return lambda user, wanted: source(user, wanted).select_related(*related).order_by(by)


def _list(name: str, title: Any, columns: Sequence[Column], source: Any) -> List:
    return List(
        name=f"leaders-{name}",
        title=title,
        columns=columns,
        rows=source,
        words=words_of(name),
        is_figures=True,
    )


HOMES = _list(
    "homes",
    _("Homes"),
    (
        *home_columns(),
        Column(_("Category"), lambda home: home.get_category_display()),
        GradeColumn(_("Grade"), "standing.grade", width=10),
        Column(_("Last visit"), "standing.last_visit_at", "moment"),
        Column(_("Next visit by"), "standing.next_visit_on", "date"),
        Column(
            _("Days late"),
            lambda home: max(overdue_days(home.standing.next_visit_on) or 0, 0) or None,
            "number",
            10,
        ),
        Column(_("Landlord"), lambda home: home.landlord.masked_name if home.landlord else ""),
    ),
    _ordered(rows.homes, "building__community", "standing", "landlord", by="pk"),
)
CHANGES = _list(
    "changes",
    _("Grade changes"),
    (
        *home_columns("unit."),
        GradeColumn(_("Grade before"), "from_grade", width=10),
        GradeColumn(_("Grade after"), "to_grade", width=10),
        Column(_("Cause"), lambda change: CAUSES[change.cause] if change.to_grade == "red" else ""),
        Column(_("Decided at"), "decided_at", "moment"),
        Column(_("Reason"), "reason", width=40),
    ),
    lambda user, wanted: (
        rows.with_cause(rows.changes(user, wanted))
        .select_related("unit__building__community")
        .order_by("-pk")
    ),
)
PROPOSALS = _list(
    "proposals",
    _("Proposals waiting"),
    (
        *home_columns("unit."),
        GradeColumn(_("Grade before"), "from_grade", width=10),
        GradeColumn(_("Grade after"), "to_grade", width=10),
        Column(_("State"), lambda change: change.get_state_display()),
        Column(_("Proposed"), "proposed_at", "moment"),
    ),
    _ordered(rows.proposals, "unit__building__community", by="pk"),
)
HAZARDS = _list(
    "hazards",
    _("Open hazards"),
    (
        Column(_("Hazard"), "item.fault", width=28),
        Column(
            _("Address or building"),
            lambda hazard: hazard.unit.address if hazard.unit else hazard.building.name,
            width=50,
        ),
        Column(
            _("Home or common parts"),
            lambda hazard: _("in this home") if hazard.unit_id else _("common parts"),
        ),
        community_column("building.community"),
        Column(_("Found"), "opened_at", "moment"),
        Column(_("Mend by"), "due_on", "date"),
        Column(_("Days late"), lambda hazard: max(overdue_days(hazard.due_on) or 0, 0) or None, "number", 10),
        Column(_("Department"), "item.department"),
    ),
    _ordered(rows.hazards, "item", "unit", "building__community", by="pk"),
)
BUILDINGS = _list(
    "buildings",
    _("Buildings listed for hazards"),
    (
        Column(_("Building code"), "code", width=22),
        Column(_("Building"), "name", width=40),
        community_column("community"),
        Column(_("Hazards listed"), "listed", "number"),
        Column(_("Last listed"), "last_listed", "moment"),
    ),
    _listed_buildings,
)
STARS = _list(
    "stars",
    _("Buildings with stars"),
    (
        Column(_("Building code"), "building.code", width=22),
        Column(_("Building"), "building.name", width=40),
        community_column("building.community"),
        Column(_("Stars"), "stars", "number"),
        Column(_("Awarded"), "awarded_at", "moment"),
        Column(_("Valid until"), "valid_until", "date"),
    ),
    _ordered(rows.starred, "building__community", by="pk"),
)
VACANCY = _list(
    "vacancy",
    _("Looks at red homes"),
    (
        *home_columns("unit."),
        Column(_("Look by"), "due_on", "date"),
        Column(_("Days late"), lambda check: _late(check), "number", 10),
        Column(_("Seen"), lambda check: check.get_answer_display()),
        Column(_("Seen at"), "answered_at", "moment"),
        Column(_("Department"), lambda check: check.hand_over.department if check.hand_over else ""),
    ),
    _ordered(rows.vacancy, "unit__building__community", "hand_over", by="pk"),
)
VISITS = _list(
    "visits",
    _("Visits"),
    (
        Column(_("Building"), "building.name", width=40),
        community_column("building.community"),
        Column(_("Kind"), lambda visit: visit.get_kind_display()),
        Column(_("Visited"), "submitted_at", "moment"),
    ),
    _ordered(rows.visits, "building__community"),
)
SIGNS = _list(
    "signs",
    _("Signs"),
    (
        Column(_("Serial number"), "serial"),
        Column(_("Sign"), lambda sign: sign.get_product_display()),
        Column(
            _("Address or building"),
            lambda sign: sign.unit.address if sign.unit else sign.estate.name,
            width=50,
        ),
        Column(
            _("Community"),
            lambda sign: place_name(sign.unit.building.community if sign.unit else sign.estate.community),
            width=12,
        ),
        Column(_("Grade shown"), lambda sign: GRADE_WORDS[sign.grade] if sign.grade else "", width=10),
        Column(_("State"), lambda sign: sign.get_state_display()),
        Column(_("Posted"), "posted_at", "moment"),
    ),
    _ordered(rows.signs, "unit__building__community", "estate__community"),
)
OWED = _list(
    "owed",
    _("Signs owed"),
    (
        *home_columns("unit."),
        GradeColumn(_("Grade in force"), "grade", width=12),
        Column(_("In force since"), "graded_at", "moment"),
        Column(_("Sign owed since"), "since", "moment"),
        Column(_("Grid"), lambda home: home.unit.building.grid.name if home.unit.building.grid else ""),
    ),
    _ordered(rows.owed, "unit__building__community", "unit__building__grid", by="pk"),
)
TAKE_DOWN = _list(
    "take-down",
    _("Notices to take down"),
    (
        *home_columns("unit."),
        Column(_("Serial number"), "serial"),
        Column(_("Posted"), "posted_at", "moment"),
    ),
    _ordered(rows.take_down, "unit__building__community", by="pk"),
)


def _to_home(row: Any) -> str:
    return reverse("review:home", args=[row.pk if isinstance(row, Unit) else row.unit_id])


def _to_building(row: Any) -> str:
    return reverse("review:building", args=[getattr(row, "building_id", row.pk)])


SCREENS: dict[str, Screen] = {
    screen.name: screen
    for screen in (
        Screen(HOMES, "", _to_home, newest_first=False),
        Screen(CHANGES, _("Changes put in force."), _to_home),
        Screen(PROPOSALS, _("The oldest first."), _to_home, newest_first=False),
        Screen(
            HAZARDS,
            "",
            lambda row: _to_home(row) if row.unit_id else _to_building(row),
            newest_first=False,
        ),
        Screen(
            BUILDINGS,
            _("Serious hazards of the common parts, posted on the building in the period."),
            _to_building,
            newest_first=False,
        ),
        Screen(STARS, _("Stars in force today."), _to_building, newest_first=False),
        Screen(
            VACANCY,
            _("A red home must be empty; the grid worker looks at the interval of red."),
            _to_home,
            newest_first=False,
        ),
        Screen(VISITS, "", _to_building),
        Screen(SIGNS, "", lambda row: _to_home(row) if row.unit_id else ""),
        Screen(
            OWED,
            _("The sign on the wall does not show the grade in force, or there is none."),
            _to_home,
            newest_first=False,
        ),
        Screen(
            TAKE_DOWN,
            _("No-rental notices that still hang although the home is no longer red."),
            _to_home,
            newest_first=False,
        ),
    )
}
