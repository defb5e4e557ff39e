"""Incidents: received once, matched, and counted where their category says so. Protected ones touch no home."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import day_of
from core.errors import Conflict, Invalid
from grading.models import Incident, IncidentCategory, RuleItem
from grading.services import hazards, matching, rule_sets
from grading.states import INCIDENT_MOVES, IncidentState
from jobs.models import Job
from rentals.models import Building, Unit


@dataclass(frozen=True, slots=True)
class Report:
    """One incident as its source tells it."""

    source: str
    number: str
    category: str
    happened_at: datetime
    place: str
    severity: str = Incident.Severity.MINOR
    code: str = ""
    is_landlord_at_fault: bool = False


@transaction.atomic
def receive(report: Report, *, by: User, at: datetime, job: Job | None = None) -> tuple[Incident, bool]:
    """Keeps an incident once for each number of its source; the row, and whether it is new."""
    access.authorize(by, Permission.INCIDENT_IMPORT)
    category = IncidentCategory.objects.filter(pk=report.category).first()
    if category is None:
        raise Invalid(_("There is no incident category %(code)s."), code=report.category)
    if report.happened_at > at:
        raise Invalid(_("This incident would lie in the future. Check its day."))
    known = Incident.objects.filter(source=report.source, number=report.number).first()
    if known is not None:
        return known, False
    incident = Incident(
        source=report.source, number=report.number, category=category, severity=report.severity,
        happened_at=report.happened_at, place=report.place, code=report.code,
        is_landlord_at_fault=report.is_landlord_at_fault, job=job, received_by=by, received_at=at,
    )  # fmt: skip
    if category.is_protected:
        incident.state = IncidentState.SET_ASIDE
    else:
        _match(incident)
    if incident.state == IncidentState.MATCHED:
        _count(incident, by=by, at=at)
    incident.save()
    return incident, True


def _match(incident: Incident) -> None:
    found = matching.candidates(incident.place, incident.code)
    sure = matching.best(found)
    if sure is None:
        incident.candidates = [candidate.to_json() for candidate in found]
        incident.communities = matching.community_ids(found)
        incident.confidence = found[0].confidence if found else 0
        return
    _place(incident, sure.building_id, sure.unit_id)
    incident.confidence, incident.matched_by = sure.confidence, sure.by


def _place(incident: Incident, building_id: int, unit_id: int | None) -> None:
    incident.state = IncidentState.MATCHED
    incident.building_id, incident.unit_id = building_id, unit_id


@transaction.atomic
def confirm(*, incident_id: int, building_id: int, unit_id: int | None, by: User, at: datetime) -> Incident:
    """A person says which building or home it was."""
    incident = _to_check(incident_id, by, to=IncidentState.MATCHED)
    building = Building.objects.visible_to(by).one(pk=building_id)
    access.authorize(by, Permission.INCIDENT_MATCH, community_id=building.community_id)
    if unit_id is not None:
        Unit.objects.filter(building=building).in_register().one(pk=unit_id)
    _place(incident, building.pk, unit_id)
    incident.matched_by, incident.confidence = Incident.MatchedBy.PERSON, 100
    incident.checked_by, incident.checked_at = by, at
    _count(incident, by=by, at=at)
    incident.save()
    return incident


@transaction.atomic
def put_aside(*, incident_id: int, by: User, at: datetime) -> Incident:
    """A person says that it was at none of our buildings."""
    incident = _to_check(incident_id, by, to=IncidentState.NOWHERE)
    access.authorize(by, Permission.INCIDENT_MATCH)
    incident.state, incident.confidence = IncidentState.NOWHERE, 0
    incident.checked_by, incident.checked_at = by, at
    incident.save()
    return incident


def _to_check(incident_id: int, by: User, *, to: IncidentState) -> Incident:
    incident = Incident.objects.visible_to(by).lock(incident_id)
    if to not in INCIDENT_MOVES[IncidentState(incident.state)]:
        raise Conflict(_("Somebody has already said where this incident was. Reload the list."))
    return incident


def _count(incident: Incident, *, by: User, at: datetime) -> None:
    """Opens the hazard that the category names, where the place is one for it."""
    item = item_of(incident, at)
    if item is None:
        return
    building_id = incident.building_id or 0  # a matched one has it
    Building.objects.select_for_update(no_key=True).get(pk=building_id)
    incident.hazard = hazards.open_for_incident(
        building_id=building_id,
        unit_id=incident.unit_id,
        item=item,
        happened_on=day_of(incident.happened_at),
        by=by,
        at=at,
        note=f"{incident.category.name_zh} {day_of(incident.happened_at)}",
    )


def item_of(incident: Incident, at: datetime) -> RuleItem | None:
    """The checklist item it counts as; None for what never counts, and for a place where the item cannot be."""
    category = incident.category
    if category.is_protected or (category.needs_landlord_fault and not incident.is_landlord_at_fault):
        return None
    item = rule_sets.items_of(rule_sets.for_visit(day_of(at))).get(category.item_code)
    wrong = RuleItem.Scope.BUILDING if incident.unit_id else RuleItem.Scope.UNIT
    return None if item is None or item.scope == wrong else item
