"""A landlord's homes and one home in full. Everything goes through `visible_to`: no word about others."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Prefetch, Q, Value, When
from django.utils import timezone

from accounts.models import User
from fucheng.web.stars import BuildingStars, stars_of
from grading.models import (
    Assessment,
    DelistingRequest,
    ExitItem,
    GradeChange,
    GradePeriod,
    Hazard,
    Objection,
    Photo,
    Proof,
    Reply,
    Standing,
    VisitRequest,
    Watch,
)
from grading.services import objections
from grading.services.explaining import ExplainedLine, Explanation, explain
from grading.services.sources import legal_sources
from grading.states import OPEN_DELISTING_STATES, HazardState
from letters.models import Document
from rentals.models import Unit
from rentals.querysets import UnitQuerySet
from signage.models import PublicToken

PAGE = 30
GRADES = ("red", "yellow", "green", "none")


@dataclass(frozen=True)
class HomeRow:
    """One home in the list: how it stands and what waits for the landlord."""

    unit: Unit
    grade: str | None
    hazards: Sequence[Hazard]
    request: DelistingRequest | None
    is_stale: bool

    @property
    def to_mend(self) -> list[Hazard]:
        return [hazard for hazard in self.hazards if hazard.state == HazardState.OPEN]

    @property
    def next_due(self) -> date | None:
        return min((h.due_on for h in self.to_mend if h.due_on), default=None)


def own_homes(user: User) -> UnitQuerySet[Unit]:
    return Unit.objects.visible_to(user).in_register()


def counts(user: User) -> dict[str, int]:
    rows = Standing.objects.visible_to(user).filter(unit__left_on__isnull=True)
    found = {row["grade"] or "none": row["n"] for row in rows.values("grade").annotate(n=Count("pk"))}
    return {grade: found.get(grade, 0) for grade in GRADES}


def homes(user: User, number: str) -> tuple[Page[Any], list[HomeRow]]:
    """The worst first, thirty a page; a number that is none gives the first page."""
    worst_first = Case(
        When(standing__grade="red", then=Value(0)),
        When(standing__grade="yellow", then=Value(1)),
        When(standing__grade__isnull=True, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    units = own_homes(user).select_related("building", "standing").annotate(rank=worst_first)
    page = Paginator(units.order_by("rank", "building__code", "code"), PAGE).get_page(number)
    shown = list(page.object_list)
    hazards = _hazards_of(user, shown)
    asked = DelistingRequest.objects.visible_to(user).filter(unit__in=shown, state__in=OPEN_DELISTING_STATES)
    requests = {request.unit_id: request for request in asked}
    today = timezone.localdate()
    return page, [
        HomeRow(unit, _grade(unit), hazards[unit.pk], requests.get(unit.pk), _is_stale(unit, today))
        for unit in shown
    ]


def _grade(unit: Unit) -> str | None:
    standing = getattr(unit, "standing", None)
    return standing.grade if standing else None


def _is_stale(unit: Unit, day: date) -> bool:
    standing = getattr(unit, "standing", None)
    return standing is not None and standing.is_stale_on(day)


def _hazards_of(user: User, units: Sequence[Unit]) -> dict[int, list[Hazard]]:
    """Open hazards that count for each home: its own, and those of the common parts."""
    buildings = {unit.building_id for unit in units}
    found = (
        Hazard.objects.visible_to(user)
        .open()
        .filter(Q(unit__in=units) | Q(unit__isnull=True, building__in=buildings))
        .exclude(item__effect="bonus")
        .select_related("item")
        .order_by("due_on", "item_code")
    )
    of_unit: defaultdict[int, list[Hazard]] = defaultdict(list)
    of_building: defaultdict[int, list[Hazard]] = defaultdict(list)
    for hazard in found:
        if hazard.unit_id is None:
            of_building[hazard.building_id].append(hazard)
        else:
            of_unit[hazard.unit_id].append(hazard)
    return {unit.pk: of_unit[unit.pk] + of_building[unit.building_id] for unit in units}


@dataclass(frozen=True)
class HazardCard:
    """An open hazard as its landlord reads it."""

    hazard: Hazard
    line: ExplainedLine | None
    proofs: list[Proof]
    photos: list[Photo]
    is_answered_by_other: bool

    @property
    def sources(self) -> list[str]:
        return legal_sources(self.hazard.item.sources)

    @property
    def last_proof(self) -> Proof | None:
        return self.proofs[0] if self.proofs else None

    @property
    def can_send(self) -> bool:
        return self.hazard.state == HazardState.OPEN


@dataclass(frozen=True)
class HomePage:
    unit: Unit
    standing: Standing | None
    explanation: Explanation | None
    green_from: int
    cards: list[HazardCard]
    change: GradeChange | None
    periods: list[GradePeriod]
    requests: list[DelistingRequest]
    token: str
    documents: list[Document]
    objections: list[Objection]
    replies: list[Reply]
    asked: VisitRequest | None
    today: date
    watch: Watch | None
    stars: BuildingStars
    grade: str | None = field(default=None)

    @property
    def in_force(self) -> GradePeriod | None:
        return next((period for period in self.periods if period.ends_at is None), None)

    @property
    def objection(self) -> Objection | None:
        """The one against the decision in force."""
        change_id = self.in_force.change_id if self.in_force else None
        return next((row for row in self.objections if row.change_id == change_id), None)

    @property
    def object_until(self) -> date | None:
        return objections.file_by(self.in_force.change) if self.in_force else None

    @property
    def can_object(self) -> bool:
        last_day = self.object_until
        is_against = self.grade in ("yellow", "red") and self.objection is None
        return is_against and last_day is not None and self.today <= last_day

    @property
    def reply(self) -> Reply | None:
        """The newest beside the grade in force, also when it was hidden."""
        change_id = self.in_force.change_id if self.in_force else None
        return next((row for row in self.replies if row.change_id == change_id), None)

    @property
    def can_reply(self) -> bool:
        return self.in_force is not None and (self.reply is None or self.reply.hidden_at is not None)

    @property
    def can_ask_visit(self) -> bool:
        return self.grade == "yellow" and self.asked is None

    @property
    def open_request(self) -> DelistingRequest | None:
        return next((r for r in self.requests if r.state in OPEN_DELISTING_STATES), None)

    @property
    def to_mend(self) -> list[HazardCard]:
        return [card for card in self.cards if card.can_send]

    @property
    def is_stale(self) -> bool:
        return self.standing is not None and self.standing.is_stale_on(timezone.localdate())

    @property
    def given_back(self) -> int:
        """Points beyond the limit of a dimension, which are not taken off."""
        sums = self.explanation.dimensions if self.explanation else ()
        return sum(dimension.lost - dimension.counted for dimension in sums)

    @property
    def can_request(self) -> bool:
        return self.grade == "red" and self.open_request is None


def home_page(user: User, unit_id: int) -> HomePage:
    """One own home in flat queries; OutOfScope for every other."""
    units = own_homes(user).select_related(
        "building__community", "building__estate", "standing__assessment__rule_set"
    )
    unit = units.one(pk=unit_id)
    standing: Standing | None = getattr(unit, "standing", None)
    assessment: Assessment | None = standing.assessment if standing else None
    explanation = explain(assessment) if assessment else None
    token = PublicToken.objects.filter(unit=unit).first()
    changes = GradeChange.objects.visible_to(user).open().filter(unit=unit)
    periods = GradePeriod.objects.visible_to(user).filter(unit=unit).select_related("change")
    requests = DelistingRequest.objects.visible_to(user).filter(unit=unit).select_related("visit", "change")
    requests = requests.prefetch_related(
        Prefetch("items", ExitItem.objects.select_related("hazard__item"), to_attr="checklist")
    )
    return HomePage(
        unit=unit,
        standing=standing,
        explanation=explanation,
        green_from=assessment.rule_set.green_from if assessment else 0,
        cards=_cards(user, unit, explanation),
        change=changes.first(),
        periods=list(periods[:20]),
        requests=list(requests[:5]),
        token=token.token if token else "",
        documents=_documents(user, unit),
        objections=list(Objection.objects.filter(unit=unit).select_related("visit_request", "change")[:5]),
        replies=list(Reply.objects.filter(unit=unit)[:5]),
        asked=VisitRequest.objects.filter(unit=unit, state="requested").first(),
        today=timezone.localdate(),
        watch=Watch.objects.filter(unit=unit, until__gte=timezone.localdate()).first(),
        grade=standing.grade if standing else None,
        stars=stars_of(unit.building_id, on=timezone.localdate()),
    )


def _documents(user: User, unit: Unit) -> list[Document]:
    """The papers about this home and the common parts of its building, newest first."""
    about = Q(unit=unit) | Q(unit__isnull=True, building=unit.building_id)
    return list(Document.objects.visible_to(user).filter(about).prefetch_related("readings")[:20])


def _cards(user: User, unit: Unit, explanation: Explanation | None) -> list[HazardCard]:
    hazards = _hazards_of(user, [unit])[unit.pk]
    lines = {line.hazard_id: line for line in explanation.lines} if explanation else {}
    proofs: defaultdict[int, list[Proof]] = defaultdict(list)
    waiting_of_others = set()
    sent = Proof.objects.visible_to(user).filter(hazard__in=hazards).prefetch_related("photos")
    for proof in sent.order_by("-pk"):
        if proof.sent_by_id == user.pk:
            proofs[proof.hazard_id].append(proof)
        elif proof.state == Proof.State.SENT:
            waiting_of_others.add(proof.hazard_id)
    photos: defaultdict[Any, list[Photo]] = defaultdict(list)
    taken = Photo.objects.visible_to(user).filter(finding__hazard__in=hazards).select_related("finding")
    for photo in taken.order_by("-pk")[:60]:
        photos[photo.finding.hazard_id if photo.finding else None].append(photo)
    order = {"veto": 0, "cap": 1, "points": 2}
    hazards.sort(key=lambda h: (order.get(h.item.effect, 3), h.due_on or date.max))
    return [
        HazardCard(
            hazard,
            lines.get(hazard.pk),
            proofs[hazard.pk],
            photos[hazard.pk][:6],
            hazard.pk in waiting_of_others,
        )
        for hazard in hazards
    ]
