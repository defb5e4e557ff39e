"""Which stars a building has earned by the published conditions: facts in, conditions line by line out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from grading.rules import months_before

MOST = 5


class Cause(StrEnum):
    """What keeps stars away, and takes them away."""

    RED = "red"  # a home was red
    YELLOW = "yellow"  # a home is yellow
    INCIDENT = "incident"  # fire, or a police incident that counts
    FALSE_PROOF = "false_proof"  # a proof that a visit found untrue
    OTHER = "other"


class Condition(StrEnum):
    GREEN = "green"  # every home is green
    SINCE = "since"  # and has been for some months
    SCORE = "score"  # the newest assessment of every home is green, with a good score
    VISITED = "visited"  # no visit is overdue
    CASE = "case"  # no red, no incident, no false proof for some months


@dataclass(frozen=True, slots=True)
class StarBook:
    """The thresholds of a rule-set version. `points` are those from which 1, 2, ... 5 stars are given."""

    months: int
    case_months: int
    score_from: int
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Case:
    cause: Cause
    on: date


@dataclass(frozen=True, slots=True)
class StarFacts:
    """A building on a day. The weakest home speaks for it: `points` are its score and its bonus."""

    homes: int
    not_green: int
    green_since: date | None
    not_clean: int
    score: int | None
    points: int | None
    overdue: int
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class StarVerdict:
    facts: StarFacts
    book: StarBook
    unmet: tuple[Condition, ...]
    stars: int

    @property
    def points_for_next(self) -> int | None:
        """The points from which there is one star more; None at five."""
        return self.book.points[self.stars] if self.stars < MOST else None

    @property
    def missing_points(self) -> int:
        return max((self.points_for_next or 0) - (self.facts.points or 0), 0)


def judge(facts: StarFacts, book: StarBook, on: date) -> StarVerdict:
    """No star while a condition is not met; else as many as the points of the weakest home reach."""
    since, case_after = months_before(on, book.months), months_before(on, book.case_months)
    is_met = {
        Condition.GREEN: facts.homes > 0 and not facts.not_green,
        Condition.SINCE: facts.green_since is not None and facts.green_since <= since,
        Condition.SCORE: facts.score is not None and not facts.not_clean and facts.score >= book.score_from,
        Condition.VISITED: not facts.overdue,
        Condition.CASE: all(case.on < case_after for case in facts.cases),
    }
    unmet = tuple(condition for condition, met in is_met.items() if not met)
    return StarVerdict(facts, book, unmet, 0 if unmet else _reached(facts.points or 0, book.points))


def _reached(points: int, thresholds: Sequence[int]) -> int:
    return sum(points >= threshold for threshold in thresholds)
