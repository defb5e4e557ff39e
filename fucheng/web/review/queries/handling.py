"""Hazards that wait for somebody: overdue ones by grid, those with a department, spot checks."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from grading.models import HandOver, Hazard, SpotCheck
from grading.states import HandOverState, SpotCheckState

PLACE = ("item", "unit", "building__community", "building__grid")
OF_HAZARD = tuple(f"hazard__{name}" for name in PLACE)


@dataclass(frozen=True, slots=True)
class Counts:
    overdue: int
    departments: int
    checks: int


def overdue(user: User) -> Any:
    """Past their deadline, grid by grid, the oldest first: lists of work, no persons."""
    rows = Hazard.objects.visible_to(user).overdue_on(timezone.localdate())
    return rows.select_related(*PLACE).order_by(
        "building__community__name", "building__grid__name", "due_on", "pk"
    )


def departments(user: User) -> Any:
    """With a department, the oldest first."""
    rows = HandOver.objects.visible_to(user).filter(state=HandOverState.WITH_DEPARTMENT)
    return rows.select_related(*OF_HAZARD, "handed_by").order_by("handed_at", "pk")


def checks(user: User) -> Any:
    """Accepted proofs drawn for a visit."""
    rows = SpotCheck.objects.visible_to(user).filter(state=SpotCheckState.WAITING)
    return rows.select_related(*OF_HAZARD).order_by("due_on", "pk")


def counts(user: User) -> Counts:
    return Counts(*(rows(user).order_by().count() for rows in (overdue, departments, checks)))


def hand_overs_of(hazards: list[Hazard]) -> dict[int, HandOver]:
    """The open hand-over of each hazard."""
    rows = HandOver.objects.filter(hazard__in=hazards, state=HandOverState.WITH_DEPARTMENT)
    return {row.hazard_id: row for row in rows}
