"""The published conditions of stars, purely: facts of a building in, stars and what is missing out."""

from dataclasses import replace
from datetime import date

import pytest

from grading.stars import Case, Cause, Condition, StarBook, StarFacts, judge

BOOK = StarBook(months=6, case_months=12, score_from=90, points=(90, 94, 97, 100, 103))
TODAY = date(2026, 5, 12)
GOOD = StarFacts(
    homes=6, not_green=0, green_since=date(2025, 11, 12), not_clean=0, score=95, points=97, overdue=0
)


def test_a_building_that_meets_every_condition_has_the_stars_of_its_weakest_home() -> None:
    verdict = judge(GOOD, BOOK, TODAY)
    assert (verdict.stars, verdict.unmet, verdict.points_for_next, verdict.missing_points) == (3, (), 100, 3)


@pytest.mark.parametrize(
    ("points", "stars"),
    [(90, 1), (93, 1), (94, 2), (97, 3), (99, 3), (100, 4), (102, 4), (103, 5), (105, 5)],
)
def test_points_reach_stars_from_their_threshold_on(points: int, stars: int) -> None:
    assert judge(replace(GOOD, points=points), BOOK, TODAY).stars == stars


@pytest.mark.parametrize(
    ("fault", "unmet"),
    [
        ({"not_green": 1}, Condition.GREEN),
        ({"homes": 0}, Condition.GREEN),
        ({"green_since": date(2025, 11, 13)}, Condition.SINCE),
        ({"green_since": None}, Condition.SINCE),
        ({"score": 89}, Condition.SCORE),
        ({"not_clean": 1}, Condition.SCORE),
        ({"overdue": 1}, Condition.VISITED),
        ({"cases": (Case(Cause.INCIDENT, date(2025, 5, 12)),)}, Condition.CASE),
    ],
)
def test_one_condition_that_is_not_met_leaves_no_star(fault: dict[str, object], unmet: Condition) -> None:
    verdict = judge(replace(GOOD, **fault), BOOK, TODAY)
    assert (verdict.stars, verdict.unmet) == (0, (unmet,))


def test_a_case_of_more_than_the_months_ago_counts_no_more() -> None:
    old = replace(GOOD, cases=(Case(Cause.RED, date(2025, 5, 11)),))
    assert judge(old, BOOK, TODAY).stars == 3


def test_bonus_points_never_stand_for_a_score_that_is_too_low() -> None:
    assert judge(replace(GOOD, score=88, points=93), BOOK, TODAY).stars == 0


def test_five_stars_have_no_next_one() -> None:
    verdict = judge(replace(GOOD, points=105), BOOK, TODAY)
    assert (verdict.points_for_next, verdict.missing_points) == (None, 0)
