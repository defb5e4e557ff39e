"""One home as the public sees it: three queries, nothing about any person."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from core.text import BASE62, TOKEN_LENGTH
from grading.models import GradeChange, Hazard, HazardReport, Objection, Reply, Standing, UrgentRed
from grading.states import HazardState
from signage.models import PublicToken

NOBODY = "0" * TOKEN_LENGTH
_ORDER = {"veto": 0, "cap": 1, "points": 2}


@dataclass(frozen=True)
class PublicHazard:
    """A fault in the checklist's own words, never what someone typed about it."""

    fault: str
    in_common_parts: bool
    found_at: datetime
    due_on: date | None
    is_overdue: bool
    is_being_checked: bool
    forbids_letting: bool


@dataclass(frozen=True)
class PublicHome:
    """Plain values, so that no template can reach a landlord, a note or a visitor.

    `pending_since`: a change of grade waits for its decision; the grade shown holds until then.
    """

    token: str
    unit_id: int
    code: str
    address: str
    community: tuple[str, str]  # Chinese, English
    street: tuple[str, str]
    hotline: str
    grade: str  # green, yellow, red, none
    graded_at: datetime | None
    last_visit_at: datetime | None
    visit_due_on: date | None
    is_stale: bool
    hazards: list[PublicHazard]
    pending_since: datetime | None
    objection_since: datetime | None
    urgent_since: datetime | None
    reply: str

    @property
    def dialled(self) -> str:
        return dialled(self.hotline)


def dialled(hotline: str) -> str:
    """A hotline as a telephone takes it."""
    return "".join(character for character in hotline if character in "+0123456789")


def home_of(token: str) -> PublicHome | None:
    """The home behind a token; None alike for an unknown, a malformed and a revoked one."""
    of_unit = OuterRef("unit")
    row = (
        PublicToken.objects.filter(token=_asked(token), unit__left_on__isnull=True)
        .select_related("unit__building__community__street", "unit__standing")
        .annotate(
            objection_since=Subquery(Objection.objects.open().filter(unit=of_unit).values("filed_at")[:1]),
            urgent_since=Subquery(
                UrgentRed.objects.unconfirmed().filter(unit=of_unit).values("decided_at")[:1]
            ),
            reply=Subquery(
                Reply.objects.filter(
                    unit=of_unit, hidden_at__isnull=True, change__period__ends_at__isnull=True
                )
                .filter(change__period__isnull=False)
                .values("text")[:1]
            ),
        )
        .only(
            "token",
            "unit__code",
            "unit__address",
            "unit__building__community__name",
            "unit__building__community__name_en",
            "unit__building__community__street__name",
            "unit__building__community__street__name_en",
            "unit__building__community__street__hotline",
            "unit__standing__grade",
            "unit__standing__graded_at",
            "unit__standing__last_visit_at",
            "unit__standing__next_visit_on",
        )
        .first()
    )
    if row is None:
        return None
    unit, today = row.unit, timezone.localdate()
    community, standing = unit.building.community, getattr(unit, "standing", None) or Standing()
    due = standing.next_visit_on
    return PublicHome(
        token=row.token,
        unit_id=unit.pk,
        code=unit.code,
        address=unit.address,
        community=(community.name, community.name_en),
        street=(community.street.name, community.street.name_en),
        hotline=community.street.hotline,
        grade=standing.grade or "none",
        graded_at=standing.graded_at,
        last_visit_at=standing.last_visit_at,
        visit_due_on=due,
        is_stale=due is not None and due < today,
        hazards=_hazards(unit.pk, unit.building_id, today),
        pending_since=GradeChange.objects.open()
        .filter(unit=unit.pk)
        .values_list("proposed_at", flat=True)
        .first(),
        objection_since=row.objection_since,
        urgent_since=row.urgent_since,
        reply=row.reply or "",
    )


def _asked(token: str) -> str:
    """The token, or one that nobody has: a malformed one costs the same look-up, so its time tells nothing."""
    token = token.removesuffix("/")
    return token if len(token) == TOKEN_LENGTH and all(c in BASE62 for c in token) else NOBODY


def _hazards(unit_id: int, building_id: int, today: date) -> list[PublicHazard]:
    """Open hazards that weigh, the gravest first; their faults in the reader's language."""
    rows = Hazard.objects.counting_for(unit_id, building_id).exclude(item__effect="bonus").defer("note")
    found = sorted(rows.select_related("item"), key=lambda h: (_ORDER[h.item.effect], h.opened_at))
    return [
        PublicHazard(
            fault=hazard.item.fault,
            in_common_parts=hazard.unit_id is None,
            found_at=hazard.opened_at,
            due_on=hazard.due_on,
            is_overdue=hazard.due_on is not None and hazard.due_on < today,
            is_being_checked=hazard.state == HazardState.PROOF_SENT,
            forbids_letting=hazard.item.effect == "veto",
        )
        for hazard in found
    ]


def report_of(home: PublicHome, case_number: str) -> HazardReport | None:
    """A report of this home by its case number."""
    is_one = case_number.isascii() and case_number.replace("-", "").isalnum() and len(case_number) <= 16
    return HazardReport.objects.filter(unit=home.unit_id, case_number=case_number).first() if is_one else None
