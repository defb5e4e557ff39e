"""What a decision leaves behind: history without gaps, the standing that sums it up, the next visit."""

from datetime import date, timedelta

import pytest

from core.integrity import broken_rows
from grading import history
from grading.integrity import CHECKS
from grading.models import GradeChange, GradePeriod, Standing
from grading.services import changes
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON
VISITED = NOON - timedelta(days=1)
CAP = {"item": "F02", "hazard": 1, "since": "2026-05-11", "common": False, "effect": "cap", "points": 0}
VETO = CAP | {"item": "L06", "effect": "veto"}


@pytest.fixture
def home(cast: Cast):
    factories.rules()
    (unit,) = factories.units(factories.building(cast.fumin))
    return unit


@pytest.fixture
def visited(home):
    Standing.objects.filter(unit=home).update(last_visit_at=VISITED)
    return home


def put(change: GradeChange, at=NOON) -> Standing:
    GradeChange.objects.filter(pk=change.pk).update(
        state="approved", decided_as="community", decided_by=factories.somebody("a-community"),
        decided_at=at, reason="同意",
    )  # fmt: skip
    changes.put_in_force([change.pk], at=at)
    return Standing.objects.get(unit=change.unit)


def test_the_first_grade_begins_the_history(home) -> None:
    standing = put(factories.change(home, None, "green"))
    period = GradePeriod.objects.get(unit=home)
    assert (standing.grade, standing.graded_at) == ("green", NOON)
    assert (period.grade, period.starts_at, period.ends_at) == ("green", NOON, None)


def test_a_new_grade_ends_the_old_one_at_the_same_moment(home) -> None:
    factories.graded(home, "green", NOON - timedelta(days=9))
    put(factories.change(home, "green", "yellow"))
    new, old = GradePeriod.objects.filter(unit=home)
    assert (old.grade, old.ends_at) == ("green", NOON)
    assert (new.grade, new.starts_at, new.ends_at) == ("yellow", NOON, None)
    assert broken_rows(CHECKS) == {}


@pytest.mark.parametrize(
    ("grade", "lines", "days"),
    [
        ("green", [], 21),
        ("yellow", [], 14),
        ("yellow", [CAP], 7),
        ("red", [VETO], 7),
        ("red", [VETO, CAP], 7),
    ],
)
def test_the_next_visit_counts_from_the_last_one_by_grade_and_open_caps(visited, grade, lines, days) -> None:
    row = factories.assessment(visited, grade, lines=lines)
    state = "with_panel" if grade == "red" else "proposed"
    change = factories.change(visited, None, grade, state, assessment=row)
    changes.put_in_force([change.pk], at=NOON)
    assert Standing.objects.get(unit=visited).next_visit_on == date(2026, 5, 11) + timedelta(days=days)


def test_a_cap_mended_before_the_decision_no_longer_shortens_the_interval(visited) -> None:
    capped = factories.assessment(visited, "yellow", lines=[CAP])
    change = factories.change(visited, None, "yellow", assessment=capped)
    factories.assessment(visited, "yellow", score=79)
    assert put(change).next_visit_on == date(2026, 5, 11) + timedelta(days=14)


def test_a_home_never_visited_has_no_next_visit(home) -> None:
    assert put(factories.change(home, None, "green")).next_visit_on is None


def test_many_homes_are_put_in_force_at_once_and_none_is_none(cast: Cast, home) -> None:
    others = factories.units(home.building, 2)
    rows = [factories.change(unit, None, "green", "approved") for unit in (home, *others)]
    changes.put_in_force([row.pk for row in rows], at=NOON)
    changes.put_in_force([], at=NOON)
    assert Standing.objects.filter(grade="green").count() == GradePeriod.objects.count() == 3


def test_the_grade_on_any_day_is_read_from_the_history(home) -> None:
    factories.graded(home, "green", NOON - timedelta(days=9))
    put(factories.change(home, "green", "yellow"))

    def on(days: int) -> list[str]:
        return [p.grade for p in history.periods_at(NOON + timedelta(days=days))]

    assert [on(-10), on(-9), on(-1), on(0), on(30)] == [[], ["green"], ["green"], ["yellow"], ["yellow"]]


def test_integrity_names_a_standing_that_differs_from_the_history(home) -> None:
    factories.graded(home, "green")
    Standing.objects.filter(unit=home).update(grade="yellow")
    assert broken_rows(CHECKS) == {"the standing's grade is the grade in force of the history": [home.pk]}
