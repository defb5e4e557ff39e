"""Hazards: opened, re-opened, proved and closed by what people see and send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import add_workdays, day_of
from core.errors import Conflict, Invalid
from grading.models import Finding, Hazard, HazardEvent, Proof, RuleItem, Standing, Visit
from grading.states import HazardState
from rentals.models import Unit

What = HazardEvent.What
POSTED_SEVERITIES = ("critical", "major")


@dataclass(frozen=True)
class Seen:
    """One thing seen at a visit: an item at a home, or in the common parts when `unit_id` is None."""

    item_code: str
    unit_id: int | None
    seen: Finding.Seen = Finding.Seen.FAULT
    note: str = ""
    photos: tuple[str, ...] = ()  # sha256 of stored photos


@lru_cache(maxsize=4096)
def _workdays_after(day: date, count: int) -> date:
    return add_workdays(day, count)


def due_on(item: RuleItem, day: date) -> date | None:
    """The day by which the landlord must mend, in working days; None where the item has no deadline."""
    if item.deadline == RuleItem.Deadline.NONE:
        return None
    return _workdays_after(day, item.deadline_days) if item.deadline == RuleItem.Deadline.DAYS else day


def take_findings(visit: Visit, seen: Sequence[Seen], items: dict[str, RuleItem]) -> list[Finding]:
    """Opens, re-opens or closes the hazards behind what was seen; returns the stored findings.

    The caller holds the building's lock, so that two visits cannot open the same hazard twice.
    """
    known = {
        (h.unit_id, h.item_code): h
        for h in Hazard.objects.filter(building=visit.building_id, item_code__in={s.item_code for s in seen})
    }
    new: list[Hazard] = []
    moved: list[Hazard] = []
    happened: list[tuple[Hazard, What, str]] = []
    for s in seen:
        item = items[s.item_code]
        hazard = known.get((s.unit_id, s.item_code))
        if hazard is None and s.seen == Finding.Seen.MENDED:
            continue
        if hazard is None:
            hazard = _opened(visit, s, item)
            new.append(hazard)
            happened.append((hazard, What.OPENED, s.note))
        elif s.seen != Finding.Seen.MENDED and hazard.state == HazardState.CLOSED:
            _reopen(hazard, visit, s, item)
            moved.append(hazard)
            happened.append((hazard, What.RELAPSED, s.note))
        elif s.seen == Finding.Seen.FAULT:
            hazard.seen_at = visit.submitted_at
            moved.append(hazard)
            happened.append((hazard, What.SEEN_AGAIN, s.note))
        if s.seen != Finding.Seen.FAULT and hazard.state != HazardState.CLOSED:
            hazard.state, hazard.closed_at = HazardState.CLOSED, visit.submitted_at
            if hazard not in new:
                moved.append(hazard)
            what = What.CLOSED if s.seen == Finding.Seen.MENDED else What.FIXED_ON_SPOT
            happened.append((hazard, what, s.note))
        known[s.unit_id, s.item_code] = hazard
    Hazard.objects.bulk_create(new)
    for hazard in moved:
        hazard.save(
            update_fields=[
                "state",
                "opened_at",
                "closed_at",
                "seen_at",
                "due_on",
                "relapses",
                "item",
                "listed_at",
            ]
        )
    settle_proofs(moved, by=visit.by_id, at=visit.submitted_at)
    HazardEvent.objects.bulk_create(
        HazardEvent(hazard=h, what=what, at=visit.submitted_at, by_id=visit.by_id, visit=visit, note=note)
        for h, what, note in happened
    )
    return Finding.objects.bulk_create(
        Finding(
            visit=visit,
            unit_id=s.unit_id,
            item=items[s.item_code],
            hazard=known.get((s.unit_id, s.item_code)),
            seen=s.seen,
            note=s.note,
        )
        for s in seen
    )


def opened_by(visit: Visit) -> list[Hazard]:
    """What a visit opened, or opened again, and must be mended by a day; the most urgent first."""
    return list(
        Hazard.objects.open()
        .filter(events__visit=visit, events__what__in=(What.OPENED, What.RELAPSED), due_on__isnull=False)
        .select_related("item", "unit", "building__estate")
        .order_by("due_on", "pk")
        .distinct()
    )


def settle_proofs(moved: Sequence[Hazard], *, by: int, at: datetime) -> None:
    """A proof that waits for a check is accepted when its hazard is closed by a visit, an answer or a lifting."""
    closed = [hazard.pk for hazard in moved if hazard.state == HazardState.CLOSED]
    Proof.objects.filter(hazard__in=closed, state=Proof.State.SENT).update(
        state=Proof.State.ACCEPTED, checked_by=by, checked_at=at
    )


def _listed_at(item: RuleItem, s: Seen, at: datetime) -> datetime | None:
    """Grave faults of the common parts are posted on the building (隐患挂牌公示)."""
    is_grave = s.seen == Finding.Seen.FAULT and item.severity in POSTED_SEVERITIES
    return at if s.unit_id is None and is_grave else None


def _opened(visit: Visit, s: Seen, item: RuleItem) -> Hazard:
    return Hazard(
        building_id=visit.building_id,
        unit_id=s.unit_id,
        item=item,
        item_code=item.code,
        opened_at=visit.submitted_at,
        seen_at=visit.submitted_at,
        due_on=due_on(item, day_of(visit.submitted_at)),
        listed_at=_listed_at(item, s, visit.submitted_at),
        note=s.note,
    )


def _reopen(hazard: Hazard, visit: Visit, s: Seen, item: RuleItem) -> None:
    hazard.state = HazardState.OPEN
    hazard.opened_at, hazard.closed_at, hazard.seen_at = visit.submitted_at, None, visit.submitted_at
    hazard.due_on = due_on(item, day_of(visit.submitted_at))
    hazard.relapses += 1
    hazard.item = item
    hazard.listed_at = hazard.listed_at or _listed_at(item, s, visit.submitted_at)


def open_for_incident(
    *,
    building_id: int,
    unit_id: int | None,
    item: RuleItem,
    happened_on: date,
    by: User,
    at: datetime,
    note: str,
) -> Hazard:
    """The hazard that an incident opens, or opens again; it carries the day of the newest incident.

    The caller holds the building's lock.
    """
    place = Hazard.objects.filter(building=building_id, unit=unit_id, item_code=item.code)
    hazard = place.select_related("item").first()
    if hazard is None:
        hazard = Hazard(building_id=building_id, unit_id=unit_id, item_code=item.code, note=note)
        what = What.OPENED
    elif hazard.state == HazardState.CLOSED:
        hazard.relapses += 1
        what = What.RELAPSED
    else:
        what = What.SEEN_AGAIN
    if what != What.SEEN_AGAIN:
        hazard.state, hazard.closed_at = HazardState.OPEN, None
        hazard.opened_at, hazard.due_on = at, due_on(item, day_of(at))
    hazard.item, hazard.seen_at = item, at
    hazard.happened_on = max(happened_on, hazard.happened_on or happened_on)
    hazard.save()
    _tell(hazard, what, at=at, by=by, note=note)
    return hazard


def open_without_visit(
    unit: Unit, item: RuleItem, *, by: User, at: datetime, note: str
) -> tuple[Hazard, bool]:
    """The open hazard of this fault, and whether it was opened here. A fault of the whole building counts there.

    The caller holds the building's lock.
    """
    place = None if item.scope == RuleItem.Scope.BUILDING else unit
    known = Hazard.objects.filter(building=unit.building_id, unit=place, item_code=item.code).first()
    if known is not None and known.state != HazardState.CLOSED:
        return known, False
    hazard = known or Hazard(building_id=unit.building_id, unit=place, item_code=item.code)
    hazard.item, hazard.state, hazard.opened_at, hazard.closed_at = item, HazardState.OPEN, at, None
    hazard.due_on = due_on(item, day_of(at))
    hazard.relapses += 1 if known else 0
    hazard.note = note
    hazard.save()
    _tell(hazard, What.RELAPSED if known else What.OPENED, at=at, by=by, note=note)
    return hazard, True


@transaction.atomic
def send_proof(*, hazard_id: int, by: User, at: datetime, note: str) -> Proof:
    """The landlord says that a hazard is mended; it stays open until someone has checked."""
    access.authorize(by, Permission.PROOF_SEND)
    hazard = Hazard.objects.visible_to(by).lock(hazard_id)
    if hazard.state == HazardState.CLOSED:
        raise Conflict(_("This hazard is already recorded as mended; nothing more is needed."))
    if hazard.state == HazardState.PROOF_SENT:
        raise Conflict(_("Your proof has arrived and is being checked. You will see the answer here."))
    hazard.state = HazardState.PROOF_SENT
    hazard.save(update_fields=["state"])
    _tell(hazard, What.PROOF_SENT, at=at, by=by, note=note)
    return Proof.objects.create(hazard=hazard, note=note, sent_by=by, sent_at=at)


@transaction.atomic
def accept_proof(*, proof_id: int, by: User, at: datetime) -> Proof:
    """Community staff accept a proof: the hazard is closed. What makes a home red is never closed on paper."""
    proof, hazard = _proof_to_check(proof_id, by)
    if hazard.pk in weighing_as_veto([hazard]):
        raise Conflict(
            _("A fault that makes a home red is never closed on paper. Send someone to look at it.")
        )
    _check(proof, Proof.State.ACCEPTED, by=by, at=at, reason="")
    hazard.state, hazard.closed_at = HazardState.CLOSED, at
    hazard.save(update_fields=["state", "closed_at"])
    _tell(hazard, What.CLOSED, at=at, by=by, note="")
    return proof


def weighing_as_veto(hazards: Sequence[Hazard]) -> set[int]:
    """Those that make a home red: veto items, and what came back too often or was refused after its deadline."""
    by_item = {hazard.pk for hazard in hazards if hazard.item.effect == "veto"}
    lines = Standing.objects.filter(
        unit__building__in={h.building_id for h in hazards}, assessment__lines__contains=[{"effect": "veto"}]
    ).values_list("assessment__lines", flat=True)
    red = {line["hazard"] for found in lines for line in found if line["effect"] == "veto"}
    return by_item | {hazard.pk for hazard in hazards if hazard.pk in red}


@transaction.atomic
def refuse_proof(*, proof_id: int, by: User, at: datetime, reason: str) -> Proof:
    """The proof does not show it; the landlord reads why and may send another."""
    proof, hazard = _proof_to_check(proof_id, by)
    if not reason.strip():
        raise Invalid(_("Say what the landlord should show instead."))
    _check(proof, Proof.State.REFUSED, by=by, at=at, reason=reason)
    hazard.state = HazardState.OPEN
    hazard.save(update_fields=["state"])
    _tell(hazard, What.PROOF_REFUSED, at=at, by=by, note=reason)
    return proof


def _proof_to_check(proof_id: int, by: User) -> tuple[Proof, Hazard]:
    """The hazard is locked before its proof, as a visit does, so that the two cannot deadlock."""
    hazard_id = Proof.objects.visible_to(by).one(pk=proof_id).hazard_id
    hazard = Hazard.objects.select_related("item", "building").visible_to(by).lock(hazard_id)
    access.authorize(by, Permission.HAZARD_VERIFY, community_id=hazard.building.community_id)
    proof = Proof.objects.visible_to(by).lock(proof_id)
    if proof.state != Proof.State.SENT:
        raise Conflict(_("This proof has been checked already."))
    return proof, hazard


def _check(proof: Proof, state: Proof.State, *, by: User, at: datetime, reason: str) -> None:
    proof.state, proof.checked_by, proof.checked_at, proof.reason = state, by, at, reason
    proof.save(update_fields=["state", "checked_by", "checked_at", "reason"])


def _tell(hazard: Hazard, what: What, *, at: datetime, by: User, note: str) -> None:
    HazardEvent.objects.create(hazard=hazard, what=what, at=at, by=by, note=note)
