"""Visits that were asked for: by a landlord who wants green, or by an objection that was upheld."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import add_workdays, day_of
from core.errors import Conflict
from grading.models import Objection, Standing, Visit, VisitRequest
from grading.services import changes
from grading.states import VisitRequestState
from rentals.models import Unit

VISIT_WORKDAYS = 3
Why = VisitRequest.Why


@transaction.atomic
def ask_for_green(*, unit_id: int, by: User, at: datetime, words: str) -> VisitRequest:
    """The landlord of a yellow home asks for a visit instead of waiting for the next one."""
    access.authorize(by, Permission.VISIT_REQUEST)
    unit = Unit.objects.visible_to(by).lock(unit_id)
    if not Standing.objects.filter(unit=unit, grade="yellow").exists():
        raise Conflict(_("Only a yellow home can be raised to green by a visit you ask for."))
    if VisitRequest.objects.filter(unit=unit, state=VisitRequestState.REQUESTED).exists():
        raise Conflict(_("A visit to this home has been asked for already."))
    return VisitRequest.objects.create(
        unit=unit,
        why=Why.UPGRADE,
        words=words,
        requested_by=by,
        requested_at=at,
        visit_by=add_workdays(day_of(at), VISIT_WORKDAYS),
    )


def after_objection(objection: Objection, *, by: User, at: datetime) -> VisitRequest:
    return VisitRequest.objects.create(
        unit=objection.unit,
        why=Why.OBJECTION,
        objection=objection,
        words=objection.words,
        requested_by=by,
        requested_at=at,
        visit_by=add_workdays(day_of(at), VISIT_WORKDAYS),
    )


def note_visit(visit: Visit) -> None:
    """A visit answers what was asked for the homes that were seen; for an objection only by another person."""
    asked = VisitRequest.objects.filter(unit__building=visit.building_id, state=VisitRequestState.REQUESTED)
    asked = asked.exclude(unit__in=visit.exceptions.values("unit"))
    asked = asked.prefetch_related("objection__change__assessment__visit")
    for request in asked.select_for_update(of=("self",), no_key=True).order_by("pk"):
        if request.objection is not None and visit.by_id in changes.took_part(request.objection.change):
            continue
        request.state, request.visit, request.ended_at = VisitRequestState.DONE, visit, visit.submitted_at
        request.save(update_fields=["state", "visit", "ended_at"])
