"""The landlord's list and page of one home: own homes only, reasons in plain words."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grading.models import Hazard, Standing
from grading.services.hazards import Seen
from rentals.models import Landlord
from tests import factories
from tests.web.landlords.conftest import Owner


def page_of(owner: Owner) -> str:
    return str(owner.client.get(f"/landlords/homes/{owner.home.pk}/").content.decode())


def test_list_shows_own_homes_only(owner: Owner) -> None:
    page = owner.client.get("/landlords/").content.decode()
    assert owner.home.address in page
    assert owner.neighbour.address not in page


def test_home_tells_what_was_found_by_when_and_on_which_basis(owner: Owner) -> None:
    owner.visited(Seen("F02", None, note="大堂两辆"), Seen("H05", owner.home.pk))
    page = page_of(owner)
    hazard = Hazard.objects.get(item_code="H05")
    for text in ("大堂两辆", "独立式感烟探测器完好", f"{hazard.due_on:%Y-%m-%d}", "−5"):
        assert text in page
    assert f"/landlords/hazards/{hazard.pk}/proof/" in page


def test_red_home_leads_to_the_request_for_delisting(owner: Owner) -> None:
    owner.turn_red()
    page = page_of(owner)
    assert owner.grade == "red"
    assert f"/landlords/homes/{owner.home.pk}/delisting/" in page
    assert "同意列为禁止级" in page


def test_faults_of_other_homes_are_never_shown(owner: Owner) -> None:
    owner.visited(Seen("Z05", owner.neighbour.pk, note="邻居的气瓶"))
    assert "邻居的气瓶" not in page_of(owner)
    assert "邻居的气瓶" not in owner.client.get("/landlords/").content.decode()


def test_home_of_another_landlord_is_not_found(owner: Owner) -> None:
    owner.visited(Seen("Z05", owner.neighbour.pk))
    home, hazard = f"/landlords/homes/{owner.neighbour.pk}/", Hazard.objects.get(unit=owner.neighbour)
    assert owner.client.get(home).status_code == 404
    for url in (f"{home}delisting/", f"/landlords/hazards/{hazard.pk}/proof/"):
        assert owner.client.get(url).status_code == 404
        assert owner.client.post(url, {"words": "x", "note": "x"}).status_code == 404


@pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "office", "leader", "auditor"])
def test_staff_have_no_landlord_pages(owner: Owner, who: str) -> None:
    owner.client.force_login(getattr(owner.cast, who))
    assert owner.client.get("/landlords/").status_code == 403


def test_phone_without_homes_is_told_whom_to_call(owner: Owner) -> None:
    owner.client.force_login(factories.landlord_account("10099990000", "newcomer"))
    page = owner.client.get("/landlords/").content.decode()
    assert "fc-empty" in page


def test_home_that_left_the_register_is_not_found(owner: Owner) -> None:
    type(owner.home).objects.filter(pk=owner.home.pk).update(left_on=timezone.localdate())
    assert owner.client.get(f"/landlords/homes/{owner.home.pk}/").status_code == 404


def test_worst_homes_come_first_and_pages_turn(owner: Owner) -> None:
    factories.units(owner.building, 40, owner=Landlord.objects.get(name="王小明"))
    last = owner.building.units.latest("pk")
    Standing.objects.filter(unit=last).update(grade="red", graded_at=timezone.now())
    first = owner.client.get("/landlords/").content.decode()
    assert first.index(last.address) < first.index(owner.home.address)
    assert owner.client.get("/landlords/?page=2").content.decode().count('class="ll-home ') == 11


def test_pages_cost_the_same_for_one_and_for_fifty(owner: Owner) -> None:
    owner.visited(Seen("H05", owner.home.pk))
    urls = ["/landlords/", f"/landlords/homes/{owner.home.pk}/"]

    def costs() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as captured:
                owner.client.get(url)
            found.append(len(captured))
        return found

    few = costs()
    factories.units(owner.building, 49, owner=Landlord.objects.get(name="王小明"))
    items = ["H03", "H04", "H08", "L03", "L04", "L05", "Z08"]
    homes = owner.building.units.filter(landlord__name="王小明")
    owner.visited(*(Seen(item, home.pk) for home in homes for item in items))
    assert costs() == few
    assert max(few) <= 35
