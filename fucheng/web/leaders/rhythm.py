"""What is overdue and what comes: buildings by grid, counted once; lists of work, never of persons."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import BitOr
from django.core.cache import cache
from django.db.models import Case, Count, IntegerField, Min, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from communities.models import Community, Grid
from core import replica
from fucheng.web.leaders.period import midnight
from fucheng.web.leaders.queries import reach_of
from fucheng.web.leaders.rows import AGES, Age
from fucheng.web.leaders.sums import Number, list_url
from fucheng.web.leaders.words import place_name
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


# ---- what is shown -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One community or grid: what is overdue, what comes, what was done."""

    name: str
    url: str  # of its grids; empty for a grid
    homes: int
    late: list[Number]  # by AGES
    late_total: Number
    late_buildings: int
    never: Number
    due: list[int]  # visits to buildings that fall due, this week first
    done: list[int]  # visits to buildings, oldest week first

    @property
    def usual(self) -> float:
        return sum(self.done) / WEEKS

    @property
    def is_short(self) -> list[bool]:
        """Weeks in which more falls due than was usually done."""
        return [n > self.usual for n in self.due]

    @property
    def weeks(self) -> list[tuple[int, bool]]:
        return list(zip(self.due, self.is_short, strict=True))


@dataclass(frozen=True)
class Outlook:
    rows: list[Row]
    total: Row
    week_starts: list[date]  # of the coming weeks
    past_starts: list[date]
    community: Community | None


def outlook(user: User, found: Census, intervals: Intervals, community: int | None) -> Outlook:
    """By community, or by grid within one; a person with one community sees its grids at once."""
    places = {place.pk: place for place in Community.objects.visible_to(user)}
    if community not in places:
        community = next(iter(places)) if len(places) == 1 else None
    blocks = [b for b in found.blocks if community in (None, b.place[0])]
    names = _names(user, places, community)
    done = _done_by(found, community)
    groups: defaultdict[int, list[Block]] = defaultdict(list)
    for block in blocks:
        groups[block.place[1] if community else block.place[0]].append(block)
    rows = [
        _row(names.get(key, ""), key, community, groups[key], done[key], found.day, intervals)
        for key in sorted(groups, key=lambda key: list(names).index(key) if key in names else -1)
    ]
    today = found.day
    return Outlook(
        rows=rows,
        total=_row("", None, community, blocks, done[None], today, intervals),
        week_starts=[today + timedelta(days=7 * week) for week in range(WEEKS)],
        past_starts=[today - timedelta(days=7 * week + 6) for week in reversed(range(WEEKS))],
        community=places.get(community or 0),
    )


def _done_by(found: Census, community: int | None) -> defaultdict[int | None, list[int]]:
    """Visits by community, or by grid within one, the oldest week first; all of them under None."""
    done: defaultdict[int | None, list[int]] = defaultdict(lambda: [0] * WEEKS)
    for ((of, grid), ago), n in found.done.items():
        if community in (None, of):
            for key in (None, grid if community else of):
                done[key][WEEKS - 1 - ago] += n
    return done


def _names(user: User, places: dict[int, Community], community: int | None) -> dict[int, str]:
    """In the order in which they are shown: by place, never by number."""
    if community is None:
        return {pk: place_name(place) for pk, place in places.items()}
    grids = Grid.objects.visible_to(user).filter(community=community).order_by("name")
    return {**dict(grids.values_list("pk", "name")), 0: ""}


def _row(
    name: str,
    key: int | None,
    community: int | None,
    blocks: Sequence[Block],
    done: list[int],
    today: date,
    intervals: Intervals,
) -> Row:
    where: dict[str, object] = {"community": community if community else key}
    if community and key is not None:
        where["grid"] = key
    late = [sum(block.late[i] for block in blocks) for i in range(len(AGES))]
    return Row(
        name=name,
        url=f"?community={key}" if key and not community else "",
        homes=sum(block.homes for block in blocks),
        late=[
            Number(n, list_url("homes", state="stale", age=age.name, **where))
            for n, age in zip(late, AGES, strict=True)
        ],
        late_total=Number(sum(late), list_url("homes", state="stale", **where)),
        late_buildings=sum(any(block.late) for block in blocks),
        never=Number(sum(block.never for block in blocks), list_url("homes", state="unvisited", **where)),
        due=forecast(blocks, today, intervals),
        done=done,
    )


def forecast(blocks: Sequence[Block], today: date, intervals: Intervals) -> list[int]:
    """Visits to buildings that fall due in each of the coming weeks when each is paid on its day.

    What is overdue, and what was never visited, falls into the first week.
    """
    weeks = [0] * WEEKS
    for block in blocks:
        first = max(0, (block.next_on - today).days) if block.next_on else 0
        for day in range(first, 7 * WEEKS, intervals.of(block.kinds)):
            weeks[day // 7] += 1
    return weeks


# ---- what other intervals would cost -----------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """Visits to buildings a day in the long run, and homes seen at them, under two rhythms."""

    name: str
    buildings: int
    workers: int
    before: float
    after: float
    homes_before: float
    homes_after: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def share(self) -> float | None:
        return self.change / self.before if self.before else None

    @property
    def each_before(self) -> float | None:
        return self.before / self.workers if self.workers else None

    @property
    def each_after(self) -> float | None:
        return self.after / self.workers if self.workers else None


def costs(
    user: User, found: Census, now: Intervals, tried: Intervals, workers: dict[int, int]
) -> tuple[list[Cost], Cost]:
    """By community, and the sum. A building is visited at the interval of its most pressing home."""
    groups: defaultdict[int, list[Block]] = defaultdict(list)
    for block in found.blocks:
        groups[block.place[0]].append(block)
    names = {place.pk: place_name(place) for place in Community.objects.visible_to(user)}
    rows = [
        _cost(name, groups[pk], workers.get(pk, 0), now, tried) for pk, name in names.items() if groups[pk]
    ]
    return rows, _cost("", found.blocks, sum(workers.get(pk, 0) for pk in names), now, tried)


def _cost(name: str, blocks: Sequence[Block], workers: int, now: Intervals, tried: Intervals) -> Cost:
    return Cost(
        name=name,
        buildings=len(blocks),
        workers=workers,
        before=sum(1 / now.of(block.kinds) for block in blocks),
        after=sum(1 / tried.of(block.kinds) for block in blocks),
        homes_before=sum(block.homes / now.of(block.kinds) for block in blocks),
        homes_after=sum(block.homes / tried.of(block.kinds) for block in blocks),
    )
