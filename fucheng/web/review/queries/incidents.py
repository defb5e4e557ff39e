"""Incidents in doubt, with the places they may have been at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from grading.models import Incident
from grading.querysets import IncidentQuerySet
from rentals.models import Building, Unit

REASONS = dict(Incident.MatchedBy.choices)


@dataclass(frozen=True, slots=True)
class Candidate:
    building: Building
    unit: Unit | None
    confidence: int
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentRow:
    incident: Incident
    candidates: list[Candidate]


def doubtful(user: User) -> IncidentQuerySet[Incident]:
    """The oldest first."""
    rows = Incident.objects.visible_to(user).doubtful().select_related("category")
    return rows.order_by("happened_at", "pk")


def rows(user: User, found: Sequence[Incident]) -> list[IncidentRow]:
    """Two queries for any number; only places within the person's scope are offered."""
    told: list[dict[str, Any]] = [candidate for incident in found for candidate in incident.candidates]
    buildings = (
        Building.objects.visible_to(user)
        .select_related("community")
        .in_bulk([candidate["building"] for candidate in told])
    )
    units = Unit.objects.visible_to(user).in_bulk([c["unit"] for c in told if c["unit"]])
    return [
        IncidentRow(
            incident,
            [
                Candidate(
                    buildings[c["building"]], units.get(c["unit"]), c["confidence"], str(REASONS[c["by"]])
                )
                for c in incident.candidates
                if c["building"] in buildings
            ],
        )
        for incident in found
    ]
