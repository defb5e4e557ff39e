"""The evaluator is a pure function; what holds for it holds for every set of facts."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading import rules
from grading.facts import Effect, Grade, Item, OpenHazard, RuleBook
from grading.services.rule_sets import DEFAULT_FILE

DATA = json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
BOOK = RuleBook(
    version=DATA["version"],
    green_from=DATA["green_from"],
    caps=DATA["dimension_caps"],
    items={i["code"]: Item(i["code"], Effect(i["effect"]), i["points"]) for i in DATA["items"]},
    interval_days={Grade(grade): days for grade, days in DATA["interval_days"].items()},
    interval_days_capped=DATA["interval_days_capped"],
)
RANK = {Grade.GREEN: 0, Grade.YELLOW: 1, Grade.RED: 2}
DAY = date(2026, 5, 12)
BY_EFFECT = {e: sorted(c for c, i in BOOK.items.items() if i.effect is e) for e in Effect}

hazards = st.builds(
    OpenHazard,
    hazard_id=st.integers(1, 10**9),
    item_code=st.sampled_from([*BOOK.items, "X99"]),
    since=st.dates(date(2019, 1, 1), date(2030, 1, 1)),
    in_common_parts=st.booleans(),
)
facts = st.lists(hazards, max_size=60)
books = st.builds(
    lambda points, caps, green_from: replace(
        BOOK,
        green_from=green_from,
        caps=dict(zip(BOOK.caps, caps, strict=True)),
        items={
            code: replace(item, points=points[n % len(points)]) if item.points else item
            for n, (code, item) in enumerate(BOOK.items.items())
        },
    ),
    points=st.lists(st.integers(1, 100), min_size=1, max_size=60),
    caps=st.lists(st.integers(0, 20), min_size=len(BOOK.caps), max_size=len(BOOK.caps)),
    green_from=st.integers(0, 100),
)


def hazard(code: str, number: int = 1, *, common: bool = False) -> OpenHazard:
    return OpenHazard(number, code, DAY, common)


@given(facts, books)
def test_points_alone_never_make_a_home_red(found: list[OpenHazard], book: RuleBook) -> None:
    harmless = [h for h in found if h.item_code not in BY_EFFECT[Effect.VETO]]
    assert rules.evaluate(harmless, book).grade is not Grade.RED


@given(facts, hazards, books)
def test_one_more_hazard_never_improves_grade_or_score(
    found: list[OpenHazard], more: OpenHazard, book: RuleBook
) -> None:
    before, after = rules.evaluate(found, book), rules.evaluate([*found, more], book)
    assert RANK[after.grade] >= RANK[before.grade]
    assert after.score <= before.score


@given(facts, books)
def test_a_dimension_costs_at_most_its_cap(found: list[OpenHazard], book: RuleBook) -> None:
    verdict = rules.evaluate(found, book)
    assert rules.FULL_SCORE - sum(book.caps.values()) <= verdict.score <= rules.FULL_SCORE
    for dimension, cap in book.caps.items():
        alone = [h for h in found if h.item_code[0] == dimension]
        assert rules.FULL_SCORE - rules.evaluate(alone, book).score <= cap


@given(facts)
def test_an_unknown_item_weighs_nothing(found: list[OpenHazard]) -> None:
    known = [h for h in found if h.item_code in BOOK.items]
    assert rules.evaluate(found, BOOK) == rules.evaluate(known, BOOK)


@given(facts, st.randoms(use_true_random=False))
def test_order_and_repetition_change_neither_grade_nor_score(found: list[OpenHazard], random) -> None:
    shuffled = [*found, *found]
    random.shuffle(shuffled)
    one, other = rules.evaluate(found, BOOK), rules.evaluate(shuffled, BOOK)
    assert (one.grade, one.score) == (other.grade, other.score)


@given(facts)
def test_every_line_has_its_hazard_and_bonus_is_no_fault(found: list[OpenHazard]) -> None:
    verdict = rules.evaluate(found, BOOK)
    counted = [h for h in found if BOOK.items.get(h.item_code) and h.item_code not in BY_EFFECT[Effect.BONUS]]
    assert [line.hazard_id for line in verdict.lines] == [h.hazard_id for h in counted]


def test_a_clean_home_is_green_with_full_score() -> None:
    assert rules.evaluate((), BOOK) == rules.Verdict(Grade.GREEN, 100, ())


@pytest.mark.parametrize("code", BY_EFFECT[Effect.VETO])
def test_each_veto_item_makes_red_and_costs_no_points(code: str) -> None:
    verdict = rules.evaluate([hazard(code)], BOOK)
    assert (verdict.grade, verdict.score) == (Grade.RED, 100)


@pytest.mark.parametrize("code", BY_EFFECT[Effect.CAP])
def test_each_cap_item_makes_yellow_and_shortens_the_interval(code: str) -> None:
    verdict = rules.evaluate([hazard(code, common=True)], BOOK)
    assert (verdict.grade, verdict.score) == (Grade.YELLOW, 100)
    assert rules.next_visit_in_days(verdict, BOOK) == BOOK.interval_days_capped


@pytest.mark.parametrize("code", BY_EFFECT[Effect.POINTS])
def test_each_points_item_costs_its_points_once(code: str) -> None:
    cost = min(BOOK.items[code].points, BOOK.caps[code[0]])
    twice = rules.evaluate([hazard(code, 1), hazard(code, 2, common=True)], BOOK)
    assert twice.score == 100 - cost
    assert len(twice.lines) == 2


def test_just_under_the_line_is_yellow_and_on_the_line_is_green() -> None:
    code = BY_EFFECT[Effect.POINTS][0]
    score = rules.evaluate([hazard(code)], BOOK).score
    assert rules.evaluate([hazard(code)], replace(BOOK, green_from=score)).grade is Grade.GREEN
    assert rules.evaluate([hazard(code)], replace(BOOK, green_from=score + 1)).grade is Grade.YELLOW


@pytest.mark.parametrize("grade", list(Grade))
def test_the_next_visit_follows_the_grade(grade: Grade) -> None:
    verdict = rules.Verdict(grade, 100, ())
    assert rules.next_visit_in_days(verdict, BOOK) == BOOK.interval_days[grade]


def test_a_cap_never_lengthens_the_interval_of_red() -> None:
    both = rules.evaluate([hazard(BY_EFFECT[Effect.VETO][0]), hazard(BY_EFFECT[Effect.CAP][0])], BOOK)
    assert rules.next_visit_in_days(both, BOOK) == min(
        BOOK.interval_days[Grade.RED], BOOK.interval_days_capped
    )
