"""One home as the public sees it: three queries, nothing about any person."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from core.dates import day_of
from core.errors import OutOfScope
from core.text import TOKEN_LENGTH
from grading.models import GradeChange, Hazard, HazardReport, Standing
from rentals.models import Unit
from signage.models import PublicToken

_SHAPE = re.compile(rf"[0-9A-Za-z]{{{TOKEN_LENGTH}}}")


@dataclass(frozen=True)
class PublicHazard:
    fault: str
    in_common_parts: bool
    found_on: date
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True)
class PublicHome:
    """What the page of a door says. `pending_since`: a change of grade waits for its decision."""

    token: str
    unit: Unit
    standing: Standing
    is_stale: bool
    hazards: list[PublicHazard]
    pending_since: datetime | None

    @property
    def grade(self) -> str:
        return self.standing.grade or "none"

    @property
    def hotline(self) -> str:
        return self.unit.building.community.street.hotline


def home_of(token: str) -> PublicHome:
    """The home behind a token; an unknown, a malformed and a revoked one raise the same OutOfScope."""
    row = (
        PublicToken.objects.select_related(
            "unit__building__community__street", "unit__building__estate", "unit__standing"
        )
        .filter(token=token, unit__left_on__isnull=True)
        .first()
        if _SHAPE.fullmatch(token)
        else None
    )
    if row is None:
        raise OutOfScope
    unit, today = row.unit, timezone.localdate()
    standing = unit.standing
    pending = GradeChange.objects.open().filter(unit=unit).values_list("proposed_at", flat=True).first()
    return PublicHome(
        token=token,
        unit=unit,
        standing=standing,
        is_stale=standing.next_visit_on is not None and standing.next_visit_on < today,
        hazards=_hazards(unit, today),
        pending_since=pending,
    )


def _hazards(unit: Unit, today: date) -> list[PublicHazard]:
    """Open hazards that weigh, the gravest first; their faults in the reader's language."""
    rows = Hazard.objects.counting_for(unit.pk, unit.building_id).exclude(item__effect="bonus")
    order = {"veto": 0, "cap": 1, "points": 2}
    found = sorted(rows.select_related("item"), key=lambda h: (order[h.item.effect], h.opened_at))
    return [
        PublicHazard(
            fault=hazard.item.fault,
            in_common_parts=hazard.unit_id is None,
            found_on=day_of(hazard.opened_at),
            due_on=hazard.due_on,
            is_overdue=hazard.due_on is not None and hazard.due_on < today,
        )
        for hazard in found
    ]


def report_of(token: str, case_number: str) -> HazardReport:
    """A report of the home behind this token; OutOfScope otherwise."""
    home = home_of(token)
    report = HazardReport.objects.filter(unit=home.unit, case_number=case_number).first()
    if report is None:
        raise OutOfScope
    return report
