"""Hazards that need another hand: a department, or the supervisor once they are overdue."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import day_of
from core.errors import Conflict, Invalid
from grading.models import HandOver, Hazard, HazardEvent
from grading.states import HAND_OVER_MOVES, HandOverState, HazardState

What = HazardEvent.What


@transaction.atomic
def hand_over(*, hazard_id: int, department: str, words: str, by: User, at: datetime) -> HandOver:
    """Gives an open hazard to a department; it stays open, and its deadline runs on."""
    hazard = Hazard.objects.select_related("building").visible_to(by).lock(hazard_id)
    access.authorize(by, Permission.HAZARD_VERIFY, community_id=hazard.building.community_id)
    if hazard.state == HazardState.CLOSED:
        raise Conflict(_("This hazard is mended; there is nothing to hand over."))
    if HandOver.objects.filter(hazard=hazard, state=HandOverState.WITH_DEPARTMENT).exists():
        raise Conflict(_("This hazard is with a department already."))
    if not department.strip() or not words.strip():
        raise Invalid(_("Name the department and say what it is asked to do."))
    return give(hazard, department, words, by=by, at=at)


def give(hazard: Hazard, department: str, words: str, *, by: User, at: datetime) -> HandOver:
    """The hand-over of an open hazard; the one that waits already when there is one."""
    waiting = HandOver.objects.filter(hazard=hazard, state=HandOverState.WITH_DEPARTMENT).first()
    if waiting is not None:
        return waiting
    given = HandOver.objects.create(
        hazard=hazard, department=department, words=words, handed_by=by, handed_at=at
    )
    _tell(hazard, What.HANDED_OVER, at=at, by=by, note=f"{department}: {words}")
    return given


@transaction.atomic
def record_answer(*, hand_over_id: int, answered_by: str, answer: str, by: User, at: datetime) -> HandOver:
    """What the department said, and who there said it. The hazard comes back to the community."""
    given = _to_end(hand_over_id, HandOverState.ANSWERED, by)
    if not answered_by.strip() or not answer.strip():
        raise Invalid(_("Say who answered and what was said."))
    given.answered_by = answered_by
    return _end(given, HandOverState.ANSWERED, What.ANSWERED, answer, by=by, at=at)


@transaction.atomic
def take_back(*, hand_over_id: int, reason: str, by: User, at: datetime) -> HandOver:
    """Without waiting for an answer, for a reason."""
    given = _to_end(hand_over_id, HandOverState.TAKEN_BACK, by)
    if not reason.strip():
        raise Invalid(_("Say why it is taken back."))
    return _end(given, HandOverState.TAKEN_BACK, What.TAKEN_BACK, reason, by=by, at=at)


def _to_end(hand_over_id: int, to: HandOverState, by: User) -> HandOver:
    given = HandOver.objects.select_related("hazard__building").visible_to(by).lock(hand_over_id)
    access.authorize(by, Permission.HAZARD_VERIFY, community_id=given.hazard.building.community_id)
    if to not in HAND_OVER_MOVES[HandOverState(given.state)]:
        raise Conflict(_("This hand-over has ended already."))
    return given


def _end(
    given: HandOver, state: HandOverState, what: What, answer: str, *, by: User, at: datetime
) -> HandOver:
    given.state, given.answer, given.recorded_by, given.ended_at = state, answer, by, at
    given.save()
    who = f"{given.department} {given.answered_by}".strip()
    _tell(given.hazard, what, at=at, by=by, note=f"{who}: {answer}")
    return given


def _tell(hazard: Hazard, what: What, *, at: datetime, by: User, note: str) -> None:
    HazardEvent.objects.create(hazard=hazard, what=what, at=at, by=by, note=note[:500])


@transaction.atomic
def escalate_overdue(*, by: User, at: datetime, limit: int) -> int:
    """Marks hazards past their deadline, once a spell, and writes it into their story; how many."""
    overdue = Hazard.objects.overdue_on(day_of(at)).filter(escalated_at__isnull=True)
    locked = overdue.select_for_update(no_key=True, skip_locked=True).order_by("pk")
    ids = list(locked.values_list("pk", flat=True)[:limit])
    Hazard.objects.filter(pk__in=ids).update(escalated_at=at)
    HazardEvent.objects.bulk_create(
        HazardEvent(hazard_id=pk, what=What.ESCALATED, at=at, by=by) for pk in ids
    )
    return len(ids)
