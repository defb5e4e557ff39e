"""The sum behind a grade as a person reads it: every line with its words, every dimension with its cap.

Pages, letters and the API all show this one; nobody adds up anywhere else.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.facts import Because, Effect, Line, RuleBook
from grading.models import Assessment, RuleItem
from grading.rules import FULL_SCORE
from grading.services import kept_lines, rule_sets
from grading.services.sources import legal_sources


@dataclass(frozen=True, slots=True)
class ExplainedLine(Line):
    """A line with the words of its item. `points` is what it takes from the sum: 0 where the same item was
    counted before."""

    item: RuleItem | None = None

    @property
    def fault(self) -> str:
        """In the reader's language."""
        return self.item.fault if self.item else self.item_code

    @property
    def sources(self) -> list[str]:
        """The laws it rests on, or the street's own standard."""
        return legal_sources(self.item.sources if self.item else ())

    @property
    def does(self) -> str:
        """What it does to the grade, in a few words."""
        if self.because is Because.RELAPSE:
            return _("red: came back too often")
        if self.because is Because.REFUSAL:
            return _("red: mending refused after the deadline")
        if self.because is Because.SET_ASIDE:
            return _("set aside after an objection: takes nothing off")
        if self.effect is Effect.VETO:
            return _("red while open") if self.closed_on is None else _("red while watched")
        if self.effect is Effect.CAP:
            return _("at best yellow")
        if self.effect is Effect.BONUS:
            return _("for stars only")
        return f"−{self.points}" if self.points else _("counted already")

    @property
    def ends(self) -> str:
        """What brings it to an end."""
        if self.effect is Effect.BONUS:
            return ""
        if self.because is Because.SET_ASIDE and self.until is not None:
            return _("Nothing to do; it leaves this list on %(day)s") % {"day": _day(self.until)}
        if self.closed_on is not None and self.until is not None:
            return _("Mended; counts no more from %(day)s on") % {"day": _day(self.until)}
        if self.happened_on is not None and self.until is not None:
            return _("Watched until %(day)s; then a visit must find it settled") % {"day": _day(self.until)}
        if self.effect is Effect.VETO:
            return _("Mend it and ask for a re-inspection; the panel decides")
        return _("Mend it; a visit or an accepted proof ends it")


def _day(day: date) -> str:
    return date_format(day, "Y-m-d")


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
    """`full` less everything counted is `score`; `lines` are faults, `merits` what counts for stars only."""

    grade: str
    score: int
    lines: tuple[ExplainedLine, ...]
    dimensions: tuple[DimensionSum, ...]
    full: int = FULL_SCORE
    green_from: int = 0
    merits: tuple[ExplainedLine, ...] = ()

    @property
    def to_green(self) -> list[str]:
        """What would bring green back, step by step; nothing where it is green."""
        if self.grade == "green":
            return []
        steps = [
            _("%(fault)s: %(ends)s") % {"fault": line.fault, "ends": line.ends}
            for line in self.lines
            if line.effect in (Effect.VETO, Effect.CAP)
        ]
        missing = self.green_from - self.score
        if missing > 0:
            words = ngettext(
                "%(n)s more point is needed: green begins at %(green)s",
                "%(n)s more points are needed: green begins at %(green)s",
                missing,
            )
            steps.append(words % {"n": missing, "green": self.green_from})
        return list(dict.fromkeys(steps))

    @property
    def beyond_points(self) -> str:
        """What decides where the points alone would give a better grade; empty elsewhere."""
        if self.grade == "red":
            return _("One such fault is enough for red, whatever the points.")
        if self.grade == "yellow" and self.score >= self.green_from:
            return _("An open fault of this kind holds it at yellow, whatever the points.")
        return ""

    @property
    def watch_until(self) -> date | None:
        """The last of the days until which an incident is watched."""
        return max((line.until for line in self.lines if line.happened_on and line.until), default=None)


def explain(assessment: Assessment) -> Explanation:
    """Costs no query once the rule set was read; load `rule_set` with the assessment."""
    book = rule_sets.book(assessment.rule_set)
    told = _explained(kept_lines.from_json(assessment.lines), rule_sets.items_of(assessment.rule_set))
    lines = tuple(line for line in told if line.effect is not Effect.BONUS)
    return Explanation(
        grade=assessment.grade,
        score=assessment.score,
        lines=lines,
        dimensions=_dimensions(lines, book),
        green_from=book.green_from,
        merits=tuple(line for line in told if line.effect is Effect.BONUS),
    )


def _explained(lines: Iterable[Line], items: dict[str, RuleItem]) -> tuple[ExplainedLine, ...]:
    """Each item takes off once, at its first line."""
    counted: set[str] = set()
    explained = []
    for line in lines:
        points = 0 if line.item_code in counted else line.points
        if line.points:
            counted.add(line.item_code)
        values = {field.name: getattr(line, field.name) for field in fields(line)}
        explained.append(ExplainedLine(**values | {"points": points, "item": items.get(line.item_code)}))
    return tuple(explained)


def _dimensions(lines: Iterable[ExplainedLine], book: RuleBook) -> tuple[DimensionSum, ...]:
    lost: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        if line.effect is Effect.POINTS:
            lost[line.item_code[0]] += line.points
    return tuple(DimensionSum(d, lost[d], cap) for d, cap in book.caps.items() if d in lost)
