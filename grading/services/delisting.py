"""Delisting of a red home: request, re-inspection, community, panel. Never on paper alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import add_workdays, day_of
from core.errors import Conflict, Invalid
from grading.models import (
    DelistingRequest,
    ExitItem,
    GradeChange,
    GradePeriod,
    RuleItem,
    Standing,
    Visit,
)
from grading.services import changes, leaving_red
from grading.states import OPEN_DELISTING_STATES, ChangeState, DelistingState
from rentals.models import Unit

REINSPECTION_WORKDAYS = 3  # domain.md 1.5


@transaction.atomic
def request_delisting(*, unit_id: int, by: User, at: datetime, words: str) -> DelistingRequest:
    """The landlord of a red home asks for a re-inspection, due within three working days.

    Where a visit has found the fault mended already, the request joins the decision that waits.
    """
    access.authorize(by, Permission.DELISTING_REQUEST)
    unit = Unit.objects.visible_to(by).lock(unit_id)
    if Standing.objects.filter(unit=unit, grade="red").first() is None:
        raise Conflict(gettext_lazy("This home is not red; there is nothing to lift."))
    if not words.strip():
        raise Invalid(gettext_lazy("Say in a few words what has been mended."))
    if DelistingRequest.objects.filter(unit=unit, state__in=OPEN_DELISTING_STATES).exists():
        raise Conflict(gettext_lazy("A request for this home is already under way. Follow it on this page."))
    request = DelistingRequest(
        unit=unit,
        words=words,
        requested_by=by,
        requested_at=at,
        inspect_by=add_workdays(day_of(at), REINSPECTION_WORKDAYS),
    )
    request.save()
    _make_checklist(request)
    change = changes.open_for(unit.pk)
    if change is not None and _was_seen(change) and not leaving_red.held([change.pk]):
        _inspected(request, change)
        request.save(update_fields=["state", "visit", "change"])
    return request


def _make_checklist(request: DelistingRequest) -> None:
    """One entry for each veto fault the red rests on, and for each that came since."""
    period = GradePeriod.objects.select_related("change__assessment").get(
        unit=request.unit_id, ends_at__isnull=True
    )
    now = Standing.objects.select_related("assessment").get(unit=request.unit_id).assessment
    lines = [*period.change.assessment.lines, *(now.lines if now else [])]
    reasons = dict.fromkeys(line["hazard"] for line in lines if line["effect"] == "veto" and line["hazard"])
    ExitItem.objects.bulk_create(ExitItem(request=request, hazard_id=pk) for pk in reasons)


def _tick(request: DelistingRequest, visit: Visit | None) -> None:
    """What the re-inspection found of each entry: a fault that still makes the home red is still there."""
    now = Standing.objects.select_related("assessment").get(unit=request.unit_id).assessment
    still = {line["hazard"] for line in now.lines if line["effect"] == "veto"} if now else set()
    items = ExitItem.objects.filter(request=request)
    items.filter(hazard__in=still).update(seen=ExitItem.Seen.STILL, visit=visit)
    items.exclude(hazard__in=still).update(seen=ExitItem.Seen.MENDED, visit=visit)


@transaction.atomic
def withdraw(*, request_id: int, by: User, at: datetime) -> DelistingRequest:
    """The landlord takes the request back before the panel has it.

    The proposal of the re-inspection stays, without the request: facts are not taken back.
    """
    request = DelistingRequest.objects.visible_to(by).lock(request_id)
    access.authorize(by, Permission.DELISTING_REQUEST)
    if request.state not in (DelistingState.REQUESTED, DelistingState.INSPECTED):
        raise Conflict(gettext_lazy("The request cannot be taken back any more."))
    request.change = None
    return _end(request, DelistingState.WITHDRAWN, at=at, answer="")


def is_asked_for_in(building_id: int) -> bool:
    """Whether a request for a home there is open."""
    return DelistingRequest.objects.filter(
        unit__building=building_id, state__in=OPEN_DELISTING_STATES
    ).exists()


def note_reinspection(visit: Visit, *, at: datetime) -> None:
    """A visit to a building answers the open requests of the homes that were seen there.

    Not when it was made by a person who put the home into red: the request waits for another.
    """
    seen = DelistingRequest.objects.filter(
        unit__building=visit.building_id, state=DelistingState.REQUESTED
    ).exclude(unit__in=visit.exceptions.values("unit"))
    for request in seen.select_for_update(of=("self",), no_key=True).order_by("pk"):
        if not Standing.objects.filter(unit=request.unit_id, grade="red").exists():
            left = _("The home has left the red list in the meantime.")
            _end(request, DelistingState.WITHDRAWN, at=at, answer=left)
        elif visit.by_id not in leaving_red.put_in_by(request.unit_id):
            _go_on(request, visit, at=at)


def follow_newer_facts(*, at: datetime) -> None:
    """Requests whose proposal was replaced by newer facts go on with what replaced it."""
    stale = DelistingRequest.objects.filter(
        state__in=OPEN_DELISTING_STATES, change__state=ChangeState.SUPERSEDED
    )
    for request in stale.select_for_update(of=("self",), no_key=True).order_by("pk"):
        _go_on(request, request.visit, at=at)


def end_where_red_is_gone(*, unit_id: int, at: datetime) -> None:
    """An urgent red was lifted: the request to lift it has nothing left to ask for."""
    rows = DelistingRequest.objects.filter(unit=unit_id, state__in=OPEN_DELISTING_STATES)
    for request in rows.select_for_update(of=("self",), no_key=True):
        _end(
            request,
            DelistingState.WITHDRAWN,
            at=at,
            answer=_("The home has left the red list in the meantime."),
        )


def _go_on(request: DelistingRequest, visit: Visit | None, *, at: datetime) -> None:
    """With the open change that lifts the red; refused, with what was found, when there is none."""
    change = changes.open_for(request.unit_id)
    if change is None:
        _tick(request, visit)
        _end(request, DelistingState.REFUSED, at=at, answer=_what_remains(request.unit_id))
        return
    _inspected(request, change, visit)
    request.save(update_fields=["state", "visit", "change"])


def _inspected(request: DelistingRequest, change: GradeChange, visit: Visit | None = None) -> None:
    with_panel = change.state == ChangeState.WITH_PANEL
    request.state = DelistingState.WITH_PANEL if with_panel else DelistingState.INSPECTED
    request.change, request.visit = change, visit or change.assessment.visit
    _tick(request, request.visit)


def _was_seen(change: GradeChange) -> bool:
    """Whether the change comes from a visit at which this home was seen."""
    visit = change.assessment.visit
    return visit is not None and not visit.exceptions.filter(unit=change.unit_id).exists()


def _what_remains(unit_id: int) -> str:
    """Names the veto items that the re-inspection still found."""
    lines = Standing.objects.select_related("assessment").get(unit=unit_id).assessment
    codes = [line["item"] for line in lines.lines if line["effect"] == "veto"] if lines else []
    faults = RuleItem.objects.filter(rule_set=lines.rule_set, code__in=codes) if lines else []
    return _("Still found at the re-inspection: %(faults)s") % {
        "faults": "、".join(item.fault_zh for item in faults)
    }


def follow_changes(change_ids: Sequence[int], *, at: datetime) -> None:
    """Moves the requests behind reviewed, approved or returned changes along with their decisions."""
    requests = DelistingRequest.objects.filter(
        change__in=change_ids, state__in=OPEN_DELISTING_STATES
    ).select_related("change")
    for request in requests.select_for_update(of=("self",), no_key=True).order_by("pk"):
        change = cast(GradeChange, request.change)
        if change.state == ChangeState.WITH_PANEL:
            request.state = DelistingState.WITH_PANEL
            request.save(update_fields=["state"])
        else:
            is_lifted = change.state == ChangeState.APPROVED
            ended = DelistingState.GRANTED if is_lifted else DelistingState.REFUSED
            _end(request, ended, at=at, answer=change.reason)


def _end(request: DelistingRequest, state: DelistingState, *, at: datetime, answer: str) -> DelistingRequest:
    request.state, request.ended_at, request.answer = state, at, answer
    request.save(update_fields=["state", "change", "ended_at", "answer"])
    return request
