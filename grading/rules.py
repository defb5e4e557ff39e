"""The evaluator: facts in, verdict out. Pure, so every grade can be computed again at any time."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from grading.facts import Because, Effect, Grade, HazardFact, Item, Line, MeritFact, RuleBook, Verdict

FULL_SCORE = 100
REFUSAL_ITEM = "L09"  # refuses inspection or mending (domain.md 7)


def evaluate(
    hazards: Sequence[HazardFact], book: RuleBook, at: date, merits: Iterable[MeritFact] = ()
) -> Verdict:
    """Grade, score 0..100 and the reasons line by line of a home with these facts on the day `at`.

    Red only by a veto, never by points: a ban that rests on a number would not survive an objection
    (domain.md 7). Yellow by a cap item or a score below `green_from`. An item unknown to this version
    weighs nothing: old hazards are judged by the rules in force. A bonus counts for stars only.
    """
    refused_on = _refused_on(hazards)
    lines = [
        _line(fact, item, book, refused_on)
        for fact in hazards
        if (item := book.items.get(fact.item_code)) is not None
        and item.effect is not Effect.BONUS
        and _counts(fact, item, book, at)
    ]
    score = FULL_SCORE - _deductions(lines, book)
    return Verdict(_grade(lines, score, book), score, (*lines, *_bonuses(merits, book)))


def _counts(fact: HazardFact, item: Item, book: RuleBook, at: date) -> bool:
    """While it is open; once mended, until its end."""
    if fact.closed_on is None:
        return True
    end = _until(fact, item, book)
    return end is not None and at < end


def _until(fact: HazardFact, item: Item, book: RuleBook) -> date | None:
    """The first day on which this fact, once mended, counts no more; None when mending ends it.

    An incident cannot be undone: it is watched from its day on (domain.md 1.5). What was mended on the
    day it was found leaves nothing to decay.
    """
    if fact.happened_on is not None and item.effect is Effect.VETO:
        return fact.happened_on + timedelta(days=book.watch_days_incident)
    if fact.closed_on is None or item.effect is not Effect.POINTS or fact.closed_on == fact.since:
        return None
    return fact.closed_on + timedelta(days=item.decay_days) if item.decay_days else None


def _line(fact: HazardFact, item: Item, book: RuleBook, refused_on: date | None) -> Line:
    because = _because(fact, item, book, refused_on)
    return Line(
        item_code=fact.item_code,
        hazard_id=fact.hazard_id,
        since=fact.since,
        in_common_parts=fact.in_common_parts,
        effect=Effect.VETO if because and not fact.is_set_aside else item.effect,
        points=0 if fact.is_set_aside else item.points,
        because=because,
        due_on=fact.due_on,
        closed_on=fact.closed_on,
        happened_on=fact.happened_on,
        until=_until(fact, item, book),
    )


def _because(fact: HazardFact, item: Item, book: RuleBook, refused_on: date | None) -> Because | None:
    """What makes an open cap item a veto: it came back too often, or mending was refused after its deadline.

    A mended fault that was set aside after an objection takes nothing off while it fades.
    """
    if fact.is_set_aside:
        return Because.SET_ASIDE
    if item.effect is not Effect.CAP:
        return None
    window = months_before(fact.since, book.relapse_window_months)
    relapses = sum(window < day <= fact.since for day in fact.relapsed_on)
    if book.relapse_red_count and relapses >= book.relapse_red_count:
        return Because.RELAPSE
    if refused_on is not None and fact.due_on is not None and fact.due_on < refused_on:
        return Because.REFUSAL
    return None


def _refused_on(hazards: Iterable[HazardFact]) -> date | None:
    """The last day on which an open refusal was seen."""
    days = [f.seen_on or f.since for f in hazards if f.item_code == REFUSAL_ITEM and f.closed_on is None]
    return max(days, default=None)


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _bonuses(merits: Iterable[MeritFact], book: RuleBook) -> list[Line]:
    return [
        Line(fact.item_code, None, fact.since, fact.in_common_parts, Effect.BONUS, item.points)
        for fact in merits
        if (item := book.items.get(fact.item_code)) is not None and item.effect is Effect.BONUS
    ]


def _deductions(lines: Iterable[Line], book: RuleBook) -> int:
    """Points lost, each dimension at most its cap; the same item counts once a home."""
    lost: defaultdict[str, int] = defaultdict(int)
    counted: set[str] = set()
    for line in lines:
        if line.effect is Effect.POINTS and line.points and line.item_code not in counted:
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
