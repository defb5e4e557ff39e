"""The story of the street's half year as a plan: which fault is found where and when, what is mended, who asks.

Pure: homes in, plan out, the same for the same seed. It knows how large each move must be (figures of the
seed article, scaled to the size of the street); the figures on the leaders' page come out of the rows that
the services write when the plan is played (`fucheng.demo.replay`).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

WEEKS = 17
FROM_GREEN = 0.4  # share of the dynamic reds that were green before
FIGURES = Path(__file__).with_name("figures.json")

LISTED_FAULTS = ("F01", "H01", "H02", "F04", "Z03", "Z04", "F01", "H02")  # common parts, cap items
UNIT_CAPS = ("H03", "F02", "Z07", "Z10", "H03", "L07", "L08", "F05", "Z06", "F02")
SMALL_FAULTS = ("H04", "H08", "L03", "L04", "L05", "Z08", "E06")
RED_UNIT_FAULTS = {"mahjong": "L06", "gas": "Z05", "incident": "F08"}
RED_SHARES = {"mahjong": 0.26, "gas": 0.19, "incident": 0.24, "fire": 0.19, "dangerous": 0.12}
NOTES = {
    "F01": "二楼楼道堆放杂物，疏散通道仅剩不足60厘米",
    "H02": "天面门上锁，钥匙不在楼内",
    "H03": "防盗网逃生窗上锁，无法从内打开",
    "F02": "电动车推入室内充电",
    "L06": "客厅摆放三台麻将机，对外营业",
    "Z05": "存放无标识瓶装气",
    "F08": "本月发生警情，业主未履行管理责任",
    "F06": "消防部门认定存在严重消防隐患",
    "Z01": "鉴定为D级危房",
    "Z10": "配电箱无漏电保护，插座无接地",
    "Z07": "卫生间使用直排式热水器",
}


@dataclass(frozen=True)
class Fault:
    """`unit` None: common parts."""

    item: str
    unit: int | None

    @property
    def note(self) -> str:
        return NOTES.get(self.item, "")


@dataclass(frozen=True)
class House:
    """A building with its homes (ids)."""

    pk: int
    units: tuple[int, ...]


@dataclass
class Week:
    """What happens in one week of daily work, by building."""

    found: dict[int, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    mended: dict[int, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    delisted: list[int] = field(default_factory=list)


@dataclass
class Plan:
    survey: dict[int, list[Fault]]
    weeks: list[Week]
    open_ends: dict[int, list[Fault]]  # found on the last day, still undecided


@dataclass(frozen=True)
class Targets:
    """The street's figures, scaled to the number of homes."""

    green: int
    yellow: int
    red: int
    turned_red: int
    delisted: int
    upgraded: int
    listed: int

    @classmethod
    def scaled(cls, homes: int, houses: int) -> "Targets":
        data = json.loads(FIGURES.read_text(encoding="utf-8"))
        share: float = homes / data["units_total"]

        def part(number: int) -> int:
            return round(number * share)

        grades = data["units_by_grade"]
        red, green = max(part(grades["red"]), 6), part(grades["green"])
        turned_red = max(part(data["units_turned_red_dynamically"]), 5)
        return cls(
            green=green,
            yellow=homes - red - green,
            red=red,
            turned_red=turned_red,
            delisted=max(part(data["units_delisted_from_red"]), 2),
            upgraded=max(part(data["units_lifted_yellow_to_green"]), 4),
            listed=min(part(data["buildings_listed_for_hazards"]), houses // 2),
        )


class _Draft:
    """The plan in the making: which homes are still free for a story."""

    def __init__(self, houses: Sequence[House], random: Random) -> None:
        self.random = random
        self.houses = {house.pk: house for house in houses}
        self.house_of = {unit: house.pk for house in houses for unit in house.units}
        self.survey: dict[int, list[Fault]] = defaultdict(list)
        self.weeks = [Week() for _ in range(WEEKS)]
        self.free: dict[int, list[int]] = {house.pk: list(house.units) for house in houses}

    def take_units(self, pool: Sequence[int], count: int) -> list[int]:
        """`count` free homes of the pool; they are not free any more."""
        chosen = self.random.sample(pool, count)
        for unit in chosen:
            self.free[self.house_of[unit]].remove(unit)
        return chosen

    def take_houses(self, pool: list[int], homes: int) -> list[int]:
        """Wholly free houses of the pool whose homes add up to at most `homes`."""
        taken: list[int] = []
        for pk in pool:
            size = len(self.houses[pk].units)
            if size <= homes and len(self.free[pk]) == size:
                taken.append(pk)
                homes -= size
                self.free[pk] = []
        for pk in taken:
            pool.remove(pk)
        return taken

    def week(self) -> Week:
        return self.random.choice(self.weeks)

    def free_units(self, pool: Iterable[int]) -> list[int]:
        return [unit for pk in pool for unit in self.free[pk]]


def plan_half_year(houses: Sequence[House], seed: int) -> Plan:
    """Chooses homes for every move, so that the moves add up to the targets exactly."""
    random = Random(seed)
    draft = _Draft(houses, random)
    targets = Targets.scaled(sum(len(h.units) for h in houses), len(houses))
    order = [house.pk for house in houses]
    random.shuffle(order)
    # Large houses rather stay unlisted, so that single homes are left for the other stories.
    listed = sorted(order, key=lambda pk: len(draft.houses[pk].units))[len(order) // 8 :][: targets.listed]
    random.shuffle(listed)
    clean = [pk for pk in order if pk not in set(listed)]

    from_green = round(targets.turned_red * FROM_GREEN)
    yellow_at_first = targets.yellow + targets.upgraded + (targets.turned_red - from_green)
    red_at_first = targets.red - targets.turned_red + targets.delisted
    _survey_reds(draft, clean, red_at_first)
    reds_to_delist = _daily_reds(draft, clean, from_green)
    # A red house is listed for its hazard too, and counts among the listed ones.
    red_houses = sum(not draft.free[pk] for pk in clean if draft.houses[pk].units)
    clean += listed[targets.listed - red_houses :]
    del listed[targets.listed - red_houses :]
    _listed_houses(draft, listed)
    listed_homes = sum(len(draft.houses[pk].units) for pk in listed)
    lone_yellow = yellow_at_first - listed_homes
    if lone_yellow < 0:
        raise ValueError("too few homes for this plan; use at least 1,000")
    yellow_units = draft.take_units(draft.free_units(clean), lone_yellow)
    for unit in yellow_units:
        draft.survey[draft.house_of[unit]].append(Fault(random.choice(UNIT_CAPS), unit))
    _small_faults(draft, clean)
    left = _reds_from_yellow(draft, yellow_units, targets.turned_red - from_green)
    _upgrades(draft, listed, left, targets.upgraded)
    _delistings(draft, reds_to_delist, targets.delisted)
    return Plan(dict(draft.survey), draft.weeks, _open_ends(draft, clean))


def _survey_reds(draft: _Draft, clean: list[int], count: int) -> None:
    """Homes that are red from the first grading on: a few whole buildings, then single homes."""
    whole = draft.take_houses([pk for pk in clean if len(draft.houses[pk].units) < 25], count // 4)
    for number, pk in enumerate(whole):
        draft.survey[pk].append(Fault("Z01" if number % 2 else "F06", None))
    count -= sum(len(draft.houses[pk].units) for pk in whole)
    for unit in draft.take_units(draft.free_units(clean), count):
        item = draft.random.choice(list(RED_UNIT_FAULTS.values()))
        draft.survey[draft.house_of[unit]].append(Fault(item, unit))


def _daily_reds(draft: _Draft, clean: list[int], from_green: int) -> list[tuple[int, Fault, int]]:
    """Green homes that turn red in daily work; (unit, fault, week) of those that could be delisted."""
    small = [pk for pk in clean if len(draft.houses[pk].units) < 20]
    rest = from_green
    for share, item in ((RED_SHARES["fire"], "F06"), (RED_SHARES["dangerous"], "Z01")):
        for pk in draft.take_houses(small, round(from_green * share)):
            draft.week().found[pk].append(Fault(item, None))
            rest -= len(draft.houses[pk].units)
    single = []
    for unit in draft.take_units(draft.free_units(clean), rest):
        fault = Fault(draft.random.choice(("L06", "Z05", "F08")), unit)
        number = draft.random.randrange(WEEKS)
        draft.weeks[number].found[draft.house_of[unit]].append(fault)
        single.append((unit, fault, number))
    return single


def _listed_houses(draft: _Draft, listed: list[int]) -> None:
    """Houses with a grave fault in the common parts: every home there is yellow."""
    for pk in listed:
        draft.survey[pk].append(Fault(draft.random.choice(LISTED_FAULTS), None))


def _small_faults(draft: _Draft, clean: list[int]) -> None:
    """A few points here and there; these homes stay green."""
    free = draft.free_units(clean)
    for unit in draft.random.sample(free, len(free) // 12):
        draft.survey[draft.house_of[unit]].append(Fault(draft.random.choice(SMALL_FAULTS), unit))


def _reds_from_yellow(draft: _Draft, yellow_units: list[int], count: int) -> list[int]:
    """Yellow homes that turn red in daily work; the yellow homes that are left."""
    chosen = set(draft.random.sample(yellow_units, count))
    items = ("L06", "Z05", "F08", "Z11", "F08")
    for unit in sorted(chosen):
        item = draft.random.choice(items)
        draft.week().found[draft.house_of[unit]].append(Fault(item, unit))
    return [unit for unit in yellow_units if unit not in chosen]


def _upgrades(draft: _Draft, listed: list[int], yellow_units: list[int], count: int) -> None:
    """Yellow homes that are mended: about two thirds by whole houses, the rest one by one."""
    by_house = count * 2 // 3
    for pk in listed:
        size = len(draft.houses[pk].units)
        if size <= by_house:
            by_house -= size
            count -= size
            draft.week().mended[pk] += [f for f in draft.survey[pk] if f.unit is None]
    for unit in draft.random.sample(yellow_units, count):
        house = draft.house_of[unit]
        draft.week().mended[house] += [f for f in draft.survey[house] if f.unit == unit]


def _delistings(draft: _Draft, reds: list[tuple[int, Fault, int]], count: int) -> None:
    """Homes whose landlord mends and asks; at least a week after they turned red."""
    early = [red for red in reds if red[2] < WEEKS - 2]
    for unit, fault, number in draft.random.sample(early, min(count, len(early))):
        week = draft.weeks[draft.random.randrange(number + 1, WEEKS)]
        week.mended[draft.house_of[unit]].append(fault)
        week.delisted.append(unit)


def _open_ends(draft: _Draft, clean: list[int]) -> dict[int, list[Fault]]:
    """Faults of the last day, so that reviewers and panel find something to decide."""
    found: dict[int, list[Fault]] = defaultdict(list)
    free = draft.free_units(clean)
    for number, unit in enumerate(draft.random.sample(free, min(160, len(free) // 20))):
        item = "L06" if number % 8 == 0 else draft.random.choice(UNIT_CAPS)
        found[draft.house_of[unit]].append(Fault(item, unit))
    return dict(found)
