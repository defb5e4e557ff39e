"""The stars of one building as staff and landlords see them: what it has, the conditions, what is missing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from grading.models import RuleItem, StarAward, StarProposal
from grading.services import rule_sets, star_facts, stars
from grading.services.star_facts import Line
from grading.stars import StarVerdict
from letters.models import Document


@dataclass(frozen=True, slots=True)
class BuildingStars:
    """What a building has, what it would have today and why, and what is missing for the next star."""

    verdict: StarVerdict | None
    lines: list[Line]
    award: StarAward | None
    waiting: StarProposal | None
    ended: list[StarAward]
    missing_bonus: list[RuleItem]
    is_candidate: bool


def papers() -> "Prefetch[Any]":
    """The documents of an award that were not replaced: that of the award, and that of its withdrawal."""
    return Prefetch("documents", Document.objects.filter(replacement=None).order_by("pk"))


def stars_of(building_id: int, *, on: date) -> BuildingStars:
    """Nine flat queries."""
    verdict = star_facts.verdicts([building_id], on=on).get(building_id)
    rows = list(
        StarAward.objects.filter(building=building_id)
        .select_related("withdrawal")
        .prefetch_related(papers())
        .order_by("-pk")[:5]
    )
    return BuildingStars(
        verdict=verdict,
        lines=star_facts.explain(verdict) if verdict else [],
        award=next((row for row in rows if row.ended_at is None and row.valid_until >= on), None),
        waiting=StarProposal.objects.awaiting_panel().filter(building=building_id).first(),
        ended=[row for row in rows if row.ended_at is not None],
        missing_bonus=star_facts.bonus_not_seen(building_id, rule_sets.for_visit(on)) if verdict else [],
        is_candidate=bool(stars.candidates([building_id], on=on)),
    )
