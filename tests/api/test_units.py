"""Homes and grades for machines: scope, masks, filters, paging, flat queries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fucheng.flows import grade_change, visit
from grading.models import GradeChange, Standing
from grading.services.hazards import Seen
from tests import factories
from tests.api.conftest import Machine
from tests.conftest import Cast

NOON = factories.NOON
UNITS = "/api/v1/units/"


def codes(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [unit["code"] for unit in response.json()["results"]]


def grade(cast: Cast, building, *, at=NOON, seen=()) -> None:
    """A visit and the community's approval of everything green or yellow."""
    import uuid

    visit.submit(
        client_id=uuid.uuid4(), building_id=building.pk, by=cast.grid, started_at=at, at=at, seen=seen
    )
    ids = list(GradeChange.objects.awaiting_community().values_list("pk", flat=True))
    grade_change.decide_many(verb="approve", change_ids=ids, by=cast.reviewer, at=at, reason="属实")


def test_units_are_those_of_the_persons_communities(cast: Cast, machine: Machine) -> None:
    (ours,) = factories.units(factories.building(cast.fumin))
    (theirs,) = factories.units(factories.building(cast.qiankeng))

    assert codes(machine(cast.grid).get(UNITS)) == [ours.code]
    assert codes(machine(cast.reviewer2).get(UNITS)) == [theirs.code]
    assert codes(machine(cast.leader).get(UNITS)) == sorted([ours.code, theirs.code])
    assert machine(cast.reviewer2).get(f"{UNITS}{ours.code}/").status_code == 404


def test_a_landlord_sees_own_homes_without_the_landlord_field(cast: Cast, machine: Machine) -> None:
    building = factories.building(cast.fumin)
    (own,) = factories.units(building, owner=factories.landlord())
    factories.units(building, owner=factories.landlord("李四", "10087654321"))

    response = machine(cast.landlord).get(UNITS)

    assert codes(response) == [own.code]
    assert "landlord" not in response.json()["results"][0]


def test_staff_read_the_landlord_masked_only(cast: Cast, machine: Machine) -> None:
    (unit,) = factories.units(factories.building(cast.fumin), owner=factories.landlord())

    response = machine(cast.reviewer).get(f"{UNITS}{unit.code}/")

    assert response.json()["landlord"] == {"name": "王**", "phone": "100****5678"}
    assert "10012345678" not in response.content.decode()
    assert "王小明" not in response.content.decode()


def test_units_filter_by_grade_category_grid_and_words(cast: Cast, machine: Machine) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    bad, good = factories.units(building, 2)
    grade(cast, building, seen=[Seen("F02", bad.pk)])
    other = factories.building(cast.fumin, grid=factories.grid(cast.fumin, "第02网格"), name="老围5巷")
    (fresh,) = factories.units(other, category="scattered")
    client = machine(cast.office)

    assert Standing.objects.get(unit=bad).grade == "yellow"
    assert codes(client.get(UNITS, {"grade": "yellow"})) == [bad.code]
    assert codes(client.get(UNITS, {"grade": "none"})) == [fresh.code]
    assert codes(client.get(UNITS, {"category": "scattered"})) == [fresh.code]
    assert codes(client.get(UNITS, {"grid": other.grid_id})) == [fresh.code]
    assert codes(client.get(UNITS, {"q": "老围５巷"})) == [fresh.code]
    assert codes(client.get(UNITS, {"q": good.code})) == [good.code]
    assert codes(client.get(UNITS, {"community": cast.qiankeng.pk})) == []


def test_stale_units_are_those_whose_next_visit_is_overdue(cast: Cast, machine: Machine) -> None:
    late, never = factories.units(factories.building(cast.fumin), 2)
    yesterday = timezone.localdate() - timedelta(days=1)
    Standing.objects.filter(unit=late).update(next_visit_on=yesterday)
    client = machine(cast.reviewer)

    assert codes(client.get(UNITS, {"stale": "true"})) == [late.code]
    assert codes(client.get(UNITS, {"stale": "false"})) == [never.code]
    assert client.get(f"{UNITS}{late.code}/").json()["is_stale"] is True


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"grade": "pink"}, "grade"),
        ({"stale": "perhaps"}, "stale"),
        ({"community": "9" * 30}, "community"),
        ({"community": "福民"}, "community"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"q": "\0"}, "q"),
        ({"grad": "red"}, "grad"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_refused_by_name(
    cast: Cast, machine: Machine, query: dict[str, str], field: str
) -> None:
    response = machine(cast.reviewer).get(UNITS, query)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_lists_come_in_parts_that_add_up(cast: Cast, machine: Machine) -> None:
    units = factories.units(factories.building(cast.fumin), 5)
    client = machine(cast.reviewer)

    first = client.get(UNITS, {"limit": 3}).json()
    second = client.get(first["next"]).json()

    assert first["count"] == 5
    assert first["previous"] is None
    assert second["next"] is None
    assert [u["code"] for u in first["results"] + second["results"]] == [u.code for u in units]


def test_units_cost_the_same_queries_for_1_and_50(
    cast: Cast, machine: Machine, django_assert_num_queries
) -> None:
    client = machine(cast.reviewer)
    for count in (1, 50):
        factories.units(
            factories.building(cast.fumin), count, owner=factories.landlord(phone=f"100000000{count:02d}")
        )
        with django_assert_num_queries(6):  # token, its tidying, posts, count, keys, rows
            client.get(UNITS)


def test_grades_tell_history_day_and_sum(cast: Cast, machine: Machine) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    (unit,) = factories.units(building)
    grade(cast, building)
    later = NOON + timedelta(days=3)
    grade(cast, building, at=later, seen=[Seen("F02", unit.pk, note="楼道")])
    client, address = machine(cast.reviewer), f"{UNITS}{unit.code}/grades/"

    history = client.get(address).json()["results"]
    before = client.get(address, {"as_of": (NOON + timedelta(days=1)).date()}).json()["results"]

    assert [row["grade"] for row in history] == ["yellow", "green"]
    assert [row["grade"] for row in before] == ["green"]
    assert client.get(address, {"as_of": "2020-01-01"}).json()["count"] == 0
    (line,) = history[0]["lines"]
    assert (line["item"], line["effect"], line["common_parts"]) == ("F02", "cap", False)
    assert line["fault"]
    assert history[0]["score"] == 100 - sum(d["counted"] for d in history[0]["dimensions"])


def test_grades_cost_the_same_queries_for_1_and_8_periods(
    cast: Cast, machine: Machine, django_assert_num_queries
) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    (unit,) = factories.units(building)
    client, address = machine(cast.reviewer), f"{UNITS}{unit.code}/grades/"
    grade(cast, building)
    client.get(address)  # the rule set is read once and kept
    for turn in range(8):
        seen = "fault" if turn % 2 == 0 else "mended"
        grade(
            cast,
            building,
            at=NOON + timedelta(days=turn + 1),
            seen=[Seen(("F02", "H03")[turn // 4], unit.pk, seen)],
        )
    with django_assert_num_queries(7):
        assert client.get(address).json()["count"] == 9


def test_grades_of_a_home_elsewhere_are_not_found(cast: Cast, machine: Machine) -> None:
    (unit,) = factories.units(factories.building(cast.fumin))
    assert machine(cast.grid2).get(f"{UNITS}{unit.code}/grades/").status_code == 404
