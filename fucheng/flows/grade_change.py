"""Decisions on grade changes, with what follows from them for a delisting request."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from fucheng.flows import aftermath, documents
from grading.models import GradeChange
from grading.services import changes, delisting
from letters.services import telling


@transaction.atomic(durable=True)
def review(*, change_id: int, by: User, at: datetime, reason: str) -> GradeChange:
    """The community hands a change that touches red on to the panel."""
    change = changes.review_change(change_id=change_id, by=by, at=at, reason=reason)
    delisting.follow_changes([change.pk], at=at)
    telling.of_requests([change.unit_id], at=at)
    return change


@transaction.atomic(durable=True)
def approve(*, change_id: int, by: User, at: datetime, reason: str) -> GradeChange:
    """Puts a change in force. The signs now owed follow from the rows; a letter about red is owed as a row."""
    change = changes.approve_change(change_id=change_id, by=by, at=at, reason=reason)
    delisting.follow_changes([change.pk], at=at)
    documents.write_letters([change.pk], by=by, at=at)
    aftermath.of_decisions([change.pk], at=at)
    telling.of_decisions([change.pk], at=at)
    return change


@transaction.atomic(durable=True)
def return_(*, change_id: int, by: User, at: datetime, reason: str) -> GradeChange:
    """Sends a change back; the home keeps its grade."""
    change = changes.return_change(change_id=change_id, by=by, at=at, reason=reason)
    delisting.follow_changes([change.pk], at=at)
    telling.of_decisions([change.pk], at=at)
    telling.of_requests([change.unit_id], at=at)
    return change


Many = Callable[..., list[int]]
MANY: dict[str, Many] = {
    "approve": changes.approve_many,
    "review": changes.review_many,
    "return": changes.return_many,
}


@transaction.atomic
def decide_many(*, verb: str, change_ids: Sequence[int], by: User, at: datetime, reason: str) -> list[int]:
    """`approve`, `review` or `return` for all of these that this person may decide; ids of those decided."""
    decided = MANY[verb](change_ids=change_ids, by=by, at=at, reason=reason)
    delisting.follow_changes(decided, at=at)
    if verb == "approve":
        documents.write_letters(decided, by=by, at=at)
        aftermath.of_decisions(decided, at=at)
    telling.of_decisions(decided, at=at)
    telling.of_requests(_homes_of(decided), at=at)
    return decided


def _homes_of(change_ids: Sequence[int]) -> list[int]:
    return list(GradeChange.objects.filter(pk__in=change_ids).values_list("unit_id", flat=True))
