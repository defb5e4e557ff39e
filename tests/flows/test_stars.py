"""Stars of a building: candidate, proposed, decided, on paper, withdrawn on a cause."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from core.integrity import broken_rows
from fucheng.flows import grade_change, stars
from grading import integrity
from grading.models import GradeChange, Standing, StarAward, StarProposal
from grading.services import star_facts
from grading.services import stars as service
from grading.services.hazards import Seen
from grading.stars import Cause, Condition
from letters import integrity as letters_integrity
from letters.models import Document, Notice
from tests import factories
from tests.conftest import Cast
from tests.factories import NOON, pay_visit
from tests.flows.conftest import Exploded, Place

DAY = timedelta(days=1)
TODAY = NOON.date()


@pytest.fixture
def good(cast: Cast, place: Place) -> Place:
    """Every home green for seven months, visited, with 95 points."""
    for home in place.homes:
        factories.graded(home, "green", at=NOON - 220 * DAY)
        factories.assessment(home, "green", score=95, bonus=2)
    Standing.objects.update(last_visit_at=NOON - 5 * DAY, next_visit_on=TODAY + 10 * DAY)
    return place


def proposed(cast: Cast, place: Place) -> StarProposal:
    (made,) = stars.propose(building_ids=[place.building.pk], by=cast.reviewer, at=NOON, reason="逐户核对")
    return made


def awarded(cast: Cast, place: Place) -> StarAward:
    return stars.approve(
        proposal_id=proposed(cast, place).pk, by=cast.panel, at=NOON, reason="符合条件，同意授牌"
    )


def verdict(place: Place, on: date = TODAY) -> Any:
    return star_facts.verdicts([place.building.pk], on=on)[place.building.pk]


def turned(cast: Cast, place: Place, code: str) -> None:
    """A home gets worse by a visit, and people decide so."""
    at = NOON + DAY
    pay_visit(place.building, cast.grid, [Seen(code, place.home.pk)], at=at)
    change = GradeChange.objects.open().get(unit=place.home)
    if change.to_grade == "red":
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=at, reason="属实")
        grade_change.approve(change_id=change.pk, by=cast.panel, at=at, reason="同意")
    else:
        grade_change.approve(change_id=change.pk, by=cast.reviewer, at=at, reason="属实")


class TestCandidates:
    def test_a_building_is_a_candidate_with_the_points_of_its_weakest_home(self, good: Place) -> None:
        factories.assessment(good.home, "green", score=92, bonus=1)
        (found,) = service.candidates([good.building.pk], on=TODAY)
        assert (found.verdict.stars, found.verdict.facts.score, found.verdict.facts.points) == (1, 92, 93)

    def test_a_home_that_left_the_register_says_nothing(self, good: Place) -> None:
        Standing.objects.filter(unit=good.home).update(grade=None, graded_at=None)
        assert Condition.GREEN in verdict(good).unmet
        good.home.left_on = TODAY
        good.home.save()
        assert verdict(good).stars == 3

    def test_a_home_never_visited_counts_as_overdue(self, good: Place) -> None:
        Standing.objects.filter(unit=good.home).update(last_visit_at=None, next_visit_on=None)
        assert verdict(good).unmet == (Condition.VISITED,)

    def test_a_building_with_its_stars_is_none_until_its_award_ends_soon(
        self, cast: Cast, good: Place
    ) -> None:
        awarded(cast, good)
        assert not service.candidates([good.building.pk], on=TODAY)
        Standing.objects.update(next_visit_on=TODAY + 400 * DAY)
        assert service.candidates([good.building.pk], on=TODAY + 330 * DAY)

    def test_a_lifted_urgent_red_is_no_case(self, cast: Cast, good: Place) -> None:
        from fucheng.flows import urgent_red

        made = urgent_red.put_into_red(
            unit_id=good.home.pk, item_code="Z05", by=cast.panel, at=NOON, reason="疑似黑煤气"
        )
        assert [case.cause for case in verdict(good).facts.cases] == [Cause.RED]
        other = factories.person("panel-2", "panel")
        urgent_red.lift(urgent_id=made.pk, by=other, at=NOON + DAY, reason="并非黑煤气")
        assert verdict(good).facts.cases == ()

    def test_the_facts_cost_the_same_queries_for_one_building_and_many(
        self, cast: Cast, good: Place, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        more = [factories.building(cast.fumin) for _ in range(5)]
        for building in more:
            factories.graded(factories.units(building)[0], "green")
        with django_assert_num_queries(3):
            assert len(star_facts.verdicts([b.pk for b in (good.building, *more)], on=TODAY)) == 6

    def test_facts_are_kept_as_they_were(self, good: Place) -> None:
        facts = verdict(good).facts
        assert star_facts.from_json(star_facts.to_json(facts)) == facts


class TestProposing:
    def test_nobody_chooses_the_number(self, cast: Cast, good: Place) -> None:
        made = proposed(cast, good)
        assert (made.stars, made.state, made.proposed_by) == (3, "proposed", cast.reviewer)
        assert star_facts.from_json(made.facts).points == 97

    def test_many_at_once_leave_out_what_is_no_candidate(self, cast: Cast, good: Place) -> None:
        bad = factories.building(cast.fumin)
        factories.graded(factories.units(bad)[0], "yellow")
        made = stars.propose(
            building_ids=[bad.pk, good.building.pk], by=cast.reviewer, at=NOON, reason="逐户核对"
        )
        assert [row.building for row in made] == [good.building]

    def test_what_is_no_candidate_is_refused_alone(self, cast: Cast, good: Place) -> None:
        factories.graded(factories.units(good.building)[0], "yellow")
        with pytest.raises(Conflict):
            proposed(cast, good)

    def test_no_second_proposal_while_one_waits(self, cast: Cast, good: Place) -> None:
        proposed(cast, good)
        with pytest.raises(Conflict):
            proposed(cast, good)

    def test_a_reason_is_needed(self, cast: Cast, good: Place) -> None:
        with pytest.raises(Invalid):
            stars.propose(building_ids=[good.building.pk], by=cast.reviewer, at=NOON, reason=" ")

    @pytest.mark.parametrize(
        ("who", "error"),
        [("reviewer2", OutOfScope), ("panel", NotAllowed), ("grid", NotAllowed), ("office", NotAllowed)],
    )
    def test_only_the_own_community_proposes(
        self, cast: Cast, good: Place, who: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            stars.propose(building_ids=[good.building.pk], by=getattr(cast, who), at=NOON, reason="好")


class TestDeciding:
    def test_an_award_is_in_force_for_a_year_with_its_paper_and_news(self, cast: Cast, good: Place) -> None:
        award = awarded(cast, good)
        assert (award.stars, award.valid_until) == (3, date(2027, 5, 12))
        assert service.stars_of([good.building.pk], on=TODAY) == {good.building.pk: 3}
        paper = Document.objects.get(kind="star")
        assert (paper.star_award, paper.number[:4]) == (award, "福城租星")
        assert "三星级安全文明楼栋" in str(paper.data)
        assert Notice.objects.get(topic="stars").landlord == good.home.landlord

    def test_refused_leaves_no_stars(self, cast: Cast, good: Place) -> None:
        refused = stars.refuse(proposal_id=proposed(cast, good).pk, by=cast.panel, at=NOON, reason="再看半年")
        assert (refused.state, refused.answer) == ("refused", "再看半年")
        assert not StarAward.objects.exists()

    def test_who_proposed_does_not_decide(self, cast: Cast, good: Place) -> None:
        both = factories.also(cast.reviewer, cast.panel)
        with pytest.raises(service.OwnProposal):
            stars.approve(proposal_id=proposed(cast, good).pk, by=both, at=NOON, reason="同意")

    def test_a_reason_is_needed(self, cast: Cast, good: Place) -> None:
        with pytest.raises(Invalid):
            stars.approve(proposal_id=proposed(cast, good).pk, by=cast.panel, at=NOON, reason="")

    @pytest.mark.parametrize(
        ("who", "error"), [("reviewer", NotAllowed), ("office", NotAllowed), ("reviewer2", OutOfScope)]
    )
    def test_only_the_panel_decides(self, cast: Cast, good: Place, who: str, error: type[Exception]) -> None:
        made = proposed(cast, good)
        for verb in (stars.approve, stars.refuse):
            with pytest.raises(error):
                verb(proposal_id=made.pk, by=getattr(cast, who), at=NOON, reason="同意")

    @pytest.mark.parametrize("state", ["approved", "refused", "superseded"])
    def test_what_is_decided_stays_decided(self, cast: Cast, good: Place, state: str) -> None:
        made = factories.star_proposal(
            good.building,
            state=state,
            **(
                {}
                if state == "superseded"
                else {"decided_by": cast.panel, "decided_at": NOON, "answer": "好"}
            ),
        )
        for verb in (stars.approve, stars.refuse):
            with pytest.raises(Conflict):
                verb(proposal_id=made.pk, by=cast.panel, at=NOON, reason="同意")

    def test_conditions_lost_since_the_proposal_keep_the_stars_away(self, cast: Cast, good: Place) -> None:
        made = proposed(cast, good)
        Standing.objects.filter(unit=good.home).update(next_visit_on=TODAY - DAY)
        with pytest.raises(Conflict):
            stars.approve(proposal_id=made.pk, by=cast.panel, at=NOON, reason="同意")

    def test_more_stars_take_the_place_of_fewer(self, cast: Cast, good: Place) -> None:
        first = awarded(cast, good)
        for home in good.homes:
            factories.assessment(home, "green", score=98, bonus=5)
        second = awarded(cast, good)
        first.refresh_from_db()
        assert (first.ending, second.stars) == ("replaced", 5)

    def test_a_paper_that_cannot_be_written_leaves_nothing(
        self, cast: Cast, good: Place, explodes: Callable[[Any, str], None]
    ) -> None:
        made = proposed(cast, good)
        explodes(stars.telling, "of_stars")
        with pytest.raises(Exploded):
            stars.approve(proposal_id=made.pk, by=cast.panel, at=NOON, reason="同意")
        made.refresh_from_db()
        assert made.state == "proposed"
        assert not Document.objects.exists()
        assert not StarAward.objects.exists()


class TestWithdrawing:
    @pytest.mark.parametrize(("code", "cause"), [("L06", "red"), ("F02", "yellow")])
    def test_a_home_that_turns_red_or_yellow_proposes_it_and_people_decide(
        self, cast: Cast, good: Place, code: str, cause: str
    ) -> None:
        award = awarded(cast, good)
        turned(cast, good, code)
        waiting = StarProposal.objects.awaiting_panel().get()
        assert (waiting.what, waiting.cause, waiting.award) == ("withdraw", cause, award)
        assert service.stars_of([good.building.pk], on=TODAY) == {good.building.pk: 3}
        ended = stars.approve(proposal_id=waiting.pk, by=cast.panel, at=NOON + 2 * DAY, reason="撤销")
        assert (ended.ending, ended.withdrawal) == ("withdrawn", waiting)
        assert service.stars_of([good.building.pk], on=TODAY + 2 * DAY) == {}
        assert Notice.objects.get(topic="stars_end").data["reason"] == "撤销"

    def test_a_withdrawal_has_its_paper_with_cause_reason_and_how_to_object(
        self, cast: Cast, good: Place
    ) -> None:
        award = awarded(cast, good)
        made = stars.propose_withdrawal(
            building_id=good.building.pk, cause="incident", by=cast.reviewer, at=NOON, reason="楼道起火"
        )
        stars.approve(proposal_id=made.pk, by=cast.panel, at=NOON + DAY, reason="属实，同意撤销")
        given, taken = Document.objects.filter(star_award=award).order_by("pk")
        assert (taken.kind, taken.number[:4], taken.landlord) == ("star_end", "福城租撤", given.landlord)
        words = str(taken.data)
        for said in (
            "撤销事由：楼内发生警情或者火情。",
            "提请意见：楼道起火。",
            "评定小组意见：属实，同意撤销。",
            f"自2026年5月13日起，撤销{good.building}“三星级安全文明楼栋”称号，{given.number}授牌决定书同时失效",
            "2026年6月3日前（作出之日起21日内）到福民社区工作站书面提出异议",
        ):
            assert said in words, said
        assert broken_rows(letters_integrity.CHECKS) == {}

    def test_what_the_panel_refused_is_not_proposed_again_for_the_same_cause(
        self, cast: Cast, good: Place
    ) -> None:
        awarded(cast, good)
        turned(cast, good, "F02")
        waiting = StarProposal.objects.awaiting_panel().get()
        stars.refuse(proposal_id=waiting.pk, by=cast.panel, at=NOON + 2 * DAY, reason="当场已整改")
        assert service.follow_facts([good.building.pk], at=NOON + 3 * DAY) == []

    def test_a_fire_proposes_it_at_once(self, cast: Cast, good: Place) -> None:
        from fucheng.flows import incident_import
        from grading.services.incidents import Report

        awarded(cast, good)
        report = Report(
            source="fire", number="F-1", category="fire", happened_at=NOON, place="", severity="minor",
            code=good.building.code, is_landlord_at_fault=False,
        )  # fmt: skip
        incident_import.receive(report, by=cast.office, at=NOON + DAY)
        assert StarProposal.objects.awaiting_panel().get().cause == "incident"

    def test_a_waiting_award_gives_way(self, cast: Cast, good: Place) -> None:
        awarded(cast, good)
        for home in good.homes:
            factories.assessment(home, "green", score=98, bonus=5)
        better = proposed(cast, good)
        turned(cast, good, "L06")
        better.refresh_from_db()
        assert better.state == "superseded"
        assert StarProposal.objects.awaiting_panel().get().what == "withdraw"

    def test_the_community_may_propose_it_for_another_cause(self, cast: Cast, good: Place) -> None:
        awarded(cast, good)
        made = stars.propose_withdrawal(
            building_id=good.building.pk, cause="other", by=cast.reviewer, at=NOON, reason="牌匾被涂改"
        )
        assert (made.what, made.stars) == ("withdraw", 3)
        with pytest.raises(Conflict):
            stars.propose_withdrawal(
                building_id=good.building.pk, cause="other", by=cast.reviewer, at=NOON, reason="再次"
            )

    @pytest.mark.parametrize(("cause", "reason"), [("weather", "台风"), ("other", "")])
    def test_a_cause_and_a_reason_are_needed(self, cast: Cast, good: Place, cause: str, reason: str) -> None:
        awarded(cast, good)
        with pytest.raises(Invalid):
            stars.propose_withdrawal(
                building_id=good.building.pk, cause=cause, by=cast.reviewer, at=NOON, reason=reason
            )

    def test_without_stars_there_is_nothing_to_withdraw(self, cast: Cast, good: Place) -> None:
        with pytest.raises(Conflict):
            stars.propose_withdrawal(
                building_id=good.building.pk, cause="other", by=cast.reviewer, at=NOON, reason="无"
            )

    def test_an_award_ends_by_time_alone(self, cast: Cast, good: Place) -> None:
        awarded(cast, good)
        last = NOON + 365 * DAY
        assert stars.end_expired(at=last) == 0
        assert stars.end_expired(at=last + DAY) == 1
        assert StarAward.objects.get().ending == "expired"
        assert Notice.objects.filter(topic="stars_end").exists()


class TestDatabase:
    def test_no_award_without_an_approved_proposal(self, good: Place) -> None:
        waiting = factories.star_proposal(good.building)
        with pytest.raises(IntegrityError), transaction.atomic():
            StarAward.objects.create(
                building=good.building, stars=3, proposal=waiting, awarded_at=NOON, valid_until=TODAY
            )

    def test_no_withdrawal_without_an_approved_proposal(self, good: Place) -> None:
        award = factories.star_award(good.building)
        waiting = factories.star_proposal(good.building, award=award)
        with pytest.raises(IntegrityError), transaction.atomic():
            StarAward.objects.filter(pk=award.pk).update(
                ending="withdrawn", ended_at=NOON, withdrawal=waiting
            )

    def test_the_whole_story_holds(self, cast: Cast, good: Place) -> None:
        awarded(cast, good)
        turned(cast, good, "L06")
        assert broken_rows(integrity.CHECKS | letters_integrity.CHECKS) == {}
