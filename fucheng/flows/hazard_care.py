"""A hazard handed over to a department and back; what is overdue reaches the supervisor."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from accounts.services.people import system_user
from grading.models import HandOver
from grading.services import handling
from letters.services import telling

AT_ONCE = 1000  # hazards a transaction


@transaction.atomic(durable=True)
def hand_over(*, hazard_id: int, department: str, words: str, by: User, at: datetime) -> HandOver:
    audit.act_as(by)
    return handling.hand_over(hazard_id=hazard_id, department=department, words=words, by=by, at=at)


@transaction.atomic(durable=True)
def record_answer(*, hand_over_id: int, answered_by: str, answer: str, by: User, at: datetime) -> HandOver:
    audit.act_as(by)
    given = handling.record_answer(
        hand_over_id=hand_over_id, answered_by=answered_by, answer=answer, by=by, at=at
    )
    telling.of_answer(given, at=at)
    return given


@transaction.atomic(durable=True)
def take_back(*, hand_over_id: int, reason: str, by: User, at: datetime) -> HandOver:
    audit.act_as(by)
    return handling.take_back(hand_over_id=hand_over_id, reason=reason, by=by, at=at)


def escalate_overdue(*, at: datetime) -> int:
    """All hazards that have passed their deadline since the last time; how many."""
    total, marked = 0, AT_ONCE
    while marked == AT_ONCE:
        marked = _escalate(at)
        total += marked
    return total


@transaction.atomic(durable=True)
def _escalate(at: datetime) -> int:
    by = system_user()
    audit.act_as(by)
    return handling.escalate_overdue(by=by, at=at, limit=AT_ONCE)
