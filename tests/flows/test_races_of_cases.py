"""Eight people at once at the same case: one winner, seven clear refusals, nothing doubled.

The other races: decisions in tests/grading/test_races.py and test_races_of_decisions.py, urgent reds and
objections beside their flows.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEvent
from accounts.roles import Role
from core.errors import DomainError
from core.integrity import broken_rows
from fucheng.flows import delisting, grade_change, hazard_care, proof, rule_drafts, sign_posting, stars
from grading.integrity import CHECKS
from grading.models import (
    DelistingRequest,
    GradeChange,
    GradePeriod,
    HandOver,
    Hazard,
    RuleSet,
    Standing,
    StarAward,
    Visit,
)
from grading.services.hazards import Seen
from letters.models import Document
from signage.models import Sign
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Place
from tests.races import CROWD, race, reviewers, won

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOON = factories.NOON
DAY = timedelta(days=1)


def codes(outcome: list[Any]) -> set[str]:
    return {o.code for o in outcome if isinstance(o, DomainError)}


def members(role: Role, cast: Cast) -> list[Any]:
    place = cast.fumin if role in (Role.GRID_WORKER, Role.REVIEWER) else None
    return [factories.person(f"{role}-{n}", role, place) for n in range(CROWD)]


def with_panel(cast: Cast, place: Place) -> GradeChange:
    pay_visit(place.building, cast.grid, [Seen("L06", place.home.pk)])
    change = GradeChange.objects.get(unit=place.home)
    return grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")


def test_eight_of_the_panel_decide_one_red_and_one_wins(cast: Cast, place: Place) -> None:
    change = with_panel(cast, place)
    verbs: list[Callable[..., Any]] = [grade_change.approve, grade_change.return_] * (CROWD // 2)

    outcome = race(
        [
            lambda verb=verb, by=by: verb(change_id=change.pk, by=by, at=NOON, reason="查明")
            for verb, by in zip(verbs, members(Role.PANEL, cast), strict=True)
        ]
    )

    assert (len(won(outcome)), codes(outcome)) == (1, {"already-decided"})
    change.refresh_from_db()
    assert change.state == won(outcome)[0].state
    assert GradePeriod.objects.filter(unit=place.home).count() == (change.state == "approved")


def deciding_stars(cast: Cast, proposal_id: int) -> list[Any]:
    """Half of eight members of the panel approve, half refuse."""
    verbs: list[Callable[..., Any]] = [stars.approve, stars.refuse] * (CROWD // 2)
    return race(
        [
            lambda verb=verb, by=by: verb(proposal_id=proposal_id, by=by, at=NOON, reason="查明")
            for verb, by in zip(verbs, members(Role.PANEL, cast), strict=True)
        ]
    )


def test_eight_decide_one_award_of_stars_and_one_wins(cast: Cast, place: Place) -> None:
    for home in place.homes:
        factories.graded(home, "green", at=NOON - 220 * DAY)
        factories.assessment(home, "green", score=95, bonus=2)
    Standing.objects.update(last_visit_at=NOON - 5 * DAY, next_visit_on=NOON.date() + 10 * DAY)
    (made,) = stars.propose(building_ids=[place.building.pk], by=cast.reviewer, at=NOON, reason="逐户核对")

    outcome = deciding_stars(cast, made.pk)

    assert (len(won(outcome)), codes(outcome)) == (1, {"conflict"})
    made.refresh_from_db()
    given = made.state == "approved"
    assert StarAward.objects.count() == Document.objects.filter(kind="star").count() == given


def test_eight_decide_one_withdrawal_of_stars_and_one_wins(cast: Cast, place: Place) -> None:
    award = factories.star_award(place.building)
    made = factories.star_proposal(place.building, award=award)

    outcome = deciding_stars(cast, made.pk)

    assert (len(won(outcome)), codes(outcome)) == (1, {"conflict"})
    award.refresh_from_db()
    made.refresh_from_db()
    assert (award.ending == "withdrawn") == (made.state == "approved")
    assert Document.objects.filter(kind="star_end").count() == (made.state == "approved")


def test_approve_and_return_of_one_yellow_have_one_winner(cast: Cast, place: Place) -> None:
    pay_visit(place.building, cast.grid, [Seen("F02", place.home.pk)])
    change = GradeChange.objects.get(unit=place.home)
    verbs: list[Callable[..., Any]] = [grade_change.approve, grade_change.return_] * (CROWD // 2)

    outcome = race(
        [
            lambda verb=verb, by=by: verb(change_id=change.pk, by=by, at=NOON, reason="查明")
            for verb, by in zip(verbs, reviewers(cast), strict=True)
        ]
    )

    assert (len(won(outcome)), codes(outcome)) == (1, {"already-decided"})
    in_force = Standing.objects.get(unit=place.home).grade
    assert (in_force == "yellow") == (won(outcome)[0].state == "approved")


def test_eight_publish_one_draft_and_one_wins(cast: Cast, place: Place) -> None:
    draft = factories.draft("1.1")
    factories.simulation(draft, place.home)
    first_day = NOON.date() + DAY

    outcome = race(
        [
            lambda by=by: rule_drafts.publish(
                version="1.1", effective_on=first_day, reason="会议通过", by=by, at=NOON
            )
            for by in members(Role.OFFICE, cast)
        ]
    )

    assert (len(won(outcome)), codes(outcome)) == (1, {"conflict"})
    published = RuleSet.objects.get(version="1.1")
    assert (published.state, published.published_by) == ("published", won(outcome)[0].published_by)
    told = AuditEvent.objects.filter(
        subject="rule_set", subject_id=str(published.pk), after__state="published"
    )
    assert told.count() == 1


def test_a_draft_edited_while_it_is_published_is_published_whole_or_edited(cast: Cast, place: Place) -> None:
    draft = factories.draft("1.1")
    factories.simulation(draft, place.home)
    offices = members(Role.OFFICE, cast)
    publish = {"effective_on": NOON.date() + DAY, "reason": "会议通过"}
    calls = [
        lambda by=by: rule_drafts.publish(version="1.1", by=by, at=NOON, **publish) for by in offices[:4]
    ]
    calls += [
        lambda by=by: rule_drafts.change_settings(version="1.1", values={"green_from": 85}, by=by, at=NOON)
        for by in offices[4:]
    ]

    race(calls)

    after = RuleSet.objects.get(version="1.1")
    assert (after.state, after.green_from) in {("published", 80), ("draft", 85)}


def test_two_visits_of_one_building_by_eight_workers_leave_one_truth(cast: Cast, place: Place) -> None:
    seen = [
        [Seen("H02", None), Seen("F02", place.home.pk)],
        [Seen("H02", None, "mended"), Seen("L06", place.home.pk)],
    ]

    outcome = race(
        [
            lambda by=by, what=seen[n % 2]: pay_visit(place.building, by, what)
            for n, by in enumerate(members(Role.GRID_WORKER, cast))
        ]
    )

    assert len(won(outcome)) == CROWD == Visit.objects.count()
    assert sorted(Hazard.objects.values_list("item_code", flat=True)) == ["F02", "H02", "L06"]
    assert GradeChange.objects.open().filter(unit=place.home).count() == 1
    assert broken_rows(CHECKS) == {}


def test_proof_sent_again_and_checked_at_once_is_settled_once(cast: Cast, place: Place) -> None:
    row = factories.proof(factories.hazard("F02", place.home), cast.landlord)
    people = reviewers(cast)
    verify = [lambda by=by: proof.accept(proof_id=row.pk, by=by, at=NOON) for by in people[:3]]
    refuse = [
        lambda by=by: proof.refuse(proof_id=row.pk, by=by, at=NOON, reason="看不清") for by in people[3:6]
    ]
    sent = {
        "hazard_id": row.hazard_id,
        "by": cast.landlord,
        "at": NOON,
        "note": "又拍了",
        "photo_digests": [],
    }

    outcome = race([*verify, *refuse, *[lambda: proof.send(**sent)] * 2])

    checked = won(outcome[:6])
    assert (len(checked), codes(outcome[:6])) == (1, {"conflict"})
    row.refresh_from_db()
    assert row.state == checked[0].state
    assert row.hazard.proofs.filter(state="sent").count() == len(won(outcome[6:])) <= 1


def test_eight_workers_post_one_sticker_and_one_hangs(cast: Cast, place: Place) -> None:
    home = factories.graded(place.home, "green")
    sign = factories.sign(home)

    outcome = race(
        [
            lambda by=by: sign_posting.post(sign_id=sign.pk, by=by, at=NOON)
            for by in members(Role.GRID_WORKER, cast)
        ]
    )

    assert (len(won(outcome)), codes(outcome)) == (1, {"already-posted"})
    (posted,) = won(outcome)
    assert (posted.pk, posted.posted_by) == (sign.pk, Sign.objects.get().posted_by)


def test_eight_hand_one_hazard_over_and_one_department_has_it(cast: Cast, place: Place) -> None:
    hazard = factories.hazard("F02", place.home)

    def give(by: Any) -> HandOver:
        return hazard_care.hand_over(hazard_id=hazard.pk, department="消防", words="请核查", by=by, at=NOON)

    outcome = race([lambda by=by: give(by) for by in reviewers(cast)])
    assert (len(won(outcome)), codes(outcome)) == (1, {"conflict"})

    given = HandOver.objects.get()
    told = {"hand_over_id": given.pk, "by": cast.reviewer, "at": NOON}
    ended = race(
        [
            *[lambda: hazard_care.record_answer(**told, answered_by="张工", answer="已处理")] * 4,
            *[lambda: hazard_care.take_back(**told, reason="误交")] * 4,
        ]
    )
    assert (len(won(ended)), codes(ended)) == (1, {"conflict"})


def test_a_landlord_who_withdraws_while_a_visit_comes_has_one_answer(cast: Cast, place: Place) -> None:
    change = with_panel(cast, place)
    grade_change.approve(change_id=change.pk, by=cast.panel, at=NOON, reason="同意")
    asked = delisting.request(unit_id=place.home.pk, by=cast.landlord, at=NOON + DAY, words="已清走")
    colleague = factories.person("colleague", Role.GRID_WORKER, cast.fumin)
    back: list[Callable[[], Any]] = [
        lambda: delisting.withdraw(request_id=asked.pk, by=cast.landlord, at=NOON + DAY)
    ] * (CROWD - 1)
    mended = [Seen("L06", place.home.pk, "mended")]

    outcome = race([*back, lambda: pay_visit(place.building, colleague, mended, at=NOON + 2 * DAY)])

    assert Counter(isinstance(o, DomainError) for o in outcome[:-1]) == {False: 1, True: CROWD - 2}
    assert DelistingRequest.objects.get().state == "withdrawn"
    assert GradeChange.objects.open().get(unit=place.home).to_grade != "red"
