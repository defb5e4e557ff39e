"""Urgent reds that another member of the panel has to confirm or lift."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from accounts.roles import Permission
from communities import access
from grading.models import UrgentRed
from grading.states import UrgentState


@dataclass(frozen=True, slots=True)
class UrgentRow:
    urgent: UrgentRed
    is_overdue: bool
    is_own: bool


def unconfirmed(user: User, *, on: date) -> list[UrgentRow]:
    """All that wait, the oldest day first: they stand above everything else the panel has to do."""
    rows = UrgentRed.objects.visible_to(user).unconfirmed()
    rows = rows.select_related("unit__building__community", "hazard__item", "decided_by")
    return [UrgentRow(row, row.confirm_by < on, row.decided_by_id == user.pk) for row in rows]


def may_end(user: User, urgent: UrgentRed | None) -> bool:
    """Whether this person may confirm or lift it: a member of the panel, and not the one who put it in."""
    if urgent is None or urgent.state != UrgentState.UNCONFIRMED or urgent.decided_by_id == user.pk:
        return False
    return access.can(user, Permission.GRADE_DECIDE_RED)
