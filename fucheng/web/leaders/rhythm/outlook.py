"""By community or grid: what is overdue, what falls due in the coming weeks, what was done in the last ones."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from communities.models import Community, Grid
from fucheng.web.leaders.rhythm.census import WEEKS, Block, Census, Intervals
from fucheng.web.leaders.rows import AGES
from fucheng.web.leaders.sums import Number, list_url
from fucheng.web.leaders.words import place_name


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
