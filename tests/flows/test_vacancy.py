"""A red home is looked at until it is red no more; one that is let goes to a department."""

from datetime import timedelta

import pytest

from accounts.roles import Role
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from core.integrity import broken_rows
from fucheng.flows import grade_change, hazard_care, vacancy
from grading import integrity
from grading.models import GradeChange, HandOver, Hazard, Standing, VacancyCheck
from grading.services.hazards import Seen
from letters.models import Notice
from tests import factories
from tests.conftest import Cast
from tests.factories import NOON, pay_visit
from tests.flows.conftest import Place

DAY = timedelta(days=1)
TODAY = NOON.date()


@pytest.fixture
def red(cast: Cast, place: Place) -> VacancyCheck:
    """A mah-jong parlour, red since today."""
    pay_visit(place.building, cast.grid, [Seen("L06", place.home.pk)])
    change = GradeChange.objects.open().get(unit=place.home)
    grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
    grade_change.approve(change_id=change.pk, by=cast.panel, at=NOON, reason="同意")
    return VacancyCheck.objects.get()


def answer(check: VacancyCheck, said: str, by: object, *, days: int = 7) -> VacancyCheck:
    return vacancy.answer(check_id=check.pk, answer=said, by=by, at=NOON + days * DAY)  # type: ignore[arg-type]


def next_of(check: VacancyCheck) -> VacancyCheck:
    return VacancyCheck.objects.due().get(unit=check.unit)


def test_a_red_home_is_due_at_the_interval_of_red(red: VacancyCheck, place: Place) -> None:
    assert (red.unit, red.state, red.due_on) == (place.home, "due", TODAY + 7 * DAY)


def test_empty_is_kept_with_who_and_when_and_looked_at_again(cast: Cast, red: VacancyCheck) -> None:
    seen = answer(red, "empty", cast.grid)
    assert (seen.state, seen.answer, seen.answered_by) == ("answered", "empty", cast.grid)
    assert next_of(red).due_on == TODAY + 14 * DAY
    assert not HandOver.objects.exists()


def test_could_not_tell_is_looked_at_on_the_next_working_day(cast: Cast, red: VacancyCheck) -> None:
    answer(red, "unclear", cast.grid)
    assert next_of(red).due_on == TODAY + 8 * DAY


def test_let_opens_the_fault_and_hands_it_to_its_department(cast: Cast, red: VacancyCheck) -> None:
    seen = answer(red, "let", cast.grid)
    fault = Hazard.objects.get(item_code="L10")
    assert (fault.unit, fault.state) == (red.unit, "open")
    assert (seen.hand_over.hazard, seen.hand_over.department) == (fault, "综合执法")  # type: ignore[union-attr]
    assert Standing.objects.get(unit=red.unit).assessment.lines[0]["item"] in ("L06", "L10")  # type: ignore[union-attr]


def test_let_a_second_time_goes_on_with_the_same_hand_over(cast: Cast, red: VacancyCheck) -> None:
    first = answer(red, "let", cast.grid)
    second = answer(next_of(red), "let", cast.grid, days=14)
    assert first.hand_over == second.hand_over == HandOver.objects.get()


def test_the_departments_answer_reaches_the_worker(cast: Cast, red: VacancyCheck) -> None:
    given = answer(red, "let", cast.grid).hand_over
    assert given is not None
    hazard_care.record_answer(
        hand_over_id=given.pk, answered_by="张工", answer="已清退", by=cast.reviewer, at=NOON + 9 * DAY
    )
    told = Notice.objects.get(topic="answer")
    assert (told.user, told.data["reason"]) == (cast.grid, "已清退")


@pytest.mark.parametrize(
    ("who", "error"), [("grid2", OutOfScope), ("reviewer", NotAllowed), ("office", NotAllowed)]
)
def test_only_a_worker_of_the_community_answers(
    cast: Cast, red: VacancyCheck, who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        answer(red, "empty", getattr(cast, who))


def test_a_word_that_is_no_answer_is_refused(cast: Cast, red: VacancyCheck) -> None:
    with pytest.raises(Invalid):
        answer(red, "maybe", cast.grid)


def test_two_answers_to_one_look_are_one(cast: Cast, red: VacancyCheck) -> None:
    answer(red, "empty", cast.grid)
    with pytest.raises(Conflict):
        answer(red, "let", cast.grid)


def test_a_home_that_leaves_red_is_looked_at_no_more(cast: Cast, red: VacancyCheck, place: Place) -> None:
    other = factories.person("another-worker", Role.GRID_WORKER, cast.fumin)
    at = NOON + 3 * DAY
    pay_visit(place.building, other, [Seen("L06", place.home.pk, "mended")], at=at)  # type: ignore[arg-type]
    change = GradeChange.objects.open().get(unit=place.home)
    grade_change.review(change_id=change.pk, by=cast.reviewer, at=at, reason="复查合格")
    grade_change.approve(change_id=change.pk, by=cast.panel, at=at, reason="同意摘牌")
    red.refresh_from_db()
    assert red.state == "closed"
    with pytest.raises(Conflict):
        answer(red, "empty", cast.grid)


def test_reds_of_before_are_found_by_their_rows(red: VacancyCheck) -> None:
    VacancyCheck.objects.update(state="closed")
    assert vacancy.open_missing(at=NOON) == 1
    assert vacancy.open_missing(at=NOON) == 0
    assert broken_rows(integrity.CHECKS) == {}
