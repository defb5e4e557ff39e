"""The buildings of a scope and what was visited lately, counted in two queries."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import BitOr
from django.core.cache import cache
from django.db.models import Case, Count, IntegerField, Min, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from core import replica
from fucheng.web.leaders.period import midnight
from fucheng.web.leaders.queries import reach_of
from fucheng.web.leaders.rows import AGES, Age
from grading.models import Hazard, Standing, Visit

WEEKS = 4
KEPT = 600  # seconds: the plan of weeks does not change by the minute
RED, CAPPED, YELLOW, GREEN = 1, 2, 4, 8  # kinds of homes in a building, added up
Place = tuple[int, int]  # community, grid (0: without one)


class Block(NamedTuple):
    """A building as its rhythm sees it. `kinds`: which homes it has; its visits follow the shortest interval."""

    place: Place
    homes: int
    next_on: date | None
    kinds: int
    late: tuple[int, ...]  # homes overdue by AGES
    never: int


@dataclass(frozen=True, slots=True)
class Intervals:
    """Days from visit to visit; a version of the rules has one of these, the calculator tries another."""

    green: int
    yellow: int
    red: int
    capped: int

    def of(self, kinds: int) -> int:
        """For a building with these kinds of homes."""
        days = [
            (RED, self.red),
            (CAPPED, min(self.capped, self.yellow)),
            (YELLOW, self.yellow),
            (GREEN, self.green),
        ]
        return min((n for bit, n in days if kinds & bit), default=self.green)


@dataclass(frozen=True, slots=True)
class Census:
    """The buildings of a scope and the visits of the last four weeks: plain values, kept for ten minutes."""

    day: date
    blocks: list[Block]
    done: dict[tuple[Place, int], int]  # place, weeks ago (0: the last seven days)


def census(user: User) -> Census:
    """Two queries over what a person may see; the second reads four weeks of visits, however many there are."""
    today = timezone.localdate()
    kept: Any = cache.get_or_set(
        f"leaders.rhythm.2.{today}.{reach_of(user)}", lambda: _count(user, today), KEPT
    )
    blocks, done = kept
    return Census(today, [Block._make(block) for block in blocks], done)


@replica.reading
def _count(user: User, today: date) -> tuple[list[tuple[Any, ...]], dict[tuple[Place, int], int]]:
    """Blocks as plain tuples, which a cache unpacks ten times as fast, and what was done."""
    late = {age.name: Count("pk", filter=_late(today, age)) for age in AGES}
    rows = (
        Standing.objects.visible_to(user)
        .filter(unit__left_on__isnull=True)
        .order_by()
        .values_list("unit__building__community", "unit__building__grid", "unit__building")
        .annotate(
            n=Count("pk"),
            due=Min("next_visit_on"),
            kinds=BitOr(_kind(user)),
            never=Count("pk", filter=Q(last_visit_at__isnull=True)),
            **late,
        )
    )
    blocks = [
        ((community, grid or 0), n, None if never else due, kinds, tuple(ages), never)
        for community, grid, _building, n, due, kinds, never, *ages in rows
    ]
    return blocks, _done(user, today)


def _late(today: date, age: Age) -> Q:
    """Overdue by so many days; as `rows.age_case`, in a form that is quick over a whole street."""
    newest = today - timedelta(days=max(age.least, 1))
    if age.most is None:
        return Q(next_visit_on__lte=newest)
    return Q(next_visit_on__lte=newest, next_visit_on__gte=today - timedelta(days=age.most))


def _kind(user: User) -> Case:
    """A home is red, capped (an open cap item of its own or of the common parts), yellow, or on green's rhythm."""
    caps = Hazard.objects.visible_to(user).open().filter(item__effect="cap")
    capped = Q(unit__in=caps.filter(unit__isnull=False).values("unit")) | Q(
        unit__building__in=caps.filter(unit__isnull=True).values("building")
    )
    return Case(
        When(grade="red", then=Value(RED)),
        When(capped, then=Value(CAPPED)),
        When(grade="yellow", then=Value(YELLOW)),
        default=Value(GREEN),
        output_field=IntegerField(),
    )


def _done(user: User, today: date) -> dict[tuple[Place, int], int]:
    start = today - timedelta(days=7 * WEEKS - 1)
    rows = (
        Visit.objects.visible_to(user)
        .filter(submitted_at__gte=midnight(start), submitted_at__lt=midnight(today + timedelta(days=1)))
        .order_by()
        .values_list("building__community", "building__grid", TruncDate("submitted_at"))
        .annotate(n=Count("pk"))
    )
    done: Counter[tuple[Place, int]] = Counter()
    for community, grid, day, n in rows:
        done[(community, grid or 0), (today - day).days // 7] += n
    return dict(done)
