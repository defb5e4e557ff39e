"""A landlord's objection and what follows from its answer; the reply beside a grade; a visit asked for."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from fucheng.flows import aftermath, documents
from grading.models import Objection, Reply, VisitRequest
from grading.services import objections, replies, visit_requests
from letters.services import telling


@transaction.atomic(durable=True)
def file(*, unit_id: int, by: User, at: datetime, words: str, photo_digests: Sequence[str] = ()) -> Objection:
    """Photos are stored before (`photos.store`)."""
    audit.act_as(by)
    return objections.file(unit_id=unit_id, by=by, at=at, words=words, photo_digests=photo_digests)


@transaction.atomic(durable=True)
def assign(*, objection_id: int, to: int, by: User, at: datetime) -> Objection:
    audit.act_as(by)
    given = objections.assign(objection_id=objection_id, to=to, by=by, at=at)
    telling.of_objection_given(given, at=at)
    return given


@transaction.atomic(durable=True)
def assign_by_name(*, objection_id: int, name: str, by: User, at: datetime) -> Objection:
    """For machines, which know people by their sign-in names; an unknown one is refused like an unfit one."""
    audit.act_as(by)
    to = User.objects.filter(name=name).values_list("pk", flat=True).first() or 0
    return objections.assign(objection_id=objection_id, to=to, by=by, at=at)


@transaction.atomic(durable=True)
def reject(*, objection_id: int, by: User, at: datetime, answer: str) -> Objection:
    audit.act_as(by)
    objection = objections.reject(objection_id=objection_id, by=by, at=at, answer=answer)
    documents.write_answer(objection, by=by, at=at)
    return objection


@transaction.atomic(durable=True)
def uphold(
    *, objection_id: int, by: User, at: datetime, answer: str, hazard_ids: Sequence[int] = ()
) -> Objection:
    """Findings set aside let the homes be assessed anew; what follows is decided by the usual people."""
    audit.act_as(by)
    objection = objections.uphold(
        objection_id=objection_id, by=by, at=at, answer=answer, hazard_ids=hazard_ids
    )
    documents.write_answer(objection, by=by, at=at)
    if hazard_ids:
        aftermath.of_checks([objection.unit.building_id], checked_by=by, at=at)
    return objection


@transaction.atomic(durable=True)
def reply(*, unit_id: int, by: User, at: datetime, text: str) -> Reply:
    audit.act_as(by)
    return replies.publish(unit_id=unit_id, by=by, at=at, text=text)


@transaction.atomic(durable=True)
def hide_reply(*, reply_id: int, by: User, at: datetime, reason: str) -> Reply:
    audit.act_as(by)
    return replies.hide(reply_id=reply_id, by=by, at=at, reason=reason)


@transaction.atomic(durable=True)
def ask_for_green(*, unit_id: int, by: User, at: datetime, words: str) -> VisitRequest:
    """A visit that may raise a yellow home to green."""
    audit.act_as(by)
    return visit_requests.ask_for_green(unit_id=unit_id, by=by, at=at, words=words)
