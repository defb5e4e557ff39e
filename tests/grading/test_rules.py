"""The evaluator is a pure function; what holds for it holds for every set of facts."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading import rules
from grading.facts import Because, Effect, Grade, HazardFact, Item, MeritFact, RuleBook
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
    HazardFact,
    hazard_id=st.integers(1, 10**9),
    item_code=st.sampled_from([*BOOK.items, "X99"]),
    since=st.dates(date(2025, 6, 1), date(2026, 5, 1)),
    in_common_parts=st.booleans(),
    due_on=st.none() | st.dates(date(2026, 4, 1), date(2026, 6, 1)),
    closed_on=st.none() | st.dates(date(2026, 5, 2), date(2026, 5, 12)),
    happened_on=st.none() | st.dates(date(2026, 4, 1), date(2026, 5, 1)),
    seen_on=st.none() | st.dates(date(2026, 5, 2), date(2026, 5, 12)),
    relapsed_on=st.lists(st.dates(date(2025, 1, 1), date(2026, 5, 1)), max_size=5).map(tuple),
)
facts = st.lists(hazards, max_size=60)
books = st.builds(
    lambda points, caps, green_from: replace(
        BOOK,
        green_from=green_from,
        caps=dict(zip(BOOK.caps, caps, strict=True)),
        items={
            code: replace(item, points=points[n % len(points)], decay_days=n % 3 * 10)
            if item.effect is Effect.POINTS
            else item
            for n, (code, item) in enumerate(BOOK.items.items())
        },
    ),
    points=st.lists(st.integers(1, 100), min_size=1, max_size=60),
    caps=st.lists(st.integers(0, 20), min_size=len(BOOK.caps), max_size=len(BOOK.caps)),
    green_from=st.integers(0, 100),
)


def hazard(code: str, number: int = 1, *, common: bool = False) -> HazardFact:
    return HazardFact(number, code, DAY, common)


@given(facts, books)
def test_points_alone_never_make_a_home_red(found: list[HazardFact], book: RuleBook) -> None:
    harmless = [
        h
        for h in found
        if h.item_code not in BY_EFFECT[Effect.VETO] and h.item_code not in BY_EFFECT[Effect.CAP]
    ]
    assert rules.evaluate(harmless, book, DAY).grade is not Grade.RED


@given(facts, hazards, books)
def test_one_more_hazard_never_improves_grade_or_score(
    found: list[HazardFact], more: HazardFact, book: RuleBook
) -> None:
    before, after = rules.evaluate(found, book, DAY), rules.evaluate([*found, more], book, DAY)
    assert RANK[after.grade] >= RANK[before.grade]
    assert after.score <= before.score


@given(facts, books)
def test_a_dimension_costs_at_most_its_cap(found: list[HazardFact], book: RuleBook) -> None:
    verdict = rules.evaluate(found, book, DAY)
    assert rules.FULL_SCORE - sum(book.caps.values()) <= verdict.score <= rules.FULL_SCORE
    for dimension, cap in book.caps.items():
        alone = [h for h in found if h.item_code[0] == dimension]
        assert rules.FULL_SCORE - rules.evaluate(alone, book, DAY).score <= cap


@given(facts)
def test_an_unknown_item_weighs_nothing(found: list[HazardFact]) -> None:
    known = [h for h in found if h.item_code in BOOK.items]
    assert rules.evaluate(found, BOOK, DAY) == rules.evaluate(known, BOOK, DAY)


@given(facts, st.randoms(use_true_random=False))
def test_order_and_repetition_change_neither_grade_nor_score(found: list[HazardFact], random) -> None:
    shuffled = [*found, *found]
    random.shuffle(shuffled)
    one, other = rules.evaluate(found, BOOK, DAY), rules.evaluate(shuffled, BOOK, DAY)
    assert (one.grade, one.score) == (other.grade, other.score)


@given(facts)
def test_every_open_fault_has_its_line_and_bonus_is_no_fault(found: list[HazardFact]) -> None:
    found = [replace(h, closed_on=None) for h in found]
    verdict = rules.evaluate(found, BOOK, DAY)
    counted = [h for h in found if BOOK.items.get(h.item_code) and h.item_code not in BY_EFFECT[Effect.BONUS]]
    assert [line.hazard_id for line in verdict.lines] == [h.hazard_id for h in counted]


def test_a_clean_home_is_green_with_full_score() -> None:
    assert rules.evaluate((), BOOK, DAY) == rules.Verdict(Grade.GREEN, 100, ())


@pytest.mark.parametrize("code", BY_EFFECT[Effect.VETO])
def test_each_veto_item_makes_red_and_costs_no_points(code: str) -> None:
    verdict = rules.evaluate([hazard(code)], BOOK, DAY)
    assert (verdict.grade, verdict.score) == (Grade.RED, 100)


@pytest.mark.parametrize("code", BY_EFFECT[Effect.CAP])
def test_each_cap_item_makes_yellow_and_shortens_the_interval(code: str) -> None:
    verdict = rules.evaluate([hazard(code, common=True)], BOOK, DAY)
    assert (verdict.grade, verdict.score) == (Grade.YELLOW, 100)
    assert rules.next_visit_in_days(verdict, BOOK) == BOOK.interval_days_capped


@pytest.mark.parametrize("code", BY_EFFECT[Effect.POINTS])
def test_each_points_item_costs_its_points_once(code: str) -> None:
    cost = min(BOOK.items[code].points, BOOK.caps[code[0]])
    twice = rules.evaluate([hazard(code, 1), hazard(code, 2, common=True)], BOOK, DAY)
    assert twice.score == 100 - cost
    assert len(twice.lines) == 2


def test_just_under_the_line_is_yellow_and_on_the_line_is_green() -> None:
    code = BY_EFFECT[Effect.POINTS][0]
    score = rules.evaluate([hazard(code)], BOOK, DAY).score
    assert rules.evaluate([hazard(code)], replace(BOOK, green_from=score), DAY).grade is Grade.GREEN
    assert rules.evaluate([hazard(code)], replace(BOOK, green_from=score + 1), DAY).grade is Grade.YELLOW


@pytest.mark.parametrize("grade", list(Grade))
def test_the_next_visit_follows_the_grade(grade: Grade) -> None:
    verdict = rules.Verdict(grade, 100, ())
    assert rules.next_visit_in_days(verdict, BOOK) == BOOK.interval_days[grade]


def test_a_cap_never_lengthens_the_interval_of_red() -> None:
    both = rules.evaluate([hazard(BY_EFFECT[Effect.VETO][0]), hazard(BY_EFFECT[Effect.CAP][0])], BOOK, DAY)
    assert rules.next_visit_in_days(both, BOOK) == min(
        BOOK.interval_days[Grade.RED], BOOK.interval_days_capped
    )


# ---- what ends on a day ----------------------------------------------------------------------------------------

DECAYING = replace(BOOK, items=BOOK.items | {"H05": Item("H05", Effect.POINTS, 5, decay_days=90)})


def mended(code: str, closed_on: date, **more: object) -> HazardFact:
    return HazardFact(1, code, date(2026, 1, 5), False, closed_on=closed_on, **more)


@pytest.mark.parametrize(("day", "score"), [(date(2026, 4, 10), 95), (date(2026, 4, 11), 100)])
def test_a_deduction_goes_on_after_mending_and_ends_that_very_day(day: date, score: int) -> None:
    verdict = rules.evaluate([mended("H05", date(2026, 1, 11))], DECAYING, day)
    assert verdict.score == score
    assert verdict.changes_on == (date(2026, 4, 11) if score < 100 else None)


def test_without_decay_days_mending_ends_a_deduction() -> None:
    assert rules.evaluate([mended("H05", DAY)], BOOK, DAY).lines == ()


def test_what_was_mended_on_the_day_it_was_found_leaves_nothing_to_decay() -> None:
    at_once = replace(mended("H05", DAY), since=DAY)
    assert rules.evaluate([at_once], DECAYING, DAY).score == 100


def test_a_mended_cap_or_veto_leaves_nothing() -> None:
    assert rules.evaluate([mended("H01", DAY), mended("L06", DAY)], DECAYING, DAY).lines == ()


@given(facts, books, st.dates(date(2026, 5, 12), date(2027, 1, 1)))
def test_until_the_day_it_names_the_sum_stays(found: list[HazardFact], book: RuleBook, later: date) -> None:
    now = rules.evaluate(found, book, DAY)
    if now.changes_on is None or later < now.changes_on:
        assert rules.evaluate(found, book, later) == now
    else:
        assert rules.evaluate(found, book, now.changes_on) != now


@given(facts, books)
def test_time_alone_never_makes_it_worse(found: list[HazardFact], book: RuleBook) -> None:
    now, later = rules.evaluate(found, book, DAY), rules.evaluate(found, book, date(2030, 1, 1))
    assert (RANK[later.grade], -later.score) <= (RANK[now.grade], -now.score)


@pytest.mark.parametrize(("day", "grade"), [(date(2026, 5, 30), Grade.RED), (date(2026, 5, 31), Grade.GREEN)])
def test_a_settled_incident_is_watched_thirty_days_from_its_day(day: date, grade: Grade) -> None:
    fire = HazardFact(
        1, "F07", date(2026, 5, 2), True, closed_on=date(2026, 5, 9), happened_on=date(2026, 5, 1)
    )
    assert rules.evaluate([fire], BOOK, day).grade is grade


def test_an_incident_that_no_visit_found_settled_stays_red_after_the_watch() -> None:
    fire = HazardFact(1, "F07", date(2026, 5, 2), True, happened_on=date(2026, 5, 1))
    assert rules.evaluate([fire], BOOK, date(2027, 1, 1)).grade is Grade.RED


# ---- relapse and refusal ---------------------------------------------------------------------------------------


def came_back(*days: date, code: str = "F02") -> HazardFact:
    return HazardFact(1, code, max(days), False, relapsed_on=days)


THRICE = (date(2025, 5, 13), date(2025, 11, 1), date(2026, 5, 12))


def test_the_third_relapse_of_a_cap_item_within_twelve_months_is_a_veto() -> None:
    (line,) = rules.evaluate([came_back(*THRICE)], BOOK, DAY).lines
    assert (line.effect, line.because) == (Effect.VETO, Because.RELAPSE)
    assert rules.evaluate([came_back(*THRICE[1:])], BOOK, DAY).grade is Grade.YELLOW


def test_a_relapse_twelve_months_ago_is_forgotten() -> None:
    older = came_back(date(2025, 5, 12), *THRICE[1:])
    assert rules.evaluate([older], BOOK, DAY).grade is Grade.YELLOW


def test_waiting_does_not_wash_relapses_away() -> None:
    assert rules.evaluate([came_back(*THRICE)], BOOK, date(2030, 1, 1)).grade is Grade.RED


def test_a_points_item_that_comes_back_stays_points() -> None:
    assert rules.evaluate([came_back(*THRICE, code="H05")], BOOK, DAY).grade is Grade.GREEN


def test_a_version_may_do_without_red_for_relapse() -> None:
    book = replace(BOOK, relapse_red_count=0)
    assert rules.evaluate([came_back(*THRICE)], book, DAY).grade is Grade.YELLOW


@pytest.mark.parametrize(
    ("refused_on", "grade"), [(date(2026, 5, 11), Grade.YELLOW), (date(2026, 5, 12), Grade.RED)]
)
def test_refusing_after_the_deadline_is_a_veto_and_before_it_is_not(refused_on: date, grade: Grade) -> None:
    overdue = HazardFact(1, "L07", date(2026, 4, 30), False, due_on=date(2026, 5, 11))
    refusal = HazardFact(2, "L09", date(2026, 5, 1), False, seen_on=refused_on)
    verdict = rules.evaluate([overdue, refusal], BOOK, DAY)
    assert verdict.grade is grade
    assert verdict.lines[0].because is (Because.REFUSAL if grade is Grade.RED else None)
    assert rules.evaluate([overdue, replace(refusal, closed_on=DAY)], BOOK, DAY).grade is Grade.YELLOW


def test_refusing_to_mend_a_points_item_is_no_veto() -> None:
    overdue = HazardFact(1, "H05", date(2026, 4, 30), False, due_on=date(2026, 5, 11))
    refusal = HazardFact(2, "L09", DAY, False)
    assert rules.evaluate([overdue, refusal], BOOK, DAY).grade is Grade.YELLOW


@given(st.dates(date(2019, 1, 1), date(2040, 1, 1)), st.integers(0, 36))
def test_months_before_keeps_the_day_or_takes_the_last_of_the_month(day: date, months: int) -> None:
    before = rules.months_before(day, months)
    assert (day.year - before.year) * 12 + day.month - before.month == months
    assert before.day == day.day or (before.day < day.day and (before.month != (before + timedelta(1)).month))


# ---- bonus -----------------------------------------------------------------------------------------------------


@given(facts, st.lists(st.sampled_from(BY_EFFECT[Effect.BONUS]), max_size=6))
def test_a_merit_changes_neither_grade_nor_score(found: list[HazardFact], codes: list[str]) -> None:
    merits = [MeritFact(code, DAY, True) for code in codes]
    plain, better = rules.evaluate(found, BOOK, DAY), rules.evaluate(found, BOOK, DAY, merits)
    assert (plain.grade, plain.score) == (better.grade, better.score)
    assert better.bonus == sum(BOOK.items[code].points for code in set(codes))


def test_a_fault_item_seen_in_order_is_no_merit() -> None:
    assert (
        rules.evaluate((), BOOK, DAY, [MeritFact("H05", DAY, False), MeritFact("X99", DAY, False)]).lines
        == ()
    )
