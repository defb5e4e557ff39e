"""Stars of a building, from proposal to plaque: the papers of award and withdrawal, and what landlords are told."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from accounts.services.people import system_user
from fucheng.flows import document_rendering
from grading.models import StarAward, StarProposal
from grading.services import stars
from letters.services import issuing, telling


@transaction.atomic(durable=True)
def propose(*, building_ids: Sequence[int], by: User, at: datetime, reason: str) -> list[StarProposal]:
    """Those of the buildings that are candidates now; the panel decides."""
    audit.act_as(by)
    return stars.propose(building_ids=building_ids, by=by, at=at, reason=reason)


@transaction.atomic(durable=True)
def propose_withdrawal(*, building_id: int, cause: str, by: User, at: datetime, reason: str) -> StarProposal:
    audit.act_as(by)
    return stars.propose_withdrawal(building_id=building_id, cause=cause, by=by, at=at, reason=reason)


@transaction.atomic(durable=True)
def approve(*, proposal_id: int, by: User, at: datetime, reason: str) -> StarAward:
    """Stars are in force or are gone, each with its paper. The plaque now owed follows from the rows."""
    audit.act_as(by)
    award = stars.approve(proposal_id=proposal_id, by=by, at=at, reason=reason)
    issue = issuing.award_stars if award.ended_at is None else issuing.withdraw_stars
    issue(award_id=award.pk, by=by, at=at)
    transaction.on_commit(document_rendering.ring)
    telling.of_stars(award, reason=reason, at=at)
    return award


@transaction.atomic(durable=True)
def refuse(*, proposal_id: int, by: User, at: datetime, reason: str) -> StarProposal:
    audit.act_as(by)
    return stars.refuse(proposal_id=proposal_id, by=by, at=at, reason=reason)


@transaction.atomic(durable=True)
def end_expired(*, at: datetime) -> int:
    """What is over by time alone; how many."""
    by = system_user()
    audit.act_as(by)
    ended = stars.end_expired(at=at)
    for award in StarAward.objects.filter(pk__in=ended):
        telling.of_stars(award, reason="", at=at)
    return len(ended)
