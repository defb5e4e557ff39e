"""A landlord looks at an own green home; the next visit may come later for it, and some are verified."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import add_workdays, day_of
from core.errors import Conflict, Invalid
from grading.models import (
    Finding,
    Hazard,
    RuleItem,
    RuleSet,
    SelfInspection,
    SelfReportedFault,
    Standing,
    Visit,
)
from grading.services import rule_sets
from rentals.models import Unit

VERIFY_WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """What a landlord may do for a home this month. `said` is what was sent already."""

    is_open: bool
    items: list[RuleItem]
    said: SelfInspection | None


def offer(unit: Unit, *, on: date) -> Offer:
    """Open for green homes, once a month, where the rules in force name items for it."""
    said = SelfInspection.objects.filter(unit=unit, month=on.replace(day=1)).first()
    standing = Standing.objects.filter(unit=unit, grade="green").first()
    if said or standing is None:
        return Offer(False, [], said)
    items = items_of(rule_sets.for_visit(on))
    return Offer(bool(items), items, None)


def items_of(rule_set: RuleSet) -> list[RuleItem]:
    return [item for item in rule_sets.items_of(rule_set).values() if item.is_for_self_inspection]


@transaction.atomic
def send(*, unit_id: int, by: User, at: datetime, faults: Mapping[str, str]) -> SelfInspection:
    """`faults`: item code to a note; empty when all was fine. A fault opens no hazard: the worker looks first.

    All fine puts off the next visit by the version's days, unless the visit is overdue, a hazard of the home
    is open, the same was done since the last visit, or the lot wants this one verified.
    """
    access.authorize(by, Permission.PROOF_SEND)
    unit = Unit.objects.visible_to(by).in_register().one(pk=unit_id)
    standing = Standing.objects.select_for_update(of=("self",), no_key=True).get(unit=unit)
    day = day_of(at)
    if standing.grade != "green":
        raise Conflict(_("Only a green home is looked at by its landlord; visits go on as before."))
    if SelfInspection.objects.filter(unit=unit, month=day.replace(day=1)).exists():
        raise Conflict(_("This month's self-inspection has arrived already. Nothing more is needed."))
    rule_set = rule_sets.for_visit(day)
    known = {item.code: item for item in items_of(rule_set)}
    if not known or set(faults) - set(known):
        raise Invalid(_("This list has changed. Open the page again."))
    is_drawn = _is_drawn(unit, day, rule_set.self_inspection_sample)
    gained = 0 if is_drawn or faults else _gain(standing, rule_set, day)
    row = SelfInspection.objects.create(
        unit=unit,
        month=day.replace(day=1),
        rule_set=rule_set,
        by=by,
        sent_at=at,
        gained_days=gained,
        verify_by=add_workdays(day, VERIFY_WORKDAYS) if is_drawn else None,
    )
    SelfReportedFault.objects.bulk_create(
        SelfReportedFault(inspection=row, item=known[code], note=note) for code, note in faults.items()
    )
    if gained and standing.next_visit_on:
        standing.gained_days = gained
        standing.next_visit_on += timedelta(days=gained)
        standing.save(update_fields=["gained_days", "next_visit_on"])
    return row


def _gain(standing: Standing, rule_set: RuleSet, day: date) -> int:
    """Once in a row, never for a visit that is overdue, never over an open hazard."""
    is_late = standing.next_visit_on is None or standing.next_visit_on < day
    building = Unit.objects.values_list("building", flat=True).get(pk=standing.unit_id)
    is_clean = not Hazard.objects.counting_for(standing.unit_id, building).exists()
    return rule_set.self_inspection_days if is_clean and not is_late and not standing.gained_days else 0


def _is_drawn(unit: Unit, day: date, percent: int) -> bool:
    """By lot, the same for everybody who computes it; nobody can know it beforehand by asking twice."""
    digest = hashlib.sha256(f"self-inspection:{unit.code}:{day:%Y-%m}".encode()).digest()
    return int.from_bytes(digest[:4]) % 100 < percent


def note_visit(visit: Visit) -> None:
    """A visit looks whether what was said was true: nothing found of the items that was not reported."""
    rows = SelfInspection.objects.filter(unit__building=visit.building_id, visit__isnull=True).exclude(
        unit__in=visit.exceptions.values("unit")
    )
    waiting = list(
        rows.select_for_update(of=("self",), no_key=True).order_by("pk").prefetch_related("faults__item")
    )
    if not waiting:
        return
    found: dict[int, set[str]] = {}
    seen = Finding.objects.filter(
        visit=visit, unit__isnull=False, seen__in=(Finding.Seen.FAULT, Finding.Seen.FIXED_ON_SPOT)
    )
    for unit, code in seen.values_list("unit", "item__code"):
        found.setdefault(unit, set()).add(code)
    for row in waiting:
        asked = {item.code for item in items_of(row.rule_set)}
        reported = {fault.item.code for fault in row.faults.all()}
        row.visit, row.is_confirmed = visit, not (found.get(row.unit_id, set()) & asked) - reported
        row.save(update_fields=["visit", "is_confirmed"])
