"""Which rows stand behind each figure. The figures group these rows, the lists show them: one source, one number.

Each function takes the person and what is wanted (a query string) and gives a scoped, filtered queryset.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, CharField, Exists, F, Func, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from communities import access
from communities.models import ResidentsCommittee
from fucheng.web.leaders.period import Period, from_query, midnight
from grading.models import GradeChange, Hazard, Standing, StarAward, VacancyCheck, Visit
from grading.querysets import (
    GradeChangeQuerySet,
    HazardQuerySet,
    OfBuildingQuerySet,
    StandingQuerySet,
    StarAwardQuerySet,
    VacancyCheckQuerySet,
)
from rentals.models import Building, Unit
from rentals.querysets import BuildingQuerySet, UnitQuerySet
from signage.models import PLACES, TARGETS, Product, Sign, only
from signage.querysets import SignQuerySet, overdue_before, owing, since_when, to_take_down

Wanted = Mapping[str, str]
GRADES = ("green", "yellow", "red", "none")


@dataclass(frozen=True)
class Age:
    """An age in days: at least `least`, at most `most`."""

    name: str
    label: str | Promise
    least: int
    most: int | None


AGES = (
    Age("week", _("up to 7 days"), 0, 7),
    Age("month", _("8 to 30 days"), 8, 30),
    Age("quarter", _("31 to 90 days"), 31, 90),
    Age("older", _("over 90 days"), 91, None),
)


def age_case(field: str, today: date, *, is_day: bool = False) -> Case:
    """Names the age of a moment (or of a day) on a day."""

    def since(days: int) -> Any:
        day = today - timedelta(days=days)
        return day if is_day else midnight(day)

    whens = [When(**{f"{field}__gte": since(a.most)}, then=Value(a.name)) for a in AGES if a.most is not None]
    return Case(*whens, default=Value(AGES[-1].name), output_field=CharField())


def number(wanted: Wanted, name: str) -> int | None:
    text = wanted.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _in_community(wanted: Wanted, path: str) -> Q:
    community = number(wanted, "community")
    return Q() if community is None else Q(**{path: community})


def _in_place(wanted: Wanted, path: str) -> Q:
    """In a community, in a grid; `grid=0` are buildings without one."""
    grid = number(wanted, "grid")
    where = Q() if grid is None else Q(**{f"{path}grid": grid} if grid else {f"{path}grid__isnull": True})
    return where & _in_community(wanted, f"{path}community")


def period_of(wanted: Wanted) -> Period:
    return from_query(wanted, timezone.localdate())


# ---- stars and red homes ------------------------------------------------------------------------------------


def starred(user: User, wanted: Wanted) -> StarAwardQuerySet[StarAward]:
    """Stars in force by number and community; one row a building."""
    rows = StarAward.objects.visible_to(user).in_force_on(timezone.localdate())
    rows = rows.filter(_in_community(wanted, "building__community"))
    return rows.filter(stars=wanted["stars"]) if wanted.get("stars") in {"1", "2", "3", "4", "5"} else rows


def vacancy(user: User, wanted: Wanted) -> VacancyCheckQuerySet[VacancyCheck]:
    """Looks at red homes that are overdue; with `state=let` those found let while the department has not answered."""
    rows = VacancyCheck.objects.visible_to(user).filter(_in_community(wanted, "unit__building__community"))
    if wanted.get("state") == "let":
        newest = rows.filter(unit=OuterRef("unit"), answer="let").order_by("-pk").values("pk")[:1]
        return rows.filter(answer="let", hand_over__state="with", pk=newest)
    return rows.due().filter(due_on__lt=timezone.localdate())


# ---- homes -------------------------------------------------------------------------------------------------


def homes(user: User, wanted: Wanted) -> UnitQuerySet[Unit]:
    """Homes of the register by community, category, grade (`none`: not graded) and state (`stale`, `unvisited`)."""
    rows = Unit.objects.visible_to(user).in_register().filter(_in_place(wanted, "building__"))
    if (category := wanted.get("category")) in Unit.Category.values:
        rows = rows.filter(category=category)
    if (grade := wanted.get("grade")) in GRADES:
        graded = {"standing__grade": grade} if grade != "none" else {"standing__grade__isnull": True}
        rows = rows.filter(**graded)
    if wanted.get("state") == "stale":
        rows = rows.filter(standing__next_visit_on__lt=timezone.localdate())
        if wanted.get("age") in {age.name for age in AGES}:
            late = age_case("standing__next_visit_on", timezone.localdate(), is_day=True)
            rows = rows.alias(age=late).filter(age=wanted["age"])
    if wanted.get("state") == "unvisited":
        rows = rows.filter(standing__last_visit_at__isnull=True)
    return rows.search(wanted["q"].strip()) if wanted.get("q", "").strip() else rows


# ---- grade changes -----------------------------------------------------------------------------------------

KINDS = {
    "daily": _("Daily changes"),
    "red": _("Turned red"),
    "delisted": _("Taken off the red list"),
    "lifted": _("Lifted from yellow to green"),
    "downgraded": _("Downgraded from green to yellow"),
    "first": _("First grading"),
}
KIND_IS = {
    "daily": Q(from_grade__isnull=False),
    "red": Q(from_grade__isnull=False, to_grade="red"),
    "delisted": Q(from_grade="red"),
    "lifted": Q(from_grade="yellow", to_grade="green"),
    "downgraded": Q(from_grade="green", to_grade="yellow"),
    "first": Q(from_grade__isnull=True),
}
KIND = Case(  # exactly one a change
    *(When(test, then=Value(kind)) for kind, test in KIND_IS.items() if kind != "daily"),
    output_field=CharField(),
)


class RedCause(Func):
    """The cause of a change to red: of the veto line that is gravest, and of these the first; one a change."""

    output_field = CharField()
    arity = 2
    template = (
        "COALESCE((SELECT COALESCE(l.line ->> 'because', i.red_cause)"
        " FROM jsonb_array_elements(%(lines)s) WITH ORDINALITY AS l (line, place)"
        " JOIN grading_ruleitem i ON i.rule_set_id = %(rule_set)s AND i.code = l.line ->> 'item'"
        " WHERE l.line ->> 'effect' = 'veto' AND (i.red_cause > '' OR l.line ? 'because')"
        " ORDER BY (i.severity = 'critical') DESC, l.place LIMIT 1), 'unknown')"
    )

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **_more: Any
    ) -> tuple[str, list[Any]]:
        lines, rule_set = (compiler.compile(e)[0] for e in self.get_source_expressions())
        return self.template % {"lines": lines, "rule_set": rule_set}, []


def changes(user: User, wanted: Wanted) -> GradeChangeQuerySet[GradeChange]:
    """Changes put in force in the period, by kind, community and (red ones) by cause."""
    period = period_of(wanted)
    rows = GradeChange.objects.visible_to(user).filter(
        _in_community(wanted, "community"),
        state="approved",
        decided_at__gte=period.start,
        decided_at__lt=period.end,
    )
    if (kind := wanted.get("kind")) in KINDS:
        rows = rows.filter(KIND_IS[kind])
    if kind == "red" and wanted.get("cause"):
        rows = with_cause(rows).filter(cause=wanted["cause"])
    return rows


def with_cause(rows: GradeChangeQuerySet[GradeChange]) -> Any:
    """Adds `cause` to changes to red."""
    return rows.annotate(cause=RedCause(F("assessment__lines"), F("assessment__rule_set")))


def proposals(user: User, wanted: Wanted) -> GradeChangeQuerySet[GradeChange]:
    """Changes that wait for a decision, by state and community."""
    rows = GradeChange.objects.visible_to(user).open().filter(_in_community(wanted, "community"))
    return rows.filter(state=wanted["state"]) if wanted.get("state") in ("proposed", "with_panel") else rows


# ---- hazards and visits ------------------------------------------------------------------------------------


def hazards(user: User, wanted: Wanted) -> HazardQuerySet[Hazard]:
    """Open hazards, or (`state=overdue`) those past their deadline, by community, item and age."""
    today = timezone.localdate()
    rows = Hazard.objects.visible_to(user).filter(_in_community(wanted, "building__community"))
    rows = rows.overdue_on(today) if wanted.get("state") == "overdue" else rows.open()
    if wanted.get("age") in {age.name for age in AGES}:
        rows = rows.alias(age=age_case("due_on", today, is_day=True)).filter(age=wanted["age"])
    return rows.filter(item_code=wanted["item"]) if wanted.get("item") else rows


def listed_buildings(user: User, wanted: Wanted) -> BuildingQuerySet[Building]:
    """Buildings on which a hazard was posted in the period (挂牌公示)."""
    period = period_of(wanted)
    posted = Hazard.objects.filter(
        building=OuterRef("pk"), listed_at__gte=period.start, listed_at__lt=period.end
    )
    rows = Building.objects.visible_to(user).filter(_in_community(wanted, "community"))
    return rows.filter(Exists(posted))


def visits(user: User, wanted: Wanted) -> OfBuildingQuerySet[Visit]:
    """Visits in the period, by community and grid."""
    period = period_of(wanted)
    return Visit.objects.visible_to(user).filter(
        _in_place(wanted, "building__"),
        submitted_at__gte=period.start,
        submitted_at__lt=period.end,
    )


# ---- signs -------------------------------------------------------------------------------------------------


def signs(user: User, wanted: Wanted) -> SignQuerySet[Sign]:
    """Signs posted in the period, or (`now=1`, `now=true`) those on the wall today, true ones, by product and place."""
    product, rows = wanted.get("product"), Sign.objects.all()
    places: tuple[str, ...] = TARGETS
    if product in Product.values:
        places = PLACES[Product(product)]
        stands = reduce(or_, (only(place) for place in places))  # as the partial indexes say
        rows = rows.filter(stands, product=product)
    scope = access.scope_of(user)
    if not scope.whole_street:
        rows = rows.filter(_stands_in(places, scope.community_ids))
    community = number(wanted, "community")
    if community is not None:
        rows = rows.filter(_stands_in(places, [community]))
    if wanted.get("now") == "true":
        rows = rows.filter(grade=F("unit__standing__grade"), unit__left_on__isnull=True)
    if wanted.get("now"):
        return rows.on_the_wall()
    period = period_of(wanted)
    return rows.filter(posted_at__gte=period.start, posted_at__lt=period.end)


def _stands_in(places: Iterable[str], communities: Iterable[int]) -> Q:
    """The sign of a home belongs to its building's community, a committee's board to each it serves."""
    committees = ResidentsCommittee.objects.filter(communities__in=communities)
    inside = {
        "unit": Q(unit__building__community__in=communities),
        "building": Q(building__community__in=communities),
        "estate": Q(estate__community__in=communities),
        "committee": Q(committee__in=committees),
    }
    return reduce(or_, (inside[place] for place in places))


def owed(user: User, wanted: Wanted) -> StandingQuerySet[Standing]:
    """Homes whose sign does not show the grade in force, by product, place and since when they owe it."""
    product, today = wanted.get("product"), timezone.localdate()
    product = Product.NO_RENTAL if product == Product.NO_RENTAL else Product.STICKER
    rows = owing(product).visible_to(user).annotate(since=since_when(product))
    rows = rows.filter(_in_place(wanted, "unit__building__"))
    if wanted.get("state") == "overdue":
        rows = rows.filter(since__lt=overdue_before(today))
    if wanted.get("age") in {age.name for age in AGES}:
        rows = rows.alias(age=age_case("since", today)).filter(age=wanted["age"])
    return rows


def take_down(user: User, wanted: Wanted) -> SignQuerySet[Sign]:
    """No-rental notices that still hang although the home is no longer red."""
    return to_take_down().visible_to(user).filter(_in_community(wanted, "unit__building__community"))
