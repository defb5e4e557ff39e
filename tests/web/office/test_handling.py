"""Shares of spot checks and categories of incidents on their pages; a protected category stays protected."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from fucheng.flows import incident_import
from grading.models import Incident, IncidentCategory, SamplingShare
from grading.services.incidents import Report
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON
SHARES = {
    "critical_percent": 100, "critical_more": 0, "major_percent": 40, "major_more": 35, "minor_percent": 10,
    "minor_more": 30,
}  # fmt: skip


@pytest.fixture
def office(client, cast: Cast):
    client.force_login(cast.office)
    return client


def category_page(code: str) -> str:
    return reverse("office:category", args=[code])


def test_the_office_sets_the_share_of_one_class_and_the_trail_tells_it(office, cast: Cast) -> None:
    answer = office.post(reverse("office:handling"), SHARES, follow=True)
    assert answer.status_code == 200
    assert SamplingShare.objects.get(severity="major").percent == 40
    event = AuditEvent.objects.get(verb="sampling-share-changed")
    assert (event.actor, event.subject_id, event.data["before"]["percent"]) == (cast.office, "major", 30)


@pytest.mark.parametrize("percent", ["101", "-1", "", "x"])
def test_a_share_is_a_percentage(office, percent: str) -> None:
    answer = office.post(reverse("office:handling"), SHARES | {"major_percent": percent})
    assert answer.status_code == 422
    assert SamplingShare.objects.get(severity="major").percent == 30


def test_a_new_category_opens_its_item_from_now_on(office, cast: Cast) -> None:
    factories.rules()
    told = {"code": "gas_leak", "name_zh": "燃气泄漏", "name_en": "Gas leak", "item_code": "F07"}
    office.post(reverse("office:category-new"), told)
    home = factories.units(factories.building(cast.fumin))[0]
    report = Report("fire", "1", "gas_leak", NOON, "某处", code=home.building.code)
    incident, _is_new = incident_import.receive(report, by=cast.office, at=NOON)
    assert incident.hazard is not None
    assert incident.hazard.item_code == "F07"


def test_a_protected_category_shows_no_way_to_take_the_protection_away(office) -> None:
    page = office.get(category_page("domestic")).content.decode()
    field = page[page.index('name="is_protected"') - 200 : page.index('name="is_protected"') + 200]
    assert "disabled" in field
    office.post(category_page("domestic"), {"name_zh": "家庭暴力", "name_en": "Domestic", "item_code": ""})
    assert IncidentCategory.objects.get(pk="domestic").is_protected


def test_a_protected_category_never_opens_an_item(office) -> None:
    told = {"name_zh": "家庭暴力", "name_en": "Domestic violence", "item_code": "F08"}
    assert office.post(category_page("domestic"), told).status_code == 422
    assert IncidentCategory.objects.get(pk="domestic").item_code == ""


@pytest.mark.parametrize("change", [{"is_protected": False}, {"item_code": "F08"}])
def test_postgres_keeps_the_protection(db: None, change: dict[str, object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        IncidentCategory.objects.filter(pk="domestic").update(**change)


def test_a_category_with_incidents_at_homes_is_not_made_protected(office, cast: Cast) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    incident_import.receive(
        Report("fire", "1", "fire", NOON, "某处", code=building.code), by=cast.office, at=NOON
    )
    told = {"name_zh": "火情", "name_en": "Fire", "item_code": "", "is_protected": "on"}
    assert office.post(category_page("fire"), told).status_code == 422
    assert Incident.objects.get().building == building


def test_two_categories_never_share_a_name(office) -> None:
    told = {"code": "second_fire", "name_zh": "火情", "name_en": "Fire"}
    assert office.post(reverse("office:category-new"), told).status_code == 422
