"""Stars of buildings: the community proposes, the panel decides, an award is valid for a time and ends on a cause."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services.people import system_user
from communities import access
from core.dates import chinese_day, day_of
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from grading.models import GradePeriod, RuleSet, StarAward, StarProposal
from grading.rules import months_before
from grading.services import reasons, rule_sets, star_facts
from grading.stars import Case, Cause, StarVerdict
from grading.states import STAR_MOVES, StarState
from rentals.models import Building

What = StarProposal.What
RENEW_FROM = timedelta(days=60)  # before an award expires it may be proposed anew


PANEL_DECIDES = _("The panel decides on stars.")


class OwnProposal(NotAllowed):
    code = "own-proposal"
    message = _("You proposed this, so another person must decide.")


def stars_of(building_ids: Collection[int], *, on: date) -> dict[int, int]:
    """Stars in force on a day, by building; buildings without stars are left out. One query."""
    rows = StarAward.objects.in_force_on(on).filter(building__in=building_ids)
    return dict(rows.values_list("building_id", "stars"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A building that has earned stars which it does not have, or whose award ends soon."""

    building_id: int
    verdict: StarVerdict
    has: int


def candidates(building_ids: Collection[int], *, on: date) -> list[Candidate]:
    """Most stars first. What waits for the panel already is left out."""
    waiting = StarProposal.objects.awaiting_panel().filter(building__in=building_ids)
    skipped = set(waiting.values_list("building_id", flat=True))
    awards = StarAward.objects.in_force_on(on).filter(building__in=building_ids)
    has = {
        pk: (stars, until) for pk, stars, until in awards.values_list("building_id", "stars", "valid_until")
    }
    found = [
        Candidate(pk, verdict, has.get(pk, (0, on))[0])
        for pk, verdict in star_facts.verdicts(star_facts.all_green(building_ids), on=on).items()
        if pk not in skipped and _is_earned(verdict, *has.get(pk, (0, on)), on=on)
    ]
    return sorted(found, key=lambda c: (-c.verdict.stars, -(c.verdict.facts.points or 0), c.building_id))


def _is_earned(verdict: StarVerdict, has: int, until: date, *, on: date) -> bool:
    return verdict.stars > has or bool(verdict.stars and until - on <= RENEW_FROM)


@transaction.atomic
def propose(*, building_ids: Sequence[int], by: User, at: datetime, reason: str) -> list[StarProposal]:
    """For those of the buildings that are candidates now: as many stars as the conditions give, nobody chooses."""
    if not reason.strip():
        raise Invalid(_("Give a reason; the panel and the landlord will read it."))
    buildings = Building.objects.visible_to(by).lock_all(list(building_ids))
    if len(buildings) < len(set(building_ids)):
        raise OutOfScope
    for building in buildings:
        access.authorize(by, Permission.STAR_PROPOSE, community_id=building.community_id)
    on, rule_set = day_of(at), rule_sets.for_visit(day_of(at))
    found = {c.building_id: c for c in candidates([b.pk for b in buildings], on=on)}
    if not found:
        raise Conflict(_("None of these is a candidate (any more): look at the conditions of the building."))
    return StarProposal.objects.bulk_create(
        StarProposal(
            building=building,
            what=What.AWARD,
            stars=found[building.pk].verdict.stars,
            rule_set=rule_set,
            facts=star_facts.to_json(found[building.pk].verdict.facts),
            reason=reason,
            proposed_by=by,
            proposed_at=at,
        )
        for building in buildings
        if building.pk in found
    )


@transaction.atomic
def propose_withdrawal(*, building_id: int, cause: str, by: User, at: datetime, reason: str) -> StarProposal:
    """By the community, for a cause that the panel judges."""
    building = Building.objects.visible_to(by).lock(building_id)
    access.authorize(by, Permission.STAR_PROPOSE, community_id=building.community_id)
    if cause not in set(Cause) or not reason.strip():
        raise Invalid(_("Choose the cause and say what happened."))
    award = StarAward.objects.in_force_on(day_of(at)).filter(building=building).first()
    if award is None:
        raise Conflict(_("This building has no stars (any more)."))
    if StarProposal.objects.awaiting_panel().filter(building=building).exists():
        raise Conflict(_("A proposal for this building waits for the panel already."))
    return _withdrawal(award, Cause(cause), _facts_now(building_id, day_of(at)), by=by, at=at, reason=reason)


def _facts_now(building_id: int, on: date) -> StarVerdict | None:
    return star_facts.verdicts([building_id], on=on).get(building_id)


def _withdrawal(
    award: StarAward, cause: Cause, verdict: StarVerdict | None, *, by: User, at: datetime, reason: str
) -> StarProposal:
    return StarProposal.objects.create(
        building_id=award.building_id,
        what=What.WITHDRAW,
        stars=award.stars,
        award=award,
        cause=cause,
        rule_set=rule_sets.for_visit(day_of(at)),
        facts=star_facts.to_json(verdict.facts) if verdict else {},
        reason=reason,
        proposed_by=by,
        proposed_at=at,
    )


CAUSES_ZH = {
    Cause.RED: "楼内有出租屋评定为禁止级",
    Cause.YELLOW: "楼内有出租屋评定为严管级",
    Cause.INCIDENT: "楼内发生警情或者火情",
    Cause.FALSE_PROOF: "抽查发现整改材料不实",
    Cause.OTHER: "其他事由",
}


def follow_facts(building_ids: Collection[int], *, at: datetime) -> list[StarProposal]:
    """Withdrawals for buildings with stars in which something happened since; people decide them.

    A proposal to award that waits there gives way. What the panel has refused is not proposed again for the
    same cause. The caller's transaction holds the facts.
    """
    on = day_of(at)
    awards = StarAward.objects.in_force_on(on).filter(building__in=building_ids).order_by("building")
    starred = {award.building_id: award for award in awards.select_for_update(no_key=True)}
    if not starred:
        return []
    causes = _causes(starred, on=on)
    waiting = StarProposal.objects.awaiting_panel().filter(building__in=causes)
    barred = set(waiting.filter(what=What.WITHDRAW).values_list("building_id", flat=True))
    waiting.filter(what=What.AWARD).update(state=StarState.SUPERSEDED)
    found = star_facts.verdicts(causes, on=on)
    by = system_user()
    return [
        _withdrawal(starred[pk], case.cause, found.get(pk), by=by, at=at, reason=_why_zh(case))
        for pk, case in causes.items()
        if pk not in barred
    ]


def _why_zh(case: Case) -> str:
    return f"{CAUSES_ZH[case.cause]}（{chinese_day(case.on)}）。系统按公布条件提请撤销，由评定小组决定。"


def _causes(starred: dict[int, StarAward], *, on: date) -> dict[int, Case]:
    """The gravest thing in each building that the panel has not refused as a cause yet.

    Whatever is there came after the award, or came to light after it: an award is given without any.
    """
    settled_at: dict[int, datetime] = {}
    settled: set[tuple[int, str, str]] = set()
    refused = StarProposal.objects.filter(award__in=[a.pk for a in starred.values()], state=StarState.REFUSED)
    for pk, decided_at, facts in refused.order_by("decided_at").values_list(
        "building_id", "decided_at", "facts"
    ):
        if decided_at is not None:
            settled_at[pk] = decided_at
        settled |= {(pk, case["cause"], case["on"]) for case in facts.get("cases", ())}
    homes = GradePeriod.objects.filter(ends_at=None, unit__building__in=starred, unit__left_on=None)
    found = [
        (pk, Case(Cause(grade), day_of(starts_at)))
        for pk, grade, starts_at in homes.filter(grade__in=("red", "yellow")).values_list(
            "unit__building_id", "grade", "starts_at"
        )
        if pk not in settled_at or starts_at > settled_at[pk]
    ]
    found += [
        (pk, case)
        for pk, verdict in star_facts.verdicts(starred, on=on).items()
        for case in verdict.facts.cases
        if case.cause is not Cause.RED and (pk, case.cause.value, case.on.isoformat()) not in settled
    ]
    order = list(Cause)
    return dict(
        sorted(found, key=lambda one: order.index(one[1].cause), reverse=True)
    )  # the gravest comes last


@transaction.atomic
def approve(*, proposal_id: int, by: User, at: datetime, reason: str) -> StarAward:
    """The award now in force, or the one now withdrawn. An award needs its conditions met today as well."""
    proposal = _to_decide(proposal_id, StarState.APPROVED, by, reason)
    building_id, on = proposal.building_id, day_of(at)
    if proposal.what == What.AWARD:
        verdict = _facts_now(building_id, on)
        if verdict is None or verdict.stars < proposal.stars:
            raise Conflict(_("The conditions are not met any more; refuse it, with this as the reason."))
    _decide(proposal, StarState.APPROVED, by=by, at=at, reason=reason)
    present = StarAward.objects.filter(building=building_id, ended_at=None).first()
    if proposal.what == What.WITHDRAW:
        if present is None or present.pk != proposal.award_id:
            raise Conflict(_("These stars have ended already."))
        return _end(present, StarAward.End.WITHDRAWN, at=at, withdrawal=proposal)
    if present is not None:
        is_over = present.valid_until < on
        _end(present, StarAward.End.EXPIRED if is_over else StarAward.End.REPLACED, at=at)
    return StarAward.objects.create(
        building_id=building_id,
        stars=proposal.stars,
        proposal=proposal,
        awarded_at=at,
        valid_until=_valid_until(on, rule_sets.for_visit(on)),
    )


def _valid_until(on: date, rule_set: RuleSet) -> date:
    return months_before(on, -rule_set.star_valid_months)


@transaction.atomic
def refuse(*, proposal_id: int, by: User, at: datetime, reason: str) -> StarProposal:
    proposal = _to_decide(proposal_id, StarState.REFUSED, by, reason)
    return _decide(proposal, StarState.REFUSED, by=by, at=at, reason=reason)


def _to_decide(proposal_id: int, to: StarState, by: User, reason: str) -> StarProposal:
    """The locked proposal, its building locked before it, when this person may decide it now."""
    found = StarProposal.objects.visible_to(by).one(pk=proposal_id)
    building = Building.objects.lock(found.building_id)
    proposal = StarProposal.objects.visible_to(by).lock(proposal_id)
    access.authorize(by, Permission.STAR_DECIDE, community_id=building.community_id)
    if to not in STAR_MOVES[StarState(proposal.state)]:
        raise Conflict(_("This proposal was decided in the meantime. Reload the list."))
    if proposal.proposed_by_id == by.pk:
        raise OwnProposal
    reasons.demand(reason)
    return proposal


def _decide(proposal: StarProposal, state: StarState, *, by: User, at: datetime, reason: str) -> StarProposal:
    proposal.state, proposal.decided_by, proposal.decided_at, proposal.answer = state, by, at, reason
    proposal.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    return proposal


def _end(
    award: StarAward, ending: StarAward.End, *, at: datetime, withdrawal: StarProposal | None = None
) -> StarAward:
    award.ending, award.ended_at, award.withdrawal = ending, at, withdrawal
    award.save(update_fields=["ending", "ended_at", "withdrawal"])
    return award


@transaction.atomic
def end_expired(*, at: datetime) -> list[int]:
    """Ends what is over by time alone; ids of the awards. A withdrawal that waits for one is settled by it."""
    over = StarAward.objects.expired_on(day_of(at)).order_by("pk").select_for_update(no_key=True)
    ids = list(over.values_list("pk", flat=True))
    StarAward.objects.filter(pk__in=ids).update(ending=StarAward.End.EXPIRED, ended_at=at)
    StarProposal.objects.awaiting_panel().filter(award__in=ids).update(state=StarState.SUPERSEDED)
    return ids
