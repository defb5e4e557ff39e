"""What the rules look at: plain frozen values, no Django. The database is read elsewhere."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Grade(StrEnum):
    """宽管级, 严管级, 禁止级; the order is from safe to closed."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Effect(StrEnum):
    VETO = "veto"  # R: red while open
    CAP = "cap"  # Y: at best yellow while open
    POINTS = "points"  # deduction from 100 while open
    BONUS = "bonus"  # for stars only


class Severity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    BONUS = "bonus"


@dataclass(frozen=True, slots=True)
class Item:
    """One checklist item of a rule-set version. `points` is positive, the deduction or bonus."""

    code: str
    effect: Effect
    points: int

    @property
    def dimension(self) -> str:
        return self.code[0]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """A rule-set version in the form the evaluator reads.

    `caps` holds for each dimension the most points it can cost (H 20, L 20, F 25, Z 25, E 10 in v1).
    """

    version: str
    green_from: int
    caps: dict[str, int]
    items: dict[str, Item]
    interval_days: dict[Grade, int]
    interval_days_capped: int


@dataclass(frozen=True, slots=True)
class OpenHazard:
    """A hazard that counts for a unit: its own, or one of the building's common parts."""

    hazard_id: int
    item_code: str
    since: date
    in_common_parts: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum that a person reads: which item, since when, what it does."""

    item_code: str
    hazard_id: int
    since: date
    in_common_parts: bool
    effect: Effect
    points: int


@dataclass(frozen=True, slots=True)
class Verdict:
    grade: Grade
    score: int
    lines: tuple[Line, ...]

    @property
    def has_open_cap(self) -> bool:
        return any(line.effect is Effect.CAP for line in self.lines)
