"""What other intervals would cost: visits a day in the long run, by community."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from communities.models import Community
from fucheng.web.leaders.rhythm.census import Block, Census, Intervals
from fucheng.web.leaders.words import place_name


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
