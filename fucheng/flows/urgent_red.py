"""Urgent red: the panel at once, and its second look."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from fucheng.flows import aftermath, documents
from grading.models import UrgentRed
from grading.services import delisting, urgent
from letters.services import telling


@transaction.atomic(durable=True)
def put_into_red(
    *, unit_id: int, item_code: str, by: User, at: datetime, reason: str, photo_digests: Sequence[str] = ()
) -> UrgentRed:
    """Photos are stored before (`photos.store`). The no-rental notice now owed follows from the rows."""
    audit.act_as(by)
    made = urgent.put_into_red(
        unit_id=unit_id, item_code=item_code, by=by, at=at, reason=reason, photo_digests=photo_digests
    )
    delisting.follow_newer_facts(at=at)
    documents.write_letters([made.change_id], by=by, at=at)
    aftermath.of_decisions([made.change_id], at=at)
    telling.of_decisions([made.change_id], at=at)
    return made


@transaction.atomic(durable=True)
def confirm(*, urgent_id: int, by: User, at: datetime, reason: str) -> UrgentRed:
    audit.act_as(by)
    return urgent.confirm(urgent_id=urgent_id, by=by, at=at, reason=reason)


@transaction.atomic(durable=True)
def lift(*, urgent_id: int, by: User, at: datetime, reason: str) -> UrgentRed:
    audit.act_as(by)
    lifted = urgent.lift(urgent_id=urgent_id, by=by, at=at, reason=reason)
    delisting.follow_newer_facts(at=at)
    delisting.end_where_red_is_gone(unit_id=lifted.unit_id, at=at)
    if lifted.lifting_id is not None:
        documents.write_letters([lifted.lifting_id], by=by, at=at)
        aftermath.of_decisions([lifted.lifting_id], at=at)
        telling.of_decisions([lifted.lifting_id], at=at)
    return lifted
