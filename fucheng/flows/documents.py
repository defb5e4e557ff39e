"""Documents asked for by staff, carried to landlords, and read by them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from core.dates import chinese_day, day_of
from fucheng.flows import document_rendering
from grading.models import Objection, VisitRequest
from grading.states import ObjectionState
from letters.models import Delivery, Document
from letters.services import delivering, issuing, reissuing, rendering
from letters.services.composing import ObjectionAnswer

OUTCOMES = {
    Objection.Remedy.REINSPECTION.value: "由未参与原决定的人员重新上门检查，按程序重新评定",
    Objection.Remedy.SET_ASIDE.value: "所涉问题不予认定，房屋已重新评定，按程序决定等级",
}


def write_letters(change_ids: Sequence[int], *, by: User, at: datetime) -> None:
    """In the transaction of the decisions: the letters they owe; their files follow after the commit."""
    if issuing.after_decisions(change_ids, by=by, at=at):
        transaction.on_commit(document_rendering.ring)


def write_answer(objection: Objection, *, by: User, at: datetime) -> None:
    """In the transaction of the answer: its paper, which says what follows."""
    revisit = VisitRequest.objects.filter(objection=objection).first()
    outcome = OUTCOMES.get(objection.remedy, "维持原评定")
    if revisit is not None:
        outcome += f"，期限为{chinese_day(revisit.visit_by)}"
    answer = ObjectionAnswer(
        reference=f"{objection.pk:06d}",
        received_on=day_of(objection.filed_at),
        objection=objection.words,
        is_upheld=objection.state == ObjectionState.UPHELD,
        reasons=[objection.answer],
        outcome=outcome,
    )
    issuing.answer_objection(unit_id=objection.unit_id, answer=answer, by=by, at=at)
    transaction.on_commit(document_rendering.ring)


@transaction.atomic(durable=True)
def request_rectification(*, unit_id: int, by: User, at: datetime) -> Document:
    audit.act_as(by)
    document = issuing.request_rectification(unit_id=unit_id, by=by, at=at)
    transaction.on_commit(document_rendering.ring)
    return document


@transaction.atomic(durable=True)
def deliver(
    *, document_id: int, how: str, by: User, at: datetime, to: str, note: str, photo: str
) -> Delivery:
    """The photo is stored before (`photos.store`); here it becomes part of the delivery."""
    audit.act_as(by)
    return delivering.deliver(document_id=document_id, how=how, by=by, at=at, to=to, note=note, photo=photo)


@transaction.atomic(durable=True)
def try_again(*, document_id: int, by: User) -> Document:
    audit.act_as(by)
    document = delivering.try_again(document_id=document_id, by=by)
    transaction.on_commit(document_rendering.ring)
    return document


@transaction.atomic(durable=True)
def reissue(*, document_id: int, wrong: str, right: str, by: User, at: datetime) -> Document:
    """A failed document with a word corrected, as a new one."""
    audit.act_as(by)
    made = reissuing.reissue(document_id=document_id, wrong=wrong, right=right, by=by, at=at)
    transaction.on_commit(document_rendering.ring)
    return made


@transaction.atomic(durable=True)
def take_out(*, document_id: int, by: User, at: datetime) -> tuple[Document, bytes]:
    """The file for whoever may see it: the landlord's first look is noted, looks by staff are exports."""
    document = Document.objects.visible_to(by).one(pk=document_id, state=Document.State.READY)
    pdf = rendering.file_of(document)
    if by.kind == User.Kind.LANDLORD:
        delivering.note_reading(document, by=by, at=at)
    else:
        audit.record(
            "export",
            by=by,
            subject="document",
            subject_id=document.pk,
            data={"file": document.number, "rows": 1},
        )
    return document, pdf
