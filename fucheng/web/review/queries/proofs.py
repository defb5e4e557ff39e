"""What landlords and tenants sent and what the community owes an answer to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from grading.models import DelistingRequest, HazardReport, Photo, Proof
from grading.querysets import OfHazardQuerySet, OfUnitQuerySet
from grading.services.hazards import weighing_as_veto
from grading.states import OPEN_DELISTING_STATES

PHOTOS = Photo.objects.order_by("pk")


def proofs(user: User, *, waiting: bool) -> OfHazardQuerySet[Proof]:
    """Landlords' proofs, oldest first while they wait, newest first once checked."""
    rows = Proof.objects.visible_to(user).select_related(
        "hazard__item", "hazard__unit", "hazard__building__community", "checked_by"
    )
    rows = rows.prefetch_related(Prefetch("photos", PHOTOS), Prefetch("hazard__findings__photos", PHOTOS))
    if waiting:
        return rows.filter(state=Proof.State.SENT).order_by("sent_at", "pk")
    return rows.exclude(state=Proof.State.SENT).order_by("-checked_at", "-pk")


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A proof beside the photos of the hazard as it was found."""

    proof: Proof
    before: list[Photo]
    needs_visit: bool


def proof_rows(found: Sequence[Proof]) -> list[ProofRow]:
    red = weighing_as_veto([proof.hazard for proof in found])
    return [
        ProofRow(
            proof,
            [photo for finding in proof.hazard.findings.all() for photo in finding.photos.all()],
            proof.hazard_id in red,
        )
        for proof in found
    ]


def reports(user: User, *, waiting: bool) -> OfUnitQuerySet[HazardReport]:
    """Tenants' reports; a reporter is never known."""
    rows = HazardReport.objects.visible_to(user).select_related("unit__building__community", "checked_by")
    rows = rows.prefetch_related(Prefetch("photos", PHOTOS))
    if waiting:
        return rows.filter(state=HazardReport.State.NEW).order_by("at", "pk")
    return rows.exclude(state=HazardReport.State.NEW).order_by("-at", "-pk")


@dataclass(frozen=True, slots=True)
class DelistingRow:
    request: DelistingRequest
    is_late: bool


def delistings(user: User, *, waiting: bool) -> OfUnitQuerySet[DelistingRequest]:
    """Requests to take a home off the red list: open ones by their day, ended ones newest first."""
    rows = DelistingRequest.objects.visible_to(user).select_related(
        "unit__building__community", "unit__building__grid", "visit__by", "change"
    )
    if waiting:
        return rows.filter(state__in=OPEN_DELISTING_STATES).order_by("inspect_by", "pk")
    return rows.exclude(state__in=OPEN_DELISTING_STATES).order_by("-ended_at", "-pk")


def delisting_rows(rows: list[DelistingRequest], *, on: date) -> list[DelistingRow]:
    return [DelistingRow(row, is_late=row.state == "requested" and row.inspect_by < on) for row in rows]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait for the community's answer."""

    proofs: int
    reports: int
    delistings: int


def waiting(user: User) -> Waiting:
    def count(rows: QuerySet[Proof] | QuerySet[HazardReport] | QuerySet[DelistingRequest]) -> int:
        return rows.order_by().count()

    return Waiting(
        proofs=count(Proof.objects.visible_to(user).filter(state=Proof.State.SENT)),
        reports=count(HazardReport.objects.visible_to(user).filter(state=HazardReport.State.NEW)),
        delistings=count(DelistingRequest.objects.visible_to(user).filter(state__in=OPEN_DELISTING_STATES)),
    )
