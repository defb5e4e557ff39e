"""What hangs and what is owed, by place; who holds the sheets of a run."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from communities.models import Community, Grid, Post
from grading.models import Standing
from signage.models import PrintRun, Product, ScanCount, Sign, SignTask
from signage.querysets import (
    boards_out_of_date,
    has_one_in_hand,
    overdue_before,
    owing,
    since_when,
    to_take_down,
)
from signage.states import SignState

IN_COMMUNITY, IN_GRID = "unit__building__community", "unit__building__grid"


@dataclass
class Wall:
    """The signs of one community or grid."""

    place: Community | Grid | None
    key: int
    query: str = ""  # of the lists behind the numbers
    graded: int = 0
    owed: int = 0
    overdue: int = 0
    oldest: datetime | None = None
    notices: int = 0
    to_print: int = 0
    printed: int = 0
    issued: int = 0
    take_down: int = 0
    tasks: int = 0

    @property
    def in_hand(self) -> int:
        return self.printed + self.issued

    @property
    def true(self) -> int:
        """Graded homes whose sticker shows the grade in force."""
        return self.graded - self.owed

    @property
    def share(self) -> float | None:
        return self.true / self.graded if self.graded else None


@dataclass(frozen=True)
class Walls:
    rows: list[Wall]
    total: Wall


def walls(user: User, day: date, community: Community | None) -> Walls:
    """By community, or by grid of one: seven GROUP BYs."""
    path = IN_GRID if community else IN_COMMUNITY
    rows: defaultdict[int, Wall] = defaultdict(lambda: Wall(None, 0))

    def group(found: Any, **sums: Any) -> Any:
        seen = found.visible_to(user)
        inside = seen.filter(**{IN_COMMUNITY: community.pk}) if community else seen
        return inside.order_by().values_list(path).annotate(n=Count("pk"), **sums)

    graded = Standing.objects.filter(grade__isnull=False, unit__left_on__isnull=True)
    for key, n in group(graded):
        rows[key or 0].graded = n
    late = Count("pk", filter=Q(since__lt=overdue_before(day)))
    to_print = Count("pk", filter=Q(in_hand=False))
    stickers, notices = (
        owing(product).annotate(in_hand=has_one_in_hand(product))
        for product in (Product.STICKER, Product.NO_RENTAL)
    )
    stickers = stickers.annotate(since=since_when(Product.STICKER))
    for key, n, overdue, oldest, missing in group(
        stickers, overdue=late, oldest=Min("since"), missing=to_print
    ):
        row = rows[key or 0]
        row.owed, row.overdue, row.oldest, row.to_print = n, overdue, oldest, missing
    for key, n, missing in group(notices, missing=to_print):
        row = rows[key or 0]
        row.notices = n
        row.to_print += missing
    for name, found in (
        ("printed", Sign.objects.filter(state=SignState.PRINTED)),
        ("issued", Sign.objects.filter(state=SignState.ISSUED)),
        ("take_down", to_take_down()),
        ("tasks", SignTask.objects.open()),
    ):
        for key, n in group(found):
            setattr(rows[key or 0], name, n)
    return Walls(_named(rows, user, community), _total(rows.values()))


def _named(rows: dict[int, Wall], user: User, community: Community | None) -> list[Wall]:
    """In the order of the places; homes without a grid come last."""
    places: list[Any] = (
        list(Grid.objects.filter(community=community))
        if community
        else list(Community.objects.visible_to(user).filter(pk__in=list(rows)))
    )
    named = [(place.pk, place) for place in places if place.pk in rows] + ([(0, None)] if 0 in rows else [])
    for pk, place in named:
        query = f"community={community.pk}&grid={pk}" if community else f"community={pk}"
        rows[pk].place, rows[pk].key, rows[pk].query = place, pk, query
    return [rows[pk] for pk, _place in named]


def _total(rows: Any) -> Wall:
    total = Wall(None, 0)
    for row in rows:
        for name in (
            "graded", "owed", "overdue", "notices", "to_print", "printed", "issued", "take_down", "tasks",
        ):  # fmt: skip
            setattr(total, name, getattr(total, name) + getattr(row, name))
        days = [day for day in (total.oldest, row.oldest) if day]
        total.oldest = min(days) if days else None
    return total


def old_boards(user: User, community: Community | None) -> list[Sign]:
    """Boards that tell grades which have changed since, the oldest first."""
    rows = boards_out_of_date().filter(pk__in=Sign.objects.reached_by(user))
    if community:
        rows = rows.filter(Q(building__community=community) | Q(estate__community=community))
    return list(rows.select_related("building", "estate", "committee").order_by("printed_at", "pk")[:50])


def scans_of_late(day: date) -> list[tuple[str, int]]:
    """Codes that nobody should find on a wall, scanned today and in the week before."""
    counted: defaultdict[str, int] = defaultdict(int)
    for row in ScanCount.objects.filter(day__gte=date.fromordinal(day.toordinal() - 7), day__lte=day):
        counted[row.what] += row.scans
    return [(str(what.label), counted[what]) for what in ScanCount.What]


@dataclass
class Bundle:
    """The signs of a run in one grid, and in whose hands they are."""

    grid: Grid | None
    signs: int = 0
    printed: int = 0
    holders: dict[str, int] = field(default_factory=dict)

    @property
    def in_hand(self) -> int:
        return self.printed + sum(self.holders.values())


def bundles(run: PrintRun) -> list[Bundle]:
    """One row a grid, with the worker of that grid; three queries."""
    groups = (
        run.signs.filter(unit__isnull=False)
        .order_by()
        .values_list(IN_GRID, "state", "issued_to__display_name")
        .annotate(n=Count("pk"))
    )
    found: defaultdict[int, Bundle] = defaultdict(lambda: Bundle(None))
    for grid, state, holder, n in groups:
        row = found[grid or 0]
        row.signs += n
        if state == SignState.PRINTED:
            row.printed += n
        elif state == SignState.ISSUED:
            row.holders[holder] = row.holders.get(holder, 0) + n
    grids = Grid.objects.in_bulk([pk for pk in found if pk])
    for pk, row in found.items():
        row.grid = grids.get(pk)
    return sorted(found.values(), key=lambda row: (row.grid is None, row.grid.name if row.grid else ""))


def hangers(run: PrintRun, day: date) -> QuerySet[Post]:
    """Posts of those who hang signs in the communities of a run, the ones with a grid of their own first."""
    communities = run.signs.filter(unit__isnull=False).order_by().values(IN_COMMUNITY).distinct()
    posts = Post.objects.held_on(day).filter(role=Role.GRID_WORKER, community__in=communities)
    return posts.select_related("user", "grid").order_by("grid__name", "user__display_name")
