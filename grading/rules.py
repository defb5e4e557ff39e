"""The evaluator: facts in, verdict out. Pure, so every grade can be computed again at any time."""

from collections import defaultdict
from collections.abc import Iterable

from grading.facts import Effect, Grade, Line, OpenHazard, RuleBook, Verdict

FULL_SCORE = 100


def evaluate(hazards: Iterable[OpenHazard], book: RuleBook) -> Verdict:
    """Grade, score 0..100 and the reasons line by line of a home with these open hazards.

    Red only by a veto item, never by points: a ban that rests on a number would not survive an
    objection (domain.md 7). Yellow by a cap item or a score below `green_from`. An item unknown to
    this version weighs nothing: old hazards are judged by the rules in force.
    """
    lines = tuple(
        Line(h.item_code, h.hazard_id, h.since, h.in_common_parts, item.effect, item.points)
        for h in hazards
        if (item := book.items.get(h.item_code)) is not None and item.effect is not Effect.BONUS
    )
    score = FULL_SCORE - _deductions(lines, book)
    return Verdict(_grade(lines, score, book), score, lines)


def _deductions(lines: Iterable[Line], book: RuleBook) -> int:
    """Points lost, each dimension at most its cap; the same item counts once a home."""
    lost: defaultdict[str, int] = defaultdict(int)
    counted: set[str] = set()
    for line in lines:
        if line.effect is Effect.POINTS and line.item_code not in counted:
            counted.add(line.item_code)
            lost[line.item_code[0]] += line.points
    return sum(min(points, book.caps[dimension]) for dimension, points in lost.items())


def _grade(lines: Iterable[Line], score: int, book: RuleBook) -> Grade:
    effects = {line.effect for line in lines}
    if Effect.VETO in effects:
        return Grade.RED
    if Effect.CAP in effects or score < book.green_from:
        return Grade.YELLOW
    return Grade.GREEN


def next_visit_in_days(verdict: Verdict, book: RuleBook) -> int:
    """Days until the next visit: by grade, shorter while a cap item is open (domain.md 7)."""
    days = book.interval_days[verdict.grade]
    return min(days, book.interval_days_capped) if verdict.has_open_cap else days
