"""Hazards and delisting requests for machines."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from fucheng.flows import grade_change, visit
from grading.models import GradeChange, Hazard
from grading.services.hazards import Seen
from tests import factories
from tests.api.conftest import Machine
from tests.conftest import Cast

NOON = factories.NOON
HAZARDS, REQUESTS = "/api/v1/hazards/", "/api/v1/delisting-requests/"


@pytest.fixture
def red(cast: Cast):
    """A home of our landlord, red for a mah-jong parlour; its neighbour has an e-bike indoors."""
    factories.rules()
    building = factories.building(cast.fumin)
    own, other = factories.units(building, 2)
    own.landlord = factories.landlord()
    own.save()
    seen = [Seen("L06", own.pk, note="三桌"), Seen("F02", other.pk)]
    visit.submit(
        client_id=uuid.uuid4(), building_id=building.pk, by=cast.grid, started_at=NOON, at=NOON, seen=seen
    )
    change = GradeChange.objects.get(unit=own)
    grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
    grade_change.approve(change_id=change.pk, by=cast.panel, at=NOON, reason="同意")
    return own


def items(response) -> list[str]:
    assert response.status_code == 200, response.content
    return sorted(hazard["item"] for hazard in response.json()["results"])


def test_hazards_filter_by_open_and_overdue(cast: Cast, machine: Machine, red) -> None:
    late, other = Hazard.objects.get(unit=red), Hazard.objects.exclude(unit=red).get()
    Hazard.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    Hazard.objects.filter(pk=other.pk).update(state="closed", closed_at=NOON)
    client = machine(cast.reviewer)

    assert items(client.get(HAZARDS)) == ["F02", "L06"]
    assert items(client.get(HAZARDS, {"open": "true"})) == ["L06"]
    assert items(client.get(HAZARDS, {"open": "false"})) == ["F02"]
    assert items(client.get(HAZARDS, {"overdue": "true"})) == ["L06"]
    assert items(client.get(HAZARDS, {"overdue": "false"})) == ["F02"]
    assert items(client.get(HAZARDS, {"item": "F02"})) == ["F02"]


def test_hazards_end_at_the_border_of_the_scope(cast: Cast, machine: Machine, red) -> None:
    hazard = Hazard.objects.exclude(unit=red).get()
    assert items(machine(cast.grid2).get(HAZARDS)) == []
    assert items(machine(cast.landlord).get(HAZARDS)) == ["L06"]
    assert machine(cast.landlord).get(f"{HAZARDS}{hazard.pk}/").status_code == 404
    assert machine(cast.grid2).get(f"{HAZARDS}{hazard.pk}/").status_code == 404
    assert machine(cast.grid2).get(f"{HAZARDS}{10**30}/").status_code == 404


def test_a_hazard_tells_what_happened_but_not_who(cast: Cast, machine: Machine, red) -> None:
    hazard = Hazard.objects.get(unit=red)
    shown = machine(cast.landlord).get(f"{HAZARDS}{hazard.pk}/").json()
    assert shown["events"] == [{"what": "opened", "at": shown["opened_at"], "note": "三桌"}]
    assert (shown["unit"], shown["effect"], shown["state"]) == (red.code, "veto", "open")


def test_hazards_cost_the_same_queries_for_2_and_50(
    cast, machine: Machine, red, django_assert_num_queries
) -> None:
    client = machine(cast.reviewer)
    with django_assert_num_queries(6):
        client.get(HAZARDS)
    like = Hazard.objects.get(unit=red)
    homes = factories.units(red.building, 48)
    Hazard.objects.bulk_create(
        Hazard(building=red.building, unit=home, item=like.item, item_code="L06", opened_at=NOON)
        for home in homes
    )
    with django_assert_num_queries(6):
        assert client.get(HAZARDS).json()["count"] == 50


def test_a_landlord_asks_for_delisting_once(cast: Cast, machine: Machine, red) -> None:
    client, sent = machine(cast.landlord), {"unit": red.code, "words": "麻将桌已清走"}

    first = client.post(REQUESTS, sent, format="json")
    second = client.post(REQUESTS, sent, format="json")

    assert (first.status_code, second.status_code) == (201, 409)
    assert first.json()["state"] == "requested"
    assert client.get(REQUESTS, {"open": "true"}).json()["count"] == 1
    assert client.get(REQUESTS, {"open": "false"}).json()["count"] == 0
    assert machine(cast.reviewer).get(REQUESTS, {"state": "requested"}).json()["count"] == 1
    assert machine(cast.reviewer2).get(REQUESTS).json()["count"] == 0


def test_nobody_else_asks_in_the_landlords_name(cast: Cast, machine: Machine, red) -> None:
    sent = {"unit": red.code, "words": "好了"}
    stranger = factories.landlord_account("10099999999", "stranger")
    assert machine(cast.reviewer).post(REQUESTS, sent, format="json").status_code == 403
    assert machine(cast.reviewer2).post(REQUESTS, sent, format="json").status_code == 404
    assert machine(stranger).post(REQUESTS, sent, format="json").status_code == 404


def test_extra_fields_change_nothing(cast: Cast, machine: Machine, red) -> None:
    sent = {"unit": red.code, "words": "好了", "state": "granted", "requested_by": cast.office.pk, "id": 1}
    made = machine(cast.landlord).post(REQUESTS, sent, format="json").json()
    assert made["state"] == "requested"
    assert made["answer"] == ""
