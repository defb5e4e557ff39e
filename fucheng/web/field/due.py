"""What is due on a beat, building by building in walking order, and why."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Count, Min, Q

from accounts.models import User
from fucheng.web.field.beat import beat_of
from fucheng.web.field.walk import Stop, walking_order
from grading.models import (
    DelistingRequest,
    Hazard,
    SecondVisit,
    SelfInspection,
    Standing,
    VacancyCheck,
    VisitRequest,
)
from grading.states import DelistingState, VisitRequestState
from rentals.models import Building


class Why(StrEnum):
    """Why a building is on the list, what presses most first."""

    REINSPECTION = "reinspection"
    ASKED = "asked"
    SECOND = "second"
    VERIFY = "verify"
    VACANT = "vacant"
    DEADLINE = "deadline"
    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    NOT_GRADED = "not_graded"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Reason:
    """`n` homes or hazards; `on` is the day by which it should have been done, unknown for a first visit."""

    why: Why
    n: int
    on: date | None

    def is_late(self, day: date) -> bool:
        return self.on is not None and self.on < day


@dataclass(frozen=True, slots=True)
class Due:
    """A building with work; `late_since` is the oldest day that has passed."""

    building_id: int
    reasons: tuple[Reason, ...]
    late_since: date | None

    @property
    def homes(self) -> int:
        """Homes due by their interval or for the first time."""
        other = (Why.REINSPECTION, Why.ASKED, Why.SECOND, Why.VERIFY, Why.VACANT, Why.DEADLINE)
        return sum(r.n for r in self.reasons if r.why not in other)


def due_on(day: date) -> Q:
    """Homes whose next visit is due, and those never visited."""
    return Q(next_visit_on__lte=day) | Q(last_visit_at__isnull=True)


@dataclass(frozen=True)
class Round:
    """A beat on a day: all its buildings in walking order, and those of them with work."""

    order: list[int]
    work: dict[int, Due]

    @property
    def due(self) -> list[Due]:
        return [self.work[pk] for pk in self.order if pk in self.work]

    def behind(self, building_id: int | None) -> list[Due]:
        """What comes after a building, whether that one still has work or not; all for an unknown one."""
        here = self.order.index(building_id) + 1 if building_id in self.order else 0
        return [self.work[pk] for pk in self.order[here:] if pk in self.work]


def round_of(user: User, day: date, *, all_grids: bool = False) -> Round:
    """A handful of flat queries over what is due; no row of an earlier visit is read."""
    order, work = list(Why), {}
    for pk, found in _reasons(user, day, all_grids=all_grids).items():
        reasons = sorted(found, key=lambda r: order.index(r.why))
        late = min((r.on for r in reasons if r.on and r.on < day), default=None)
        work[pk] = Due(pk, tuple(reasons), late)
    return Round(_walk(user, work, all_grids=all_grids), work)


def _walk(user: User, work: Iterable[int], *, all_grids: bool) -> list[int]:
    """The beat, and what was given to this person beyond it."""
    beat = beat_of(user).where(all_grids=all_grids)
    rows = Building.objects.visible_to(user).filter(beat | Q(pk__in=list(work)))
    return walking_order(
        Stop(pk, code, (0, estate) if estate else (1, grid or 0), longitude, latitude)
        for pk, code, estate, grid, longitude, latitude in rows.values_list(
            "pk", "code", "estate_id", "grid_id", "longitude", "latitude"
        )
    )


def _reasons(user: User, day: date, *, all_grids: bool) -> dict[int, list[Reason]]:
    beat, found = beat_of(user), defaultdict[int, list[Reason]](list)

    def take(why: Why, rows: Iterable[tuple[int, int, date | None]]) -> None:
        for building, n, on in rows:
            found[building].append(Reason(why, n, on))

    of_home, of_building = (
        beat.where(prefix, all_grids=all_grids) for prefix in ("unit__building__", "building__")
    )
    for why, rows in _homes(user, of_home, day).items():
        take(why, rows)
    hazards = Hazard.objects.visible_to(user).open().filter(of_building, due_on__lte=day)
    take(
        Why.DEADLINE,
        hazards.order_by().values_list("building").annotate(n=Count("pk"), on=Min("due_on")),
    )
    requests = DelistingRequest.objects.visible_to(user).filter(of_home, state=DelistingState.REQUESTED)
    take(Why.REINSPECTION, _by_building(requests, "inspect_by"))
    asked = VisitRequest.objects.visible_to(user).filter(of_home, state=VisitRequestState.REQUESTED)
    take(Why.ASKED, _by_building(asked, "visit_by"))
    sampled = SelfInspection.objects.visible_to(user).filter(of_home, verify_by__isnull=False, visit=None)
    take(Why.VERIFY, _by_building(sampled, "verify_by"))
    empty = VacancyCheck.objects.visible_to(user).due().filter(of_home, due_on__lte=day)
    take(Why.VACANT, _by_building(empty, "due_on"))
    drawn = SecondVisit.objects.visible_to(user).filter(assigned_to=user, visit__isnull=True)
    take(Why.SECOND, ((pk, 1, on) for pk, on in drawn.values_list("building", "due_on")))
    return found


def _by_building(rows: Any, day: str) -> Iterable[tuple[int, int, date | None]]:
    found: Iterable[tuple[int, int, date | None]] = (
        rows.order_by().values_list("unit__building").annotate(n=Count("pk"), on=Min(day))
    )
    return found


def _homes(user: User, on_beat: Q, day: date) -> dict[Why, list[tuple[int, int, date | None]]]:
    """Homes due by grade, and those never visited."""
    rows = (
        Standing.objects.visible_to(user)
        .filter(due_on(day), on_beat, unit__left_on__isnull=True)
        .order_by()
        .annotate(is_first=Q(last_visit_at__isnull=True))
        .values_list("unit__building", "grade", "is_first")
        .annotate(n=Count("pk"), on=Min("next_visit_on"))
    )
    found: dict[Why, list[tuple[int, int, date | None]]] = defaultdict(list)
    for building, grade, is_first, n, on in rows:
        why = Why.NEVER if is_first else Why(grade) if grade else Why.NOT_GRADED
        found[why].append((building, n, on))
    return found
