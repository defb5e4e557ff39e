"""The sum behind a grade as a person reads it: every line with its words, every dimension with its cap.

Pages, letters and the API all show this one; nobody adds up anywhere else.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from grading.facts import Effect, Line, RuleBook
from grading.models import Assessment, RuleItem
from grading.rules import FULL_SCORE
from grading.services import rule_sets
from grading.services.assessing import lines_from_json


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One fault: `points` is what it takes from the sum, 0 where the same item was counted before."""

    item_code: str
    item: RuleItem | None
    hazard_id: int
    since: date
    in_common_parts: bool
    effect: Effect
    points: int

    @property
    def fault(self) -> str:
        """In the reader's language."""
        return self.item.fault if self.item else self.item_code


@dataclass(frozen=True, slots=True)
class DimensionSum:
    """`lost` is what the lines add up to, `counted` what is taken off: never more than `cap`."""

    dimension: str
    lost: int
    cap: int

    @property
    def counted(self) -> int:
        return min(self.lost, self.cap)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`full` less everything counted is `score`."""

    grade: str
    score: int
    lines: tuple[ExplainedLine, ...]
    dimensions: tuple[DimensionSum, ...]
    full: int = FULL_SCORE


def explain(assessment: Assessment) -> Explanation:
    """Costs no query once the rule set was read; load `rule_set` with the assessment."""
    lines = _explained(lines_from_json(assessment.lines), rule_sets.items_of(assessment.rule_set))
    return Explanation(
        assessment.grade, assessment.score, lines, _dimensions(lines, rule_sets.book(assessment.rule_set))
    )


def _explained(lines: Iterable[Line], items: dict[str, RuleItem]) -> tuple[ExplainedLine, ...]:
    counted: set[str] = set()
    explained = []
    for line in lines:
        points = 0 if line.item_code in counted else line.points
        counted.add(line.item_code)
        explained.append(
            ExplainedLine(
                item_code=line.item_code,
                item=items.get(line.item_code),
                hazard_id=line.hazard_id,
                since=line.since,
                in_common_parts=line.in_common_parts,
                effect=line.effect,
                points=points,
            )
        )
    return tuple(explained)


def _dimensions(lines: Iterable[ExplainedLine], book: RuleBook) -> tuple[DimensionSum, ...]:
    lost: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        if line.effect is Effect.POINTS:
            lost[line.item_code[0]] += line.points
    return tuple(DimensionSum(d, lost[d], cap) for d, cap in book.caps.items() if d in lost)
