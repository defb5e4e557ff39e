"""From the door to the proposal: a visit moves hazards, hazards move assessments, these propose grades."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.dates import day_of
from fucheng.flows import document_rendering
from grading.models import Visit
from grading.services import (
    assessing,
    delisting,
    hazards,
    rule_sets,
    second_visits,
    self_inspections,
    stars,
    visit_requests,
    visits,
)
from grading.services.hazards import Seen
from letters.services import issuing, telling
from rentals.models import Building


@dataclass(frozen=True)
class Receipt:
    """What the phone gets back: the visit, whether it was new, and the changes it proposed."""

    visit: Visit
    is_new: bool
    proposed: tuple[int, ...] = ()


@transaction.atomic(durable=True)
def submit(
    *,
    client_id: UUID,
    building_id: int,
    by: User,
    started_at: datetime,
    at: datetime,
    seen: Sequence[Seen] = (),
    not_seen: Mapping[int, str] | None = None,
    kind: Visit.Kind = Visit.Kind.ROUTINE,
    note: str = "",
) -> Receipt:
    """Receives a visit exactly once, however often it is sent; SentDifferently when its content changed."""
    building = Building.objects.visible_to(by).lock(building_id)
    access.authorize(by, Permission.VISIT_SUBMIT, community_id=building.community_id)
    digest = visits.content_digest(building_id, seen, not_seen or {}, note)
    earlier = visits.earlier_visit(client_id, digest, by)
    if earlier is not None:
        return Receipt(earlier, is_new=False)
    audit.act_as(by)
    visit = visits.record(
        client_id=client_id,
        digest=digest,
        kind=kind,
        building=building,
        by=by,
        started_at=started_at,
        at=at,
        seen=seen,
        not_seen=not_seen or {},
        note=note,
    )
    visit_requests.note_visit(visit)
    if not rule_sets.is_grading(visit.rule_set, day_of(at)):
        return Receipt(visit, is_new=True)
    proposed = assessing.assess_building(building_id, visit=visit, at=at)
    second_visits.note_visit(visit)
    self_inspections.note_visit(visit)
    stars.follow_facts([building_id], at=at)
    if delisting.is_asked_for_in(building_id):
        delisting.follow_newer_facts(at=at)
        delisting.note_reinspection(visit, at=at)
        telling.of_requests(building.units.values_list("pk", flat=True), at=at)
    if seen:
        opened = hazards.opened_by(visit)
        if issuing.after_visit(visit, opened, by=by, at=at):
            transaction.on_commit(document_rendering.ring)
        telling.of_visit(visit, opened, at=at)
    return Receipt(visit, is_new=True, proposed=tuple(proposed))
