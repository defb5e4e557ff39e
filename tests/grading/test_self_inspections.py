"""The landlord's monthly look at a green home: what it gains, when it gains nothing, and who looks afterwards."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import grade_change, self_inspection
from fucheng.web.field.due import Why, round_of
from grading.models import GradeChange, Hazard, RuleSet, SelfInspection, Standing
from grading.services import self_inspections
from grading.services.hazards import Seen
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
NOON = factories.NOON
LATER = NOON + timedelta(days=5)


@pytest.fixture
def home(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Unit:
    """A green home of the landlord, visited at noon; the lot draws nobody."""
    factories.rules()
    building = factories.building(cast.fumin)
    (unit,) = factories.units(building, 1, owner=factories.landlord())
    factories.pay_visit(building, cast.grid)
    approve(cast, unit, NOON)
    monkeypatch.setattr(self_inspections, "_is_drawn", lambda *_: False)
    return unit


def approve(cast: Cast, unit: Unit, at: datetime) -> None:
    change = GradeChange.objects.open().get(unit=unit)
    grade_change.approve(change_id=change.pk, by=cast.reviewer, at=at, reason="好")


def send(cast: Cast, unit: Unit, at: datetime = LATER, **faults: str) -> SelfInspection:
    return self_inspection.send(unit_id=unit.pk, by=cast.landlord, at=at, faults=faults)


def next_on(unit: Unit) -> date | None:
    return Standing.objects.get(unit=unit).next_visit_on


def test_all_fine_puts_off_the_next_visit_by_the_days_of_the_version(cast: Cast, home: Unit) -> None:
    assert next_on(home) == date(2026, 6, 2)
    assert send(cast, home).gained_days == 14
    assert next_on(home) == date(2026, 6, 16)


def test_it_replaces_no_second_visit_in_a_row(cast: Cast, home: Unit) -> None:
    send(cast, home)
    second = send(cast, home, LATER + timedelta(days=20))
    assert second.gained_days == 0
    assert next_on(home) == date(2026, 6, 16)
    factories.pay_visit(home.building, cast.grid, at=LATER + timedelta(days=40))
    assert next_on(home) == date(2026, 6, 26) + timedelta(days=21), "a visit begins anew"
    assert send(cast, home, LATER + timedelta(days=48)).gained_days == 14


def test_once_a_month(cast: Cast, home: Unit) -> None:
    send(cast, home)
    with pytest.raises(Conflict):
        send(cast, home, LATER + timedelta(days=1))


def test_a_fault_that_is_reported_opens_nothing_gains_nothing_and_is_shown_to_the_worker(
    cast: Cast, home: Unit
) -> None:
    sent = send(cast, home, H05="电池没了")
    assert (sent.gained_days, Hazard.objects.count(), GradeChange.objects.open().count()) == (0, 0, 0)
    assert sent.faults.get().note == "电池没了"


@pytest.mark.parametrize("why", ["overdue", "hazard in the home", "hazard in the common parts"])
def test_nothing_is_gained_where_a_visit_is_needed(cast: Cast, home: Unit, why: str) -> None:
    at = LATER
    if why == "overdue":
        at = NOON + timedelta(days=22)
    elif why == "hazard in the home":
        factories.hazard("H05", home)
    else:
        factories.hazard("E01", building=home.building)
    assert send(cast, home, at).gained_days == 0


def test_only_green_homes_own_homes_and_items_of_the_list(cast: Cast, home: Unit) -> None:
    other = factories.units(home.building, 1)[0]
    with pytest.raises(OutOfScope):
        send(cast, other)
    with pytest.raises(Invalid):
        send(cast, home, F02="不在清单")
    with pytest.raises(NotAllowed):
        self_inspection.send(unit_id=home.pk, by=cast.grid, at=LATER, faults={})
    Standing.objects.filter(unit=home).update(grade="yellow")
    with pytest.raises(Conflict):
        send(cast, home)


def test_what_was_gained_is_lost_when_a_new_visit_finds_a_fault(cast: Cast, home: Unit) -> None:
    send(cast, home)
    at = LATER + timedelta(days=1)
    factories.pay_visit(home.building, cast.grid, [Seen("H03", home.pk)], at=at)
    approve(cast, home, at)
    standing = Standing.objects.get(unit=home)
    assert (standing.grade, standing.gained_days, standing.next_visit_on) == ("yellow", 0, date(2026, 5, 25))


@pytest.mark.parametrize(
    ("found", "reported", "is_confirmed"), [("", "", True), ("H05", "", False), ("H05", "H05", True)]
)
def test_the_next_visit_tells_whether_it_was_true(
    cast: Cast, home: Unit, found: str, reported: str, is_confirmed: bool
) -> None:
    sent = send(cast, home, **({reported: ""} if reported else {}))
    seen = [Seen(found, home.pk)] if found else []
    made = factories.pay_visit(home.building, cast.grid, seen, at=LATER + timedelta(days=2)).visit
    sent.refresh_from_db()
    assert (sent.visit, sent.is_confirmed) == (made, is_confirmed)


def test_a_visit_that_did_not_see_the_home_tells_nothing(cast: Cast, home: Unit) -> None:
    sent = send(cast, home)
    missed: Any = {home.pk: "nobody_home"}
    factories.pay_visit(home.building, cast.grid, at=LATER + timedelta(days=2), not_seen=missed)
    sent.refresh_from_db()
    assert sent.visit is None


def test_a_drawn_one_gains_nothing_and_stands_on_the_due_list(
    cast: Cast, home: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_inspections, "_is_drawn", lambda *_: True)
    sent = send(cast, home)
    assert (sent.gained_days, sent.verify_by) == (0, date(2026, 5, 22))
    (row,) = round_of(cast.grid, date(2026, 5, 18)).due
    assert [reason.why for reason in row.reasons] == [Why.VERIFY]


def test_the_lot_draws_about_the_share_of_the_version_and_the_same_for_everybody(cast: Cast) -> None:
    homes = [Unit(code=f"{n:025d}") for n in range(2000)]
    drawn = [self_inspections._is_drawn(h, date(2026, 5, 1), 10) for h in homes]
    assert 150 < sum(drawn) < 250
    assert not any(self_inspections._is_drawn(h, date(2026, 5, 1), 0) for h in homes[:100])


def test_a_version_without_days_gains_nothing(cast: Cast, home: Unit) -> None:
    standing = Standing.objects.get(unit=home)
    assert self_inspections._gain(standing, RuleSet(self_inspection_days=0), LATER.date()) == 0


def test_the_landlord_sends_it_in_two_taps_and_reads_what_it_gains(
    cast: Cast, home: Unit, client: Any
) -> None:
    """By the page: the moment is now, so the home was visited yesterday."""
    from django.utils import timezone

    today = timezone.localdate()
    Standing.objects.filter(unit=home).update(next_visit_on=today + timedelta(days=20))
    client.force_login(cast.landlord)
    url = f"/landlords/homes/{home.pk}/self-inspection/"
    assert url in client.get(f"/landlords/homes/{home.pk}/").content.decode()
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"all_fine": "1"}).url == f"/landlords/homes/{home.pk}/"
    assert next_on(home) == today + timedelta(days=34)
    page = client.get(f"/landlords/homes/{home.pk}/").content.decode()
    assert url not in page
    assert client.post(url, {"all_fine": "1"}).status_code == 302
    assert SelfInspection.objects.count() == 1


def test_the_worker_reads_on_the_building_what_the_landlord_reported(
    cast: Cast, home: Unit, client: Any
) -> None:
    send(cast, home, H05="电池没了")
    client.force_login(cast.grid)
    assert "电池没了" in client.get(f"/field/buildings/{home.building_id}/").content.decode()
