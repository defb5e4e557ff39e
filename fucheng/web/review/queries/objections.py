"""Objections as staff see them: what waits by its day, one objection with all that it is about."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from accounts.models import User
from accounts.roles import Permission
from communities import access
from fucheng.web.review.queries.case import PHOTOS
from grading.models import Hazard, Objection
from grading.querysets import ObjectionQuerySet
from grading.services import changes, objections
from grading.services.explaining import Explanation, explain
from grading.states import OPEN_OBJECTION_STATES


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    objection: Objection
    is_late: bool
    is_mine: bool


def of(user: User, *, waiting: bool) -> ObjectionQuerySet[Objection]:
    """Open ones by their day, answered ones newest first."""
    rows = Objection.objects.visible_to(user).select_related(
        "unit__building__community", "change", "assigned_to", "answered_by"
    )
    if waiting:
        return rows.open().order_by("answer_by", "pk")
    return rows.exclude(state__in=OPEN_OBJECTION_STATES).order_by("-answered_at", "-pk")


def rows_of(found: list[Objection], user: User, *, on: date) -> list[ObjectionRow]:
    return [ObjectionRow(row, row.answer_by < on, row.assigned_to_id == user.pk) for row in found]


@dataclass(frozen=True, slots=True)
class ObjectionFile:
    """`barred` says why this person may not answer; empty: may."""

    objection: Objection
    explanation: Explanation
    contested: list[Hazard]
    eligible: list[User]
    took_part: set[int]
    is_open: bool
    barred: str


def file_of(user: User, pk: int, *, on: date) -> ObjectionFile:
    rows = Objection.objects.visible_to(user).select_related(
        "unit__building__community",
        "change__assessment__rule_set",
        "change__assessment__visit__by",
        "change__inspected_by",
        "change__reviewed_by",
        "change__decided_by",
        "assigned_to",
        "answered_by",
        "visit_request__visit__by",
    )
    found = rows.prefetch_related(Prefetch("photos", PHOTOS)).one(pk=pk)
    is_open = found.state in OPEN_OBJECTION_STATES
    return ObjectionFile(
        objection=found,
        explanation=explain(found.change.assessment),
        contested=objections.contested(found) if is_open else [],
        eligible=objections.eligible(found, on=on) if is_open else [],
        took_part=changes.took_part(found.change),
        is_open=is_open,
        barred=_barred(found, user) if is_open else "",
    )


def _barred(found: Objection, user: User) -> str:
    if not access.can(user, Permission.OBJECTION_ANSWER, community_id=found.unit.building.community_id):
        return str(objections.NOT_YOURS)
    if user.pk in changes.took_part(found.change):
        return str(objections.YOU_TOOK_PART)
    return "" if found.assigned_to_id in (None, user.pk) else str(objections.OF_ANOTHER)
