"""Stars as staff see them: who could have some, what waits for the panel, who has them; one building in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import day_of
from fucheng.web.stars import BuildingStars, papers, stars_of
from grading.models import StarAward, StarProposal
from grading.services import star_facts, stars
from grading.services.star_facts import Line
from grading.services.stars import Candidate
from grading.states import StarState
from letters.models import Document
from rentals.models import Building

PLACE = ("community", "grid", "estate")
OF_BUILDING = tuple(f"building__{name}" for name in PLACE)
DECIDED = (StarState.APPROVED, StarState.REFUSED)


def _in(wanted: dict[str, Any], path: str) -> dict[str, Any]:
    return {f"{path}{name}": wanted[name] for name in ("community", "grid") if wanted.get(name)}


def proposes(user: User) -> bool:
    return access.can(user, Permission.STAR_PROPOSE)


def candidates(user: User, wanted: dict[str, Any], *, on: date) -> list[Candidate]:
    buildings = Building.objects.visible_to(user).filter(**_in(wanted, ""))
    return stars.candidates(list(buildings.values_list("pk", flat=True)), on=on)


@dataclass(frozen=True, slots=True)
class CandidateRow:
    building: Building
    candidate: Candidate


def candidate_rows(found: Sequence[Candidate]) -> list[CandidateRow]:
    buildings = Building.objects.select_related(*PLACE).in_bulk([c.building_id for c in found])
    return [CandidateRow(buildings[c.building_id], c) for c in found]


def proposals(user: User, wanted: dict[str, Any], *, waiting: bool) -> Any:
    """What waits, the oldest first; what was decided, the newest first."""
    rows = StarProposal.objects.visible_to(user).filter(**_in(wanted, "building__"))
    rows = rows.select_related(*OF_BUILDING, "proposed_by", "decided_by")
    if waiting:
        return rows.awaiting_panel().order_by("proposed_at", "pk")
    return rows.filter(state__in=DECIDED).order_by("-decided_at", "-pk")


def awards(user: User, wanted: dict[str, Any], *, on: date) -> Any:
    rows = StarAward.objects.visible_to(user).in_force_on(on).filter(**_in(wanted, "building__"))
    return (
        rows.select_related(*OF_BUILDING).prefetch_related(papers()).order_by("-stars", "valid_until", "pk")
    )


@dataclass(frozen=True, slots=True)
class ProposalFile:
    """A proposal with the conditions as they were and as they are; `barred` says why this person may not decide."""

    proposal: StarProposal
    then: list[Line]
    now: BuildingStars
    papers: Sequence[Document]
    barred: str


def proposal_file(user: User, pk: int, *, on: date) -> ProposalFile:
    rows = StarProposal.objects.visible_to(user).select_related(
        *OF_BUILDING, "rule_set", "proposed_by", "decided_by", "award"
    )
    proposal = rows.one(pk=pk)
    facts = proposal.facts
    verdict = (
        star_facts.judged_then(facts, proposal.rule_set, day_of(proposal.proposed_at)) if facts else None
    )
    return ProposalFile(
        proposal=proposal,
        then=star_facts.explain(verdict) if verdict else [],
        now=stars_of(proposal.building_id, on=on),
        papers=_papers_of(proposal) if proposal.state == StarState.APPROVED else [],
        barred=_barred(proposal, user),
    )


def _papers_of(proposal: StarProposal) -> Sequence[Document]:
    """What was issued for this decision."""
    gave = Q(star_award__proposal=proposal, kind=Document.Kind.STAR)
    took = Q(star_award__withdrawal=proposal, kind=Document.Kind.STAR_END)
    return list(Document.objects.filter(gave | took, replacement=None))


def _barred(proposal: StarProposal, user: User) -> str:
    """Empty when this person may decide now."""
    if not access.can(user, Permission.STAR_DECIDE, community_id=proposal.building.community_id):
        return str(stars.PANEL_DECIDES)
    return str(stars.OwnProposal.message) if proposal.proposed_by_id == user.pk else ""
