"""The made-up street: proportions, sums, and the same bytes for the same seed."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from fucheng.demo.registry_rows import FULL, SPLIT, generate_registry, largest_remainder, registry_rows
from fucheng.demo.street_plan import COMMUNITIES, ESTATES
from rentals.registry.columns import CATEGORY_LABELS, INDEX
from rentals.registry.normalise import check_character
from tests.rentals.registry import files

UNITS = 5_000


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, ...]]:
    return list(registry_rows(UNITS))


def column(rows: list[tuple[str, ...]], name: str) -> list[str]:
    return [row[INDEX[name]] for row in rows]


def test_full_street_has_the_figures_of_2019() -> None:
    assert sum(SPLIT.values()) == FULL == 170_699
    assert largest_remainder(FULL, list(SPLIT.values())) == [157_975, 4_326, 4_038, 4_360]
    assert ESTATES == 21
    assert all(12 <= plan.grids <= 20 for plan in COMMUNITIES)


def test_categories_keep_their_shares(rows: list[tuple[str, ...]]) -> None:
    wanted = dict(zip(SPLIT, largest_remainder(UNITS, list(SPLIT.values())), strict=True))
    assert Counter(column(rows, "category")) == {CATEGORY_LABELS[c]: n for c, n in wanted.items()}
    assert len(rows) == UNITS


def test_estates_are_twenty_one_and_villages_apart(rows: list[tuple[str, ...]]) -> None:
    of = defaultdict(set)
    for row in rows:
        of[row[INDEX["category"]]].add((row[INDEX["community"]], row[INDEX["estate"]]))
    commodity, public = of["商品住宅小区"], of["政府公租(保障)"]
    village, alone = of["城中村"], of["散居"]
    assert len(commodity | public) == 21
    assert not village & (commodity | public)
    assert {estate for _community, estate in alone} == {""}


def test_codes_are_unique_and_rooms_fit_their_floor(rows: list[tuple[str, ...]]) -> None:
    assert len(set(column(rows, "code"))) == UNITS
    assert len({(row[INDEX["building_code"]], row[INDEX["room"]]) for row in rows}) == UNITS
    assert all(row[INDEX["room"]].startswith(row[INDEX["floor"]]) for row in rows)
    assert all(row[INDEX["code"]].startswith(row[INDEX["building_code"]]) for row in rows)


def test_addresses_name_one_building_each(rows: list[tuple[str, ...]]) -> None:
    pairs = {(row[INDEX["building_code"]], row[INDEX["address"]]) for row in rows}
    assert len(pairs) == len({code for code, _ in pairs}) == len({address for _, address in pairs})
    assert all(address.startswith("广东省深圳市龙华区福城街道") for _, address in pairs)


def test_codes_carry_old_street_digits_in_part(rows: list[tuple[str, ...]]) -> None:
    old = sum(code.startswith("440306010") for code in column(rows, "code"))
    assert 0.4 < old / UNITS < 0.8


def test_people_cannot_exist(rows: list[tuple[str, ...]]) -> None:
    numbers = [n for n in column(rows, "owner_id_number") if n.isdigit() or n[:-1].isdigit()]
    assert all(n.startswith("000000") and check_character(n[:17]) == n[17] for n in numbers)
    assert all(n.startswith(("000000", "00000000MA")) for n in column(rows, "owner_id_number"))
    assert all(p.startswith("100") and len(p) == 11 for p in column(rows, "owner_phone"))


def test_landlords_own_several_homes_and_some_have_managers(rows: list[tuple[str, ...]]) -> None:
    assert len(set(column(rows, "owner_id_number"))) < UNITS / 5
    assert 0.1 < sum(map(bool, column(rows, "manager_name"))) / UNITS < 0.5


def test_file_passes_the_check_with_letter_remarks_only(tmp_path: Path) -> None:
    generate_registry(tmp_path / "r.xlsx", 2_000)
    good, problems, _ = files.read(tmp_path / "r.xlsx", frozenset(plan.name for plan in COMMUNITIES))
    assert len(good) == 2_000
    assert {problem.code for problem in problems} <= {"code_letter"}


@pytest.mark.parametrize("units", [1, 7, 60, 400])
def test_small_streets_have_exactly_the_homes_asked_for(units: int) -> None:
    assert len(list(registry_rows(units))) == units


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 2019), ("b", 2019), ("c", 2020)):
        generate_registry(tmp_path / name, 300, seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c


@pytest.mark.deep
def test_full_street_ties_out() -> None:
    rows = list(registry_rows())
    assert len(rows) == FULL
    assert 7_500 < len(set(column(rows, "building_code"))) < 8_800
    assert abs(sum(map(int, column(rows, "residents"))) - 426_000) < 5_000
