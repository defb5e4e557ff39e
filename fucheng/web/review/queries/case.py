"""Everything one needs to decide on one grade change."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from grading.models import (
    DelistingRequest,
    ExitItem,
    Finding,
    GradeChange,
    GradePeriod,
    Hazard,
    HazardEvent,
    Objection,
    Photo,
    Proof,
    Reply,
    Standing,
    UrgentRed,
    VacancyCheck,
    Visit,
    Watch,
)
from grading.services import explaining, leaving_red
from grading.services.explaining import Explanation
from grading.states import OPEN_CHANGE_STATES, VacancyState
from rentals.models import Unit
from signage.models import Sign
from signage.querysets import to_take_down

PHOTOS = Photo.objects.order_by("pk")
SAID_SHOWN = 10
VISITS_SHOWN = 3
NEIGHBOURS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Said:
    """One thing the landlord sent, and what was answered."""

    at: datetime
    title: str
    text: str
    state: str
    photos: list[Photo]
    answer: str = ""
    answered_by: User | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    change: GradeChange
    unit: Unit
    explanation: Explanation
    due: dict[int, date]
    visits: list[Visit]
    hazards: list[Hazard]
    periods: list[GradePeriod]
    earlier: list[GradeChange]
    neighbours: list[Standing]
    delisting: DelistingRequest | None
    notice: Sign | None
    watch: Watch | None
    vacancy: list[VacancyCheck]
    urgent: UrgentRed | None
    said: list[Said]
    held: str

    @property
    def common_hazards(self) -> list[Hazard]:
        """Open faults of the common parts, which weigh for every home of the building."""
        return [hazard for hazard in self.hazards if hazard.unit_id is None and hazard.state != "closed"]

    @property
    def building_counts(self) -> dict[str, int]:
        return Counter(standing.grade or "none" for standing in self.neighbours)


def change_in_full(user: User, pk: int) -> GradeChange:
    """The change with the rows around it, in one query; OutOfScope for another community's."""
    return (
        GradeChange.objects.visible_to(user)
        .select_related(
            "unit__building__community",
            "unit__building__grid",
            "unit__building__estate",
            "unit__landlord",
            "unit__manager",
            "unit__standing",
            "assessment__rule_set",
            "assessment__visit__by",
            "inspected_by",
            "reviewed_by",
            "decided_by",
            "delisting_request",
        )
        .one(pk=pk)
    )


def case_file(change: GradeChange) -> CaseFile:
    """Flat queries, the same number whatever the size of the building."""
    unit = change.unit
    hazards = hazards_of(unit)
    requests = requests_of(unit)
    is_open = change.state in OPEN_CHANGE_STATES
    return CaseFile(
        change=change,
        unit=unit,
        explanation=explaining.explain(change.assessment),
        due=due_days(hazards),
        visits=visits_of(unit, limit=VISITS_SHOWN),
        hazards=hazards,
        periods=periods_of(unit),
        earlier=changes_of(unit, but=change.pk),
        neighbours=neighbours_of(unit),
        delisting=requests[0] if requests else None,
        notice=notice_owed_down(unit),
        watch=watch_of(unit),
        vacancy=vacancy_of(unit),
        urgent=urgent_of(unit),
        said=said_by_landlord(unit, requests),
        held=str(leaving_red.held([change.pk]).get(change.pk, "")) if is_open else "",
    )


def hazards_of(unit: Unit) -> list[Hazard]:
    """Hazards of the home and of the common parts, open ones first; with their latest event."""
    rows = Hazard.objects.filter(Q(unit=unit) | Q(unit__isnull=True, building=unit.building_id))
    rows = rows.select_related("item").prefetch_related(
        Prefetch("events", HazardEvent.objects.select_related("by").order_by("at", "pk"), to_attr="story")
    )
    return sorted(rows, key=lambda h: (h.state == "closed", -h.opened_at.timestamp()))


def due_days(hazards: Sequence[Hazard]) -> dict[int, date]:
    """By when each hazard must be mended."""
    return {hazard.pk: hazard.due_on for hazard in hazards if hazard.due_on}


def visits_of(unit: Unit, *, limit: int) -> list[Visit]:
    """The last visits to the building, with what was found in this home and the common parts."""
    findings = (
        Finding.objects.filter(Q(unit=unit) | Q(unit__isnull=True))
        .select_related("item")
        .prefetch_related(Prefetch("photos", PHOTOS))
        .order_by("item__code", "pk")
    )
    rows: Any = (
        Visit.objects.filter(building=unit.building_id)
        .select_related("by")
        .prefetch_related(Prefetch("findings", findings, to_attr="here"), "exceptions")[:limit]
    )
    visits: list[Visit] = list(rows)
    for visit in visits:
        visit.not_seen = next((e for e in visit.exceptions.all() if e.unit_id == unit.pk), None)  # type: ignore[attr-defined]
    return visits


def periods_of(unit: Unit) -> list[GradePeriod]:
    return list(GradePeriod.objects.filter(unit=unit).select_related("change__decided_by")[:20])


def changes_of(unit: Unit, *, but: int = 0) -> list[GradeChange]:
    """Changes of this home, newest first."""
    rows = GradeChange.objects.filter(unit=unit).exclude(pk=but).select_related("decided_by", "assessment")
    return list(rows.order_by("-proposed_at", "-pk")[:20])


def requests_of(unit: Unit) -> list[DelistingRequest]:
    """The home's requests, newest first, each with its exit checklist."""
    items = ExitItem.objects.select_related("hazard__item", "visit__by").order_by("pk")
    rows = DelistingRequest.objects.filter(unit=unit).prefetch_related(
        Prefetch("items", items, to_attr="checklist")
    )
    return list(rows.order_by("-requested_at", "-pk")[:SAID_SHOWN])


def notice_owed_down(unit: Unit) -> Sign | None:
    """The no-rental notice that still hangs although the home is no longer red."""
    return to_take_down().filter(unit=unit).first()


def watch_of(unit: Unit) -> Watch | None:
    """The watch that runs today."""
    return Watch.objects.filter(unit=unit, until__gte=timezone.localdate()).first()


def vacancy_of(unit: Unit) -> list[VacancyCheck]:
    """Whether the red home is empty: what was seen, what is due, the newest first."""
    rows = VacancyCheck.objects.filter(unit=unit).exclude(state=VacancyState.CLOSED)
    return list(rows.select_related("answered_by", "hand_over").order_by("-pk")[:4])


def urgent_of(unit: Unit) -> UrgentRed | None:
    """The home's last urgent red: who put it in, why, and what became of it."""
    rows: Any = UrgentRed.objects.filter(unit=unit).select_related("decided_by", "ended_by", "hazard__item")
    rows = rows.prefetch_related(Prefetch("photos", PHOTOS))
    found: UrgentRed | None = rows.order_by("-decided_at").first()
    return found


def said_by_landlord(unit: Unit, requests: Sequence[DelistingRequest]) -> list[Said]:
    """What the landlord wrote and sent about this home and its building, newest first."""
    proofs = Proof.objects.filter(
        Q(hazard__unit=unit) | Q(hazard__unit__isnull=True, hazard__building=unit.building_id)
    )
    proofs = proofs.select_related("hazard__item", "checked_by").prefetch_related(Prefetch("photos", PHOTOS))
    said = [
        Said(
            proof.sent_at,
            gettext("Proof: %(fault)s") % {"fault": proof.hazard.item.fault},
            proof.note,
            proof.get_state_display(),
            list(proof.photos.all()),
            proof.reason,
            proof.checked_by,
        )
        for proof in proofs.order_by("-sent_at", "-pk")[:SAID_SHOWN]
    ]
    said += [
        Said(
            row.requested_at, gettext("Delisting request"), row.words, row.get_state_display(), [], row.answer
        )
        for row in requests
    ]
    objections = Objection.objects.filter(unit=unit).select_related("answered_by")
    said += [
        Said(
            row.filed_at,
            gettext("Objection"),
            row.words,
            row.get_state_display(),
            list(row.photos.all()),
            row.answer,
            row.answered_by,
        )
        for row in objections.prefetch_related(Prefetch("photos", PHOTOS))[:SAID_SHOWN]
    ]
    said += [
        Said(row.at, gettext("Reply beside the grade"), row.text, "", [], row.hidden_reason, row.hidden_by)
        for row in Reply.objects.filter(unit=unit).select_related("hidden_by")[:SAID_SHOWN]
    ]
    return sorted(said, key=lambda one: one.at, reverse=True)


def reply_of(unit: Unit) -> Reply | None:
    """What the landlord says beside the grade in force."""
    rows = Reply.objects.filter(unit=unit, hidden_at__isnull=True, change__period__ends_at__isnull=True)
    return rows.filter(change__period__isnull=False).first()


def neighbours_of(unit: Unit) -> list[Standing]:
    rows: Any = Standing.objects.filter(unit__building=unit.building_id, unit__left_on__isnull=True)
    return list(rows.select_related("unit").order_by("unit__code")[:NEIGHBOURS_SHOWN])
