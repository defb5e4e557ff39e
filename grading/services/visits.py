"""Visits as they are recorded: once for each client id, bound to the rules in force when they began."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.dates import day_of
from core.errors import Conflict, Invalid
from grading.models import Finding, Photo, RuleItem, Standing, Visit, VisitException
from grading.services import hazards, merits, photos, rule_sets, spot_checks
from grading.services.hazards import Seen
from rentals.models import Building


class SentDifferently(Conflict):
    """The same visit number arrived with other content; the first stays."""

    code = "visit-sent-differently"
    message = _(
        "A visit with this number was received before with other content. "
        "The first one is kept; record what differs as a new visit."
    )


def content_digest(building_id: int, seen: Sequence[Seen], not_seen: Mapping[int, str], note: str) -> str:
    """SHA-256 over what a visit says, to tell a repeated sending from a different one."""
    said = [
        building_id,
        note,
        sorted((s.item_code, s.unit_id or 0, s.seen, s.note, sorted(s.photos)) for s in seen),
        sorted((unit, why) for unit, why in not_seen.items()),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def earlier_visit(client_id: UUID, digest: str, by: User) -> Visit | None:
    """The visit already received under this number; SentDifferently when its content was another."""
    found = Visit.objects.select_related("building", "rule_set").filter(client_id=client_id).first()
    if found is not None and (found.content_sha256 != digest or found.by_id != by.pk):
        raise SentDifferently
    return found


def record(
    *,
    client_id: UUID,
    digest: str,
    kind: Visit.Kind,
    building: Building,
    by: User,
    started_at: datetime,
    at: datetime,
    seen: Sequence[Seen],
    not_seen: Mapping[int, str],
    note: str,
) -> Visit:
    """Stores a visit with its findings, photos and exceptions and moves the hazards behind them.

    IntegrityError never leaves: when the same visit arrives twice at once, the second finds the first
    (`earlier_visit`) after this raised Conflict.
    """
    started_at = min(started_at, at)  # a phone's clock may run ahead; the rules of a later day do not apply
    rule_set = rule_sets.for_visit(day_of(started_at))
    items = rule_sets.items_of(rule_set)
    _check_places(building, seen, not_seen, items)
    try:
        with transaction.atomic():
            visit = Visit.objects.create(
                client_id=client_id,
                content_sha256=digest,
                kind=kind,
                building=building,
                rule_set=rule_set,
                by=by,
                started_at=started_at,
                submitted_at=at,
                note=note,
            )
    except IntegrityError as error:
        raise Conflict(_("This visit is being received at this moment.")) from error
    VisitException.objects.bulk_create(
        VisitException(visit=visit, unit_id=unit, why=why) for unit, why in not_seen.items()
    )
    faults = [s for s in seen if s.seen not in merits.SEEN]
    good = [s for s in seen if s.seen in merits.SEEN]
    findings = [*hazards.take_findings(visit, faults, items), *merits.take_findings(visit, good, items)]
    spot_checks.settle(visit, faults)
    _attach_photos(findings, [*faults, *good], by=by, at=at)
    _touch(visit, not_seen)
    return visit


def _check_places(
    building: Building, seen: Sequence[Seen], not_seen: Mapping[int, str], items: dict[str, RuleItem]
) -> None:
    """Every home named must be in the building, every item in the rules and at a place it can be."""
    named = {s.unit_id for s in seen if s.unit_id} | set(not_seen)
    known = set(building.units.filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    if named - known:
        raise Invalid(_("A home of this form is not in this building. Open the building again."))
    for s in seen:
        item = items.get(s.item_code)
        if item is None:
            raise Invalid(_("Item %(code)s is not in the rules in force. Reload the form."), code=s.item_code)
        wrong = RuleItem.Scope.BUILDING if s.unit_id else RuleItem.Scope.UNIT
        if item.scope == wrong:
            raise Invalid(_("Item %(code)s cannot be recorded at this place."), code=s.item_code)
        if (item.effect == "bonus") != (s.seen in merits.SEEN):
            raise Invalid(_("Item %(code)s cannot be recorded in this way."), code=s.item_code)
    places = [(s.item_code, s.unit_id) for s in seen]
    if len(places) != len(set(places)):
        raise Invalid(_("The same fault is recorded twice at the same place."))


def _attach_photos(findings: list[Finding], seen: Sequence[Seen], *, by: User, at: datetime) -> None:
    Photo.objects.bulk_create(
        Photo(sha256=digest, file=photos.stored_name(digest), finding=finding, taken_by=by, added_at=at)
        for finding, s in zip(findings, seen, strict=True)
        for digest in s.photos
    )


def _touch(visit: Visit, not_seen: Mapping[int, str]) -> None:
    """Homes that were seen have a new last visit; homes where nobody opened keep the old one.

    All homes of the building are locked first, in the order in which decisions lock them: an UPDATE alone
    takes rows as they lie, and two people who take the same rows in different orders block each other.
    A visit that arrives after a newer one does not turn the clock back.
    """
    homes = Standing.objects.filter(unit__building=visit.building_id, unit__left_on__isnull=True)
    in_order = homes.select_for_update(of=("self",), no_key=True).order_by("unit")
    ids = set(in_order.values_list("unit_id", flat=True)) - set(not_seen)
    older = Q(last_visit_at__isnull=True) | Q(last_visit_at__lt=visit.submitted_at)
    Standing.objects.filter(older, unit__in=ids).update(last_visit_at=visit.submitted_at, gained_days=0)
