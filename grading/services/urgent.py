"""Urgent red: put in by one panel member at once, confirmed or lifted by another within three working days."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import add_workdays, day_of
from core.errors import Conflict, Invalid, NotAllowed
from grading.facts import Effect
from grading.models import GradeChange, HazardEvent, Photo, RuleItem, RuleSet, Standing, UrgentRed
from grading.services import assessing, changes, hazards, photos, reasons, rule_sets
from grading.states import URGENT_MOVES, ChangeState, HazardState, UrgentState
from rentals.models import Building, Unit

CONFIRM_WORKDAYS = 3
What = HazardEvent.What


class OwnDecision(NotAllowed):
    code = "own-decision"
    message = _("You put this home into red, so another member of the panel must confirm or lift it.")


def causes(rule_set: RuleSet) -> list[RuleItem]:
    """Veto items of a version, by code: what an urgent red may rest on."""
    items = rule_sets.items_of(rule_set).values()
    return sorted((item for item in items if item.effect == Effect.VETO), key=lambda item: item.code)


@transaction.atomic
def put_into_red(
    *, unit_id: int, item_code: str, by: User, at: datetime, reason: str, photo_digests: Sequence[str] = ()
) -> UrgentRed:
    """Opens the veto fault, lets the rules speak for the building, and puts this one home into red at once.

    Other homes for which the fault counts are proposed the usual way.
    """
    unit = Unit.objects.visible_to(by).select_related("building").one(pk=unit_id)
    access.authorize(by, Permission.GRADE_DECIDE_RED, community_id=unit.building.community_id)
    Building.objects.lock(unit.building_id)  # as a visit does: nobody else opens the fault meanwhile
    reasons.demand(reason)
    standing = Standing.objects.select_for_update(no_key=True).get(unit=unit)
    if unit.left_on is not None or standing.grade == "red":
        raise Conflict(_("This home is red already, or has left the register. Look at its history."))
    rule_set = rule_sets.grading_on(day_of(at))
    item = next((item for item in causes(rule_set) if item.code == item_code), None)
    if item is None:
        raise Invalid(_("Choose the danger that makes the home red."))
    waiting = changes.open_for(unit.pk)
    if waiting is not None and waiting.was_inspected_by(by):
        raise changes.OwnInspection
    hazard, is_opened_here = hazards.open_without_visit(unit, item, by=by, at=at, note=reason)
    assessing.assess_after_check(unit.building_id, rule_set=rule_set, checked_by=by, at=at)
    change = GradeChange.objects.open().get(unit=unit)
    if change.inspected_by_id == by.pk:
        change.inspected_by = None  # a decision, not an inspection
    _decide_at_once(change, GradeChange.Mark.URGENT, by=by, at=at, reason=reason)
    urgent = UrgentRed.objects.create(
        unit=unit,
        change=change,
        hazard=hazard,
        is_opened_here=is_opened_here,
        reason=reason,
        decided_by=by,
        decided_at=at,
        confirm_by=add_workdays(day_of(at), CONFIRM_WORKDAYS),
    )
    Photo.objects.bulk_create(
        Photo(sha256=digest, file=photos.stored_name(digest), urgent_red=urgent, taken_by=by, added_at=at)
        for digest in photo_digests
    )
    return urgent


@transaction.atomic
def confirm(*, urgent_id: int, by: User, at: datetime, reason: str) -> UrgentRed:
    """Another member stands behind it; from now on the home is red like any other."""
    urgent = _to_end(urgent_id, by, reason, to=UrgentState.CONFIRMED)
    return _end(urgent, UrgentState.CONFIRMED, by=by, at=at, answer=reason)


@transaction.atomic
def lift(*, urgent_id: int, by: User, at: datetime, reason: str) -> UrgentRed:
    """Another member takes it back: the home gets the grade of its facts, or its earlier one while a visit's
    veto fault waits for its usual decision. The history keeps both decisions.
    """
    urgent = _to_end(urgent_id, by, reason, to=UrgentState.LIFTED)
    building_id, rule_set = urgent.unit.building_id, rule_sets.grading_on(day_of(at))
    if urgent.is_opened_here and urgent.hazard.state != HazardState.CLOSED:
        hazard = urgent.hazard
        hazard.state, hazard.closed_at = HazardState.CLOSED, at
        hazard.save(update_fields=["state", "closed_at"])
        hazards.settle_proofs([hazard], by=by.pk, at=at)
        HazardEvent.objects.create(hazard=hazard, what=What.CLOSED, at=at, by=by, note=reason)
    assessing.assess_after_check(building_id, rule_set=rule_set, checked_by=by, at=at)
    change = changes.open_for(urgent.unit_id)
    by_facts = change is not None and change.from_grade == "red"
    if change is None or not by_facts:
        change = _back_to_the_earlier(urgent, at=at)
    change.inspected_by = None
    _decide_at_once(change, GradeChange.Mark.LIFTED, by=by, at=at, reason=reason)
    urgent.lifting = change
    _end(urgent, UrgentState.LIFTED, by=by, at=at, answer=reason)
    if not by_facts:
        assessing.assess_after_check(building_id, rule_set=rule_set, checked_by=by, at=at)
    return urgent


def _back_to_the_earlier(urgent: UrgentRed, *, at: datetime) -> GradeChange:
    """Back to the grade before; a home that had none is yellow until its proposal is decided."""
    standing = Standing.objects.select_related("assessment").get(unit=urgent.unit_id)
    return GradeChange(
        unit=urgent.unit,
        community_id=urgent.change.community_id,
        assessment=standing.assessment,
        from_grade="red",
        to_grade=urgent.change.from_grade or "yellow",
        proposed_at=at,
    )


def _decide_at_once(
    change: GradeChange, mark: GradeChange.Mark, *, by: User, at: datetime, reason: str
) -> None:
    change.mark, change.state, change.decided_as = mark, ChangeState.APPROVED, GradeChange.DecidedAs.PANEL
    change.decided_by, change.decided_at, change.reason = by, at, reason
    change.save()
    changes.put_in_force([change.pk], at=at)


def _to_end(urgent_id: int, by: User, reason: str, *, to: UrgentState) -> UrgentRed:
    urgent = UrgentRed.objects.visible_to(by).select_related("unit").one(pk=urgent_id)
    access.authorize(by, Permission.GRADE_DECIDE_RED)
    Building.objects.lock(urgent.unit.building_id)
    urgent = UrgentRed.objects.select_related("unit", "change", "hazard").lock(urgent_id)
    if to not in URGENT_MOVES[UrgentState(urgent.state)]:
        raise changes.AlreadyDecided
    if urgent.decided_by_id == by.pk:
        raise OwnDecision
    reasons.demand(reason)
    return urgent


def _end(urgent: UrgentRed, state: UrgentState, *, by: User, at: datetime, answer: str) -> UrgentRed:
    urgent.state, urgent.ended_by, urgent.ended_at, urgent.answer = state, by, at, answer
    urgent.save(update_fields=["state", "ended_by", "ended_at", "answer", "lifting"])
    return urgent
