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
    POINTS = "points"  # deduction from 100 while open, and while it decays
    BONUS = "bonus"  # for stars only


class Because(StrEnum):
    """Why an item weighs otherwise than by itself: a cap item as a veto (domain.md 7), points as nothing."""

    RELAPSE = "relapse"  # it came back too often
    REFUSAL = "refusal"  # the landlord refused after the deadline
    SET_ASIDE = "set_aside"  # an objection was upheld: the finding never counted


class Severity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    BONUS = "bonus"


@dataclass(frozen=True, slots=True)
class Item:
    """One checklist item of a rule-set version. `points` is positive, the deduction or bonus.

    A deduction goes on for `decay_days` after the fault was mended; 0 ends it with the mending.
    """

    code: str
    effect: Effect
    points: int
    decay_days: int = 0

    @property
    def dimension(self) -> str:
        return self.code[0]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """A rule-set version in the form the evaluator reads.

    `caps` holds for each dimension the most points it can cost (H 20, L 20, F 25, Z 25, E 10 in v1).
    A cap item that came back `relapse_red_count` times within `relapse_window_months` is a veto.
    """

    version: str
    green_from: int
    caps: dict[str, int]
    items: dict[str, Item]
    interval_days: dict[Grade, int]
    interval_days_capped: int
    relapse_red_count: int = 3
    relapse_window_months: int = 12
    watch_days_incident: int = 30


@dataclass(frozen=True, slots=True)
class HazardFact:
    """A hazard that may count for a home: its own, or one of the building's common parts.

    `closed_on` is set once it was found mended, `happened_on` when a fire or police incident stands
    behind it, `seen_on` when it was last seen there. `relapsed_on` are the days on which it came back.
    One that was set aside after an objection costs nothing, and is told as long as it would have counted.
    """

    hazard_id: int
    item_code: str
    since: date
    in_common_parts: bool
    due_on: date | None = None
    closed_on: date | None = None
    happened_on: date | None = None
    seen_on: date | None = None
    relapsed_on: tuple[date, ...] = ()
    is_set_aside: bool = False


@dataclass(frozen=True, slots=True)
class MeritFact:
    """A bonus item that was seen in order, here or in the common parts."""

    item_code: str
    since: date
    in_common_parts: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum that a person reads: which item, since when, what it does, until when.

    `effect` is what it does here: a cap item is a veto `because` of relapse or refusal. `until` is the
    first day on which it counts no more, once it was mended (`closed_on`). A bonus has no hazard.
    """

    item_code: str
    hazard_id: int | None
    since: date
    in_common_parts: bool
    effect: Effect
    points: int
    because: Because | None = None
    due_on: date | None = None
    closed_on: date | None = None
    happened_on: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    grade: Grade
    score: int
    lines: tuple[Line, ...]

    @property
    def has_open_cap(self) -> bool:
        return any(line.effect is Effect.CAP for line in self.lines)

    @property
    def changes_on(self) -> date | None:
        """The first day on which time alone changes the sum: a mended fault counts no more."""
        ends = (line.until for line in self.lines if line.closed_on and line.until)
        return min(ends, default=None)

    @property
    def bonus(self) -> int:
        """Points for stars; each item once a home."""
        return sum(
            {line.item_code: line.points for line in self.lines if line.effect is Effect.BONUS}.values()
        )
