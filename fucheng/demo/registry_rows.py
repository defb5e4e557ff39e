"""Rows of a made-up registry file with the proportions of Fucheng in 2019 (figures of the street: 170,699
homes).

The same number of homes and the same seed give the same rows, and the workbook the same bytes.
Head-counts average about 2.5 a home: 426,000 migrants lived in 170,699 homes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fucheng.demo.names import COMPANIES, PUBLIC_LANDLORDS, MadeUpPerson, People
from fucheng.demo.street_plan import COMMUNITIES, STREET_PREFIX, CommunityPlan, Place
from rentals.registry.columns import CATEGORY_LABELS, Category, Datum
from rentals.registry.template import fill_template

FULL = 170_699
SPLIT: dict[Category, int] = {
    Category.URBAN_VILLAGE: 157_975,
    Category.COMMODITY_ESTATE: 4_326,
    Category.PUBLIC_RENTAL: 4_038,
    Category.SCATTERED: 4_360,
}
OLD_CODE_SHARE = 0.6
"""Buildings that kept the digits of the old street Guanlan (a code is for life)."""
LETTER_SHARE = 0.003
MANAGED_SHARE = 0.3
SAME_LANDLORD_SHARE = 0.35
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class _House:
    """A building before its homes: where it stands and how large it is."""

    category: Category
    place: Place | None
    name: str
    address: str
    longitude: float
    latitude: float
    floors: int
    rooms: int
    homes: int


def largest_remainder(total: int, weights: Sequence[int], least: int = 0) -> list[int]:
    """Share `total` by weights; parts sum to `total`, each at least `least` when there is enough for all."""
    least = least if total >= least * len(weights) else 0
    rest, whole = total - least * len(weights), sum(weights)
    parts = [rest * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (-(rest * weights[n] % whole), n))
    for number in order[: rest - sum(parts)]:
        parts[number] += 1
    return [part + least for part in parts]


def generate_registry(path: str | Path, units: int = FULL, seed: int = 2019) -> int:
    """Write the workbook with `units` homes. Returns the number of rows."""
    return fill_template(path, registry_rows(units, seed))


def registry_rows(units: int = FULL, seed: int = 2019) -> Iterator[tuple[str, ...]]:
    """Yield one tuple of texts per home, in the order of `columns.FIELDS`, community by community."""
    random = Random(seed)
    people = People(random)
    public = [people.company(name) for name in PUBLIC_LANDLORDS]
    split = dict(zip(SPLIT, largest_remainder(units, list(SPLIT.values())), strict=True))
    places = [(plan, place) for plan in COMMUNITIES for place in plan.commodity]
    commodity = dict(
        zip(
            places,
            largest_remainder(split[Category.COMMODITY_ESTATE], [p.share for _, p in places], 1),
            strict=True,
        )
    )
    places = [(plan, place) for plan in COMMUNITIES for place in plan.public]
    rental = dict(
        zip(
            places,
            largest_remainder(split[Category.PUBLIC_RENTAL], [p.share for _, p in places], 1),
            strict=True,
        )
    )
    shares = [plan.share for plan in COMMUNITIES]
    villages = largest_remainder(split[Category.URBAN_VILLAGE], shares)
    scattered = largest_remainder(split[Category.SCATTERED], shares)
    for plan, in_villages, alone in zip(COMMUNITIES, villages, scattered, strict=True):
        houses = [
            *_village_houses(random, plan, in_villages),
            *_estate_houses(
                random, plan, {place: n for (owner, place), n in commodity.items() if owner is plan}, False
            ),
            *_estate_houses(
                random, plan, {place: n for (owner, place), n in rental.items() if owner is plan}, True
            ),
            *_scattered_houses(random, plan, alone),
        ]
        yield from _rows_of(random, people, public, plan, houses)


def _village_houses(random: Random, plan: CommunityPlan, homes: int) -> Iterator[_House]:
    """Lanes (巷) of houses of 5 to 8 floors, 12 to 30 houses a lane; shops on the ground floor of some."""
    for place, wanted in zip(
        plan.villages, largest_remainder(homes, [v.share for v in plan.villages]), strict=True
    ):
        lane, number, length = 1, 0, random.randint(12, 30)
        while wanted > 0:
            number += 1
            if number > length:
                lane, number, length = lane + 1, 1, random.randint(12, 30)
            floors = random.choices((5, 6, 7, 8), (20, 35, 30, 15))[0]
            rooms = random.choices((2, 3, 4, 5, 6), (22, 38, 25, 10, 5))[0]
            size = min(wanted, floors * rooms - (rooms if random.random() < 0.3 else 0))
            wanted -= size
            name = f"{_lane_name(lane)}巷{number}栋"
            yield _House(
                Category.URBAN_VILLAGE, place, name, f"{STREET_PREFIX}{plan.name}社区{place.name}{name}",
                place.longitude + (number - 10) * 0.000125 + random.uniform(-2e-5, 2e-5),
                place.latitude + (lane % 18 - 9) * 0.000120 + random.uniform(-2e-5, 2e-5),
                floors, rooms, size,
            )  # fmt: skip


def _lane_name(lane: int) -> str:
    if lane <= 10:
        return NUMERALS[lane - 1]
    tens, ones = divmod(lane, 10)
    return (NUMERALS[tens - 1] if tens > 1 else "") + "十" + (NUMERALS[ones - 1] if ones else "")


def _estate_houses(
    random: Random, plan: CommunityPlan, wanted: dict[Place, int], rental: bool
) -> Iterator[_House]:
    """Blocks of 18 to 33 floors; in commodity estates only a part of the flats is let."""
    category = Category.PUBLIC_RENTAL if rental else Category.COMMODITY_ESTATE
    for place, homes in wanted.items():
        block = 0
        while homes > 0:
            block += 1
            floors, flats = random.randint(18, 33), random.choice((4, 6) if rental else (2, 4))
            size = min(homes, int(floors * flats * (0.9 if rental else 0.45)))
            homes -= size
            yield _House(
                category, place, f"{block}栋", f"{STREET_PREFIX}{plan.name}社区{place.name}{block}栋",
                place.longitude + (block % 4 - 1.5) * 0.00045 + random.uniform(-2e-5, 2e-5),
                place.latitude + (block // 4 - 1) * 0.00040 + random.uniform(-2e-5, 2e-5),
                floors, flats, size,
            )  # fmt: skip


def _scattered_houses(random: Random, plan: CommunityPlan, homes: int) -> Iterator[_House]:
    """Houses along roads, outside villages and estates."""
    middle = plan.villages[0]
    number = 0
    while homes > 0:
        number += random.randint(1, 4)
        floors, rooms = random.randint(3, 6), random.choice((1, 2, 3))
        size = min(homes, floors * rooms)
        homes -= size
        road = plan.roads[number % len(plan.roads)]
        yield _House(
            Category.SCATTERED, None, f"{number}号", f"{STREET_PREFIX}{plan.name}社区{road}{number}号",
            middle.longitude + random.uniform(-0.006, 0.006), middle.latitude + random.uniform(-0.005, 0.005),
            floors, rooms, size,
        )  # fmt: skip


def _rows_of(
    random: Random, people: People, public: list[MadeUpPerson], plan: CommunityPlan, houses: list[_House]
) -> Iterator[tuple[str, ...]]:
    owners: list[MadeUpPerson] = []
    managers: list[MadeUpPerson] = []
    counted: Counter[int] = Counter()
    for house, grid in zip(houses, _grids(plan, houses), strict=True):
        counted[grid] += 1
        prefix = plan.old_code if random.random() < OLD_CODE_SHARE else plan.code
        kind = random.choice("TL") if random.random() < LETTER_SHARE else "0"
        building = f"{prefix}{grid:02d}{kind}{counted[grid]:04d}"
        manager = _pick(random, people, managers, 0.7) if random.random() < MANAGED_SHARE else None
        of_house = _owner(random, people, public, owners, house)
        places = [(floor, room) for floor in range(house.floors, 0, -1) for room in range(1, house.rooms + 1)]
        if house.category == Category.COMMODITY_ESTATE:
            random.shuffle(places)
        for serial, (floor, room) in enumerate(sorted(places[: house.homes]), 1):
            owner = of_house or _pick(random, people, owners, 0.15)
            yield (
                f"{building}{serial:06d}", building, plan.name, f"{plan.name}第{grid:02d}网格",
                house.place.name if house.place else "", house.address,
                house.name, str(floor), f"{floor}{room:02d}",
                CATEGORY_LABELS[house.category], f"{_area(random, house.category):.2f}",
                owner.name, owner.identity, owner.phone,
                manager.name if manager else "", manager.phone if manager else "",
                str(random.choices((0, 1, 2, 3, 4, 5, 6), (5, 18, 30, 26, 13, 6, 2))[0]),
                f"{house.longitude:.6f}", f"{house.latitude:.6f}", Datum.WGS84.value, "",
            )  # fmt: skip


def _grids(plan: CommunityPlan, houses: list[_House]) -> list[int]:
    """Number the grids along the lanes of the villages; other houses belong to the grid of the nearest
    lane.
    """
    lanes = [house for house in houses if house.category == Category.URBAN_VILLAGE]
    share = {id(house): n * plan.grids // len(lanes) + 1 for n, house in enumerate(lanes)}
    near = [(house.longitude, house.latitude, share[id(house)]) for house in lanes[::10]] or [(0.0, 0.0, 1)]
    return [
        share.get(id(house))
        or min((abs(x - house.longitude) + abs(y - house.latitude), grid) for x, y, grid in near)[1]
        for house in houses
    ]


def _owner(
    random: Random, people: People, public: list[MadeUpPerson], owners: list[MadeUpPerson], house: _House
) -> MadeUpPerson | None:
    """Return the landlord of the whole building, or None where every home has its own."""
    if house.category == Category.PUBLIC_RENTAL:
        return public[len(house.name + house.address) % len(public)]
    if house.category == Category.COMMODITY_ESTATE:
        return None
    if random.random() < 0.02:
        place = house.place.name if house.place else "福城"
        owners.append(people.company(f"{place}{random.choice(COMPANIES)}"))
        return owners[-1]
    return _pick(random, people, owners, SAME_LANDLORD_SHARE)


def _pick(random: Random, people: People, known: list[MadeUpPerson], again: float) -> MadeUpPerson:
    """Return one of the last forty known persons with the chance `again`, otherwise a new one."""
    if known and random.random() < again:
        return random.choice(known[-40:])
    known.append(people.person())
    return known[-1]


def _area(random: Random, category: Category) -> float:
    low, high = {
        Category.URBAN_VILLAGE: (12, 45), Category.COMMODITY_ESTATE: (45, 120),
        Category.PUBLIC_RENTAL: (35, 70), Category.SCATTERED: (15, 60),
    }[category]  # fmt: skip
    return random.triangular(low, high, low + (high - low) / 3)
