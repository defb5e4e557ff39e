"""The register: search, filters, paging, one home, personal data by purpose only."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from fucheng.flows import grade_change
from fucheng.web import listing
from grading.models import GradePeriod, Standing
from grading.services.hazards import Seen
from rentals.models import Unit
from tests import factories
from tests.web.review.conftest import Desk

REGISTER = "/review/register/"


def rows(page: object) -> int:
    return page.content.decode().count("/review/homes/")  # type: ignore[attr-defined]


def approve_all(desk: Desk) -> None:
    ids = [change.pk for change in desk.inspect()]
    grade_change.decide_many(
        verb="approve", change_ids=ids, by=desk.cast.reviewer, at=timezone.now(), reason="first grading"
    )


@pytest.mark.parametrize("who", ["reviewer", "panel", "office", "leader", "auditor", "grid"])
def test_register_is_read_by_all_staff(desk: Desk, who: str) -> None:
    assert rows(desk.get(REGISTER, by=getattr(desk.cast, who))) == 3


def test_register_of_another_community_is_empty(desk: Desk) -> None:
    assert rows(desk.get(REGISTER, by=desk.cast.reviewer2)) == 0


def test_landlord_has_no_register(desk: Desk) -> None:
    assert desk.get(REGISTER, by=desk.cast.landlord).status_code == 403


def test_register_finds_by_code_address_building_and_phone(desk: Desk) -> None:
    assert rows(desk.get(f"{REGISTER}?q={desk.homes[1].code}")) == 1
    assert rows(desk.get(f"{REGISTER}?q={desk.building.name}")) == 3
    assert rows(desk.get(f"{REGISTER}?q=201房")) == 1
    assert rows(desk.get(f"{REGISTER}?q=10012345678")) == 3
    assert rows(desk.get(f"{REGISTER}?q=10012345678", by=desk.cast.leader)) == 0
    assert rows(desk.get(f"{REGISTER}?q=nowhere")) == 0


def test_register_filters_by_grade_and_state(desk: Desk) -> None:
    assert rows(desk.get(f"{REGISTER}?grade=none&state=never")) == 3
    approve_all(desk)
    assert rows(desk.get(f"{REGISTER}?grade=green")) == 3
    assert rows(desk.get(f"{REGISTER}?grade=none")) == 0
    assert rows(desk.get(f"{REGISTER}?state=owed")) == 3
    assert rows(desk.get(f"{REGISTER}?state=stale")) == 0
    Standing.objects.filter(unit=desk.homes[0]).update(next_visit_on=date(2026, 1, 1))
    assert rows(desk.get(f"{REGISTER}?state=stale")) == 1
    assert rows(desk.get(f"{REGISTER}?category=scattered")) == 0


def test_register_pages_along_the_code_both_ways(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing.by_key, "__kwdefaults__", {**listing.by_key.__kwdefaults__, "size": 2})
    first = desk.get(REGISTER).content.decode()
    codes = [home.code for home in desk.homes]
    assert f"after={codes[1]}" in first
    assert codes[2] not in first
    last = desk.get(f"{REGISTER}?after={codes[1]}").content.decode()
    assert codes[2] in last
    assert f"before={codes[2]}" in last
    assert codes[0] in desk.get(f"{REGISTER}?before={codes[2]}").content.decode()


def test_register_costs_the_same_for_one_and_fifty_rows(desk: Desk) -> None:
    Unit.objects.filter(pk__in=[home.pk for home in desk.homes[1:]]).update(left_on=date(2026, 1, 1))

    def cost() -> int:
        desk.get(REGISTER)
        with CaptureQueriesContext(connection) as captured:
            desk.get(REGISTER)
        return len(captured)

    one = cost()
    factories.units(factories.building(desk.cast.fumin), 50)
    assert cost() == one + 1  # the total, once the list is longer than its page


def test_export_has_the_rows_of_the_filter_and_no_personal_data(desk: Desk) -> None:
    answer = desk.post(f"{REGISTER}export/?q={desk.homes[0].code}", format="csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 2
    assert "王小明" not in text
    assert desk.post(f"{REGISTER}export/", by=desk.cast.grid, format="csv").status_code == 403


def test_home_shows_everything_and_masks_the_landlord(desk: Desk) -> None:
    desk.inspect([Seen("F02", desk.homes[0].pk, note="在走道充电")])
    page = desk.get(f"/review/homes/{desk.homes[0].pk}/").content.decode()
    for text in (desk.homes[0].code, "F02", "在走道充电", "王** 100****5678", "A change waits"):
        assert text in page
    assert "10012345678" not in page


def test_home_of_another_community_is_not_found(desk: Desk) -> None:
    url = f"/review/homes/{desk.homes[0].pk}/"
    assert desk.get(url, by=desk.cast.reviewer2).status_code == 404
    assert desk.post(f"{url}reveal/", by=desk.cast.reviewer2, purpose="x").status_code == 404


def test_home_answers_which_grade_was_in_force_on_a_day(desk: Desk) -> None:
    approve_all(desk)
    GradePeriod.objects.update(starts_at=timezone.now() - timedelta(days=10))
    url = f"/review/homes/{desk.homes[0].pk}/?on="
    now = timezone.localdate()
    assert "in force since" in desk.get(f"{url}{now - timedelta(days=5)}").content.decode()
    before = desk.get(f"{url}{now - timedelta(days=20)}")
    assert before.context["period_then"] is None
    assert desk.get(f"{url}yesterday").status_code == 200


def test_reveal_shows_once_and_writes_one_audit_row(desk: Desk) -> None:
    url = f"/review/homes/{desk.homes[0].pk}/reveal/"
    answer = desk.post(url, purpose="call about the re-inspection")
    page = answer.content.decode()
    assert "王小明" in page
    assert "10012345678" in page
    assert "no-store" in answer["Cache-Control"]
    (event,) = AuditEvent.objects.filter(verb="personal-data-revealed")
    assert (event.actor, event.reason) == (desk.cast.reviewer, "call about the re-inspection")
    assert event.subject_id == str(desk.owner.pk)
    assert "10012345678" not in str(event.data)
    assert "10012345678" not in desk.get(f"/review/homes/{desk.homes[0].pk}/").content.decode()


def test_reveal_without_a_purpose_shows_nothing(desk: Desk) -> None:
    answer = desk.post(f"/review/homes/{desk.homes[0].pk}/reveal/", purpose=" ")
    assert answer.status_code == 422
    assert "10012345678" not in answer.content.decode()
    assert not AuditEvent.objects.filter(verb="personal-data-revealed").exists()


@pytest.mark.parametrize("who", ["leader", "auditor", "grid", "panel"])
def test_reveal_needs_the_right(desk: Desk, who: str) -> None:
    answer = desk.post(f"/review/homes/{desk.homes[0].pk}/reveal/", by=getattr(desk.cast, who), purpose="x")
    assert answer.status_code == 403
    assert not AuditEvent.objects.filter(verb="personal-data-revealed").exists()


def test_reveal_cannot_be_had_by_a_link(desk: Desk) -> None:
    answer = desk.get(f"/review/homes/{desk.homes[0].pk}/reveal/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "belongs to a button" in answer.content.decode()


def test_buildings_list_and_page(desk: Desk) -> None:
    desk.inspect([Seen("H01", None)])
    assert desk.building.name in desk.get("/review/buildings/").content.decode()
    assert desk.building.name in desk.get(f"/review/buildings/?q={desk.building.code}").content.decode()
    page = desk.get(f"/review/buildings/{desk.building.pk}/").content.decode()
    assert "H01" in page
    assert page.count("/review/homes/") == 3
    assert desk.get(f"/review/buildings/{desk.building.pk}/", by=desk.cast.reviewer2).status_code == 404
