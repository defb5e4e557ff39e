"""A deduction that decays and a watch that ends change a home by time alone, on their very day."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEvent
from fucheng.flows import reassessment
from grading.models import GradeChange, Hazard, Standing
from grading.services import rule_sets
from grading.services.hazards import Seen
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit

NOON = factories.NOON
DAY = timedelta(days=1)
CODES = ("L01", "H05", "Z09", "Z08")  # 20 points; with E06 one more


@pytest.fixture
def home(cast: Cast):
    """Yellow by 79 points: 14 are open, H05 decays for ten days after it was mended."""
    factories.rules()
    factories.rules_always_said("H05", decay_days=10)
    rule_sets._book.cache_clear()
    building = factories.building(cast.fumin)
    (unit,) = factories.units(building)
    faults = [Seen(code, unit.pk) for code in (*CODES, "E06")]
    pay_visit(building, cast.grid, faults, at=NOON)
    pay_visit(building, cast.grid, [Seen("H05", unit.pk, "mended")], at=NOON + DAY)
    yield unit
    rule_sets._book.cache_clear()


def test_a_mended_fault_counts_until_its_day_and_green_is_proposed_then(home) -> None:
    standing = Standing.objects.get(unit=home)
    assert (standing.assessment.score, standing.reassess_on) == (79, date(2026, 5, 23))
    factories.graded(home, "yellow")

    assert reassessment.reassess_ended(at=NOON + 10 * DAY) == 0
    assert reassessment.reassess_ended(at=NOON + 11 * DAY) == 1

    change = GradeChange.objects.open().get()
    assert (change.from_grade, change.to_grade, change.assessment.score) == ("yellow", "green", 84)
    assert Standing.objects.get(unit=home).reassess_on is None


def test_it_is_the_systems_hand_and_a_second_ring_changes_nothing(home) -> None:
    factories.graded(home, "yellow")
    reassessment.reassess_ended(at=NOON + 30 * DAY)
    told = AuditEvent.objects.count()
    assert reassessment.reassess_ended(at=NOON + 30 * DAY) == 0
    assert AuditEvent.objects.count() == told


def test_more_homes_than_one_transaction_takes_are_all_assessed(cast: Cast, home, monkeypatch) -> None:
    monkeypatch.setattr(reassessment, "AT_ONCE", 1)
    Standing.objects.filter(unit=factories.units(home.building)[0]).update(reassess_on=NOON.date())
    reassessment.reassess_ended(at=NOON + 30 * DAY)
    assert not Standing.objects.filter(reassess_on__isnull=False).exists()


def test_without_work_no_rules_are_needed(cast: Cast) -> None:
    assert reassessment.reassess_ended(at=NOON) == 0


def test_a_relapse_stops_the_decay(cast: Cast, home) -> None:
    pay_visit(home.building, cast.grid, [Seen("H05", home.pk)], at=NOON + 2 * DAY)
    assert Standing.objects.get(unit=home).reassess_on is None
    assert Hazard.objects.get(item_code="H05").state == "open"
