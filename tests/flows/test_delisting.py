"""A red home's way back: request, re-inspection, community, panel; never on paper alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from core import dates
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import bulk_assessment, delisting, grade_change, proof
from grading.models import DelistingRequest, GradeChange, Standing, Watch
from grading.services import delisting as service
from grading.services import rule_sets
from grading.services.hazards import Seen
from grading.states import DELISTING_MOVES, DelistingState
from jobs import running
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Exploded, Place

NOON = factories.NOON
DAY = timedelta(days=1)


@pytest.fixture
def red(place: Place) -> Place:
    """The first home is red for a mah-jong parlour, the others are green."""
    factories.hazard("L06", place.home)
    factories.graded(place.home, "red")
    for unit in place.homes[1:]:
        factories.graded(unit, "green")
    return place


def ask(red: Place, by: Any, words: str = "已拆除") -> DelistingRequest:
    return delisting.request(unit_id=red.home.pk, by=by, at=NOON, words=words)


def inspect(red: Place, cast: Cast, seen: str = "mended", item: str = "L06", **more: Any) -> None:
    pay_visit(red.building, cast.grid, [Seen(item, red.home.pk, seen)], at=NOON + DAY, **more)


def fresh(request: DelistingRequest) -> DelistingRequest:
    return DelistingRequest.objects.get(pk=request.pk)


def review(request: DelistingRequest, cast: Cast) -> None:
    grade_change.review(
        change_id=fresh(request).change_id, by=cast.reviewer, at=NOON + DAY, reason="复查合格"
    )


class TestRequest:
    def test_the_landlord_asks_and_the_re_inspection_is_due_in_three_working_days(
        self, cast: Cast, red: Place
    ) -> None:
        request = ask(red, cast.landlord)
        assert (request.state, request.words, request.inspect_by) == (
            "requested",
            "已拆除",
            date(2026, 5, 15),
        )
        assert (request.visit, request.change) == (None, None)

    @pytest.mark.parametrize("grade", ["green", "yellow", None])
    def test_a_home_that_is_not_red_has_nothing_to_lift(self, cast: Cast, place: Place, grade) -> None:
        if grade:
            factories.graded(place.home, grade)
        with pytest.raises(Conflict):
            ask(place, cast.landlord)

    @pytest.mark.parametrize("state", [s for s in DelistingState if DELISTING_MOVES[s]])
    def test_a_second_request_while_one_is_under_way_is_refused(self, cast: Cast, red: Place, state) -> None:
        factories.delisting_request(red.home, cast.landlord, state)
        with pytest.raises(Conflict):
            ask(red, cast.landlord)

    @pytest.mark.parametrize("state", ["refused", "withdrawn"])
    def test_after_an_end_without_success_it_can_be_asked_again(self, cast: Cast, red: Place, state) -> None:
        factories.delisting_request(red.home, cast.landlord, state)
        assert ask(red, cast.landlord).state == "requested"

    def test_words_are_required(self, cast: Cast, red: Place) -> None:
        with pytest.raises(Invalid):
            ask(red, cast.landlord, "  ")

    def test_another_landlord_does_not_find_the_home(self, cast: Cast, red: Place) -> None:
        with pytest.raises(OutOfScope):
            ask(red, factories.landlord_account("10087654321", "other"))

    @pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "office"])
    def test_staff_do_not_ask_for_a_landlord(self, cast: Cast, red: Place, who: str) -> None:
        with pytest.raises(NotAllowed):
            ask(red, getattr(cast, who))

    def test_nothing_remains_when_the_last_step_explodes(self, cast: Cast, red: Place, explodes: Any) -> None:
        explodes(service, "add_workdays")
        with pytest.raises(Exploded):
            ask(red, cast.landlord)
        assert not DelistingRequest.objects.exists()

    def test_where_a_visit_found_it_mended_before_the_request_joins_the_decision(
        self, cast: Cast, red: Place
    ) -> None:
        inspect(red, cast)
        request = ask(red, cast.landlord)
        assert (request.state, request.change, request.visit) == (
            "inspected",
            GradeChange.objects.open().get(),
            red.building.visits.get(),
        )
        review(request, cast)
        assert fresh(request).state == "with_panel"

    def test_where_the_panel_has_it_already_the_request_is_with_the_panel(
        self, cast: Cast, red: Place
    ) -> None:
        inspect(red, cast)
        change = GradeChange.objects.open().get()
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
        assert ask(red, cast.landlord).state == "with_panel"

    def test_a_proposal_made_without_a_visit_is_no_inspection(self, cast: Cast, red: Place) -> None:
        factories.rules_always_said("L06", effect="cap", red_cause="")
        running.drain(bulk_assessment.ask(by=cast.office, at=NOON).pk)
        assert GradeChange.objects.open().get(unit=red.home).to_grade == "yellow"
        assert ask(red, cast.landlord).state == "requested"


class TestReinspection:
    def test_found_mended_it_waits_for_the_community_with_the_visit_behind_it(
        self, cast: Cast, red: Place
    ) -> None:
        request = ask(red, cast.landlord)
        inspect(red, cast)
        request = fresh(request)
        assert request.state == "inspected"
        assert (request.visit.by, request.change.to_grade) == (cast.grid, "green")

    def test_refused_when_the_fault_remains_and_says_which(self, cast: Cast, red: Place) -> None:
        request = ask(red, cast.landlord)
        inspect(red, cast, "fault")
        assert fresh(request).state == "refused"
        assert "违规设立麻将馆" in fresh(request).answer
        assert Standing.objects.get(unit=red.home).grade == "red"

    def test_nobody_home_is_no_inspection(self, cast: Cast, red: Place) -> None:
        request = ask(red, cast.landlord)
        pay_visit(red.building, cast.grid, not_seen={red.home.pk: "nobody_home"})
        assert fresh(request).state == "requested"

    def test_a_home_that_left_the_red_list_otherwise_needs_no_request(self, cast: Cast, red: Place) -> None:
        request = ask(red, cast.landlord)
        factories.rules_always_said("L06", effect="cap", red_cause="")
        Standing.objects.filter(unit=red.home).update(grade="yellow")
        inspect(red, cast)
        assert (fresh(request).state, fresh(request).change) == ("withdrawn", None)
        assert fresh(request).answer


class TestDecision:
    @pytest.fixture
    def request_(self, cast: Cast, red: Place) -> DelistingRequest:
        request = ask(red, cast.landlord)
        inspect(red, cast)
        return request

    def test_the_panel_grants_it_and_the_home_is_green(self, cast: Cast, red: Place, request_) -> None:
        review(request_, cast)
        grade_change.approve(
            change_id=fresh(request_).change_id, by=cast.panel, at=NOON + DAY, reason="同意摘牌"
        )
        request_ = fresh(request_)
        assert (request_.state, request_.ended_at, request_.answer) == ("granted", NOON + DAY, "同意摘牌")
        assert Standing.objects.get(unit=red.home).grade == "green"

    def test_many_at_once_take_the_requests_along(self, cast: Cast, red: Place, request_) -> None:
        for verb, by in (("review", cast.reviewer), ("approve", cast.panel)):
            ids = [fresh(request_).change_id]
            grade_change.decide_many(verb=verb, change_ids=ids, by=by, at=NOON + DAY, reason="同意")
        assert fresh(request_).state == "granted"

    @pytest.mark.parametrize("panel", [False, True])
    def test_a_returned_change_refuses_it_with_the_reason(
        self, cast: Cast, red: Place, request_, panel
    ) -> None:
        if panel:
            review(request_, cast)
        by = cast.panel if panel else cast.reviewer
        grade_change.return_(change_id=fresh(request_).change_id, by=by, at=NOON + DAY, reason="请再看一次")
        assert (fresh(request_).state, fresh(request_).answer) == ("refused", "请再看一次")
        assert Standing.objects.get(unit=red.home).grade == "red"


class TestNewerFacts:
    @pytest.fixture(params=["inspected", "with_panel"])
    def request_(self, cast: Cast, red: Place, request: pytest.FixtureRequest) -> DelistingRequest:
        asked = ask(red, cast.landlord)
        inspect(red, cast)
        if request.param == "with_panel":
            review(asked, cast)
        return asked

    def test_the_fault_back_before_the_decision_refuses_it(self, cast: Cast, red: Place, request_) -> None:
        inspect(red, cast, "fault")
        assert fresh(request_).state == "refused"
        assert "违规设立麻将馆" in fresh(request_).answer
        assert ask(red, cast.landlord).state == "requested"

    def test_another_outcome_takes_the_request_to_the_community_again(
        self, cast: Cast, red: Place, request_
    ) -> None:
        before = fresh(request_).change
        inspect(red, cast, "fault", "F02")
        after = fresh(request_)
        assert (after.state, after.change.to_grade) == ("inspected", "yellow")
        assert (before.to_grade, GradeChange.objects.get(pk=before.pk).state) == ("green", "superseded")

    def test_a_proof_accepted_meanwhile_keeps_the_request_going(
        self, cast: Cast, red: Place, request_
    ) -> None:
        inspect(red, cast, "fault", "F02")
        hazard = red.building.hazards.get(item_code="F02")
        sent = proof.send(hazard_id=hazard.pk, by=cast.landlord, at=NOON, note="", photo_digests=[])
        proof.accept(proof_id=sent.pk, by=cast.reviewer, at=NOON + 2 * DAY)
        assert (fresh(request_).state, fresh(request_).change.to_grade) == ("inspected", "green")

    def test_new_rules_keep_the_request_going(self, cast: Cast, red: Place, request_) -> None:
        factories.hazard("E01", building=red.building)
        factories.rules_always_said("E01", effect="cap", points=0)
        rule_sets._book.cache_clear()
        running.drain(bulk_assessment.ask(by=cast.office, at=NOON + 2 * DAY).pk)
        assert (fresh(request_).state, fresh(request_).change.to_grade) == ("inspected", "yellow")


WITHDRAWABLE = [s for s in DelistingState if DelistingState.WITHDRAWN in DELISTING_MOVES[s]]


class TestWithdraw:
    @pytest.mark.parametrize("state", WITHDRAWABLE)
    def test_taken_back_before_the_panel_has_it(self, cast: Cast, red: Place, state) -> None:
        request = factories.delisting_request(red.home, cast.landlord, state)
        request = delisting.withdraw(request_id=request.pk, by=cast.landlord, at=NOON)
        assert (request.state, request.ended_at) == ("withdrawn", NOON)

    @pytest.mark.parametrize("state", [s for s in DelistingState if s not in WITHDRAWABLE])
    def test_not_any_more_afterwards(self, cast: Cast, red: Place, state) -> None:
        extra = {}
        if state == "granted":
            pay_visit(red.building, cast.grid)
            change = factories.change(red.home, "red", "green", "approved")
            extra = {"visit": red.building.visits.get(), "change": change}
        request = factories.delisting_request(red.home, cast.landlord, state, **extra)
        with pytest.raises(Conflict):
            delisting.withdraw(request_id=request.pk, by=cast.landlord, at=NOON)
        assert fresh(request).state == state

    def test_nobody_elses_to_take_back(self, cast: Cast, red: Place) -> None:
        request = ask(red, cast.landlord)
        with pytest.raises(OutOfScope):
            delisting.withdraw(
                request_id=request.pk, by=factories.landlord_account("10087654321", "other"), at=NOON
            )
        with pytest.raises(NotAllowed):
            delisting.withdraw(request_id=request.pk, by=cast.reviewer, at=NOON)

    def test_nothing_remains_when_the_last_step_explodes(self, cast: Cast, red: Place, explodes: Any) -> None:
        request = ask(red, cast.landlord)
        explodes(service, "_end")
        with pytest.raises(Exploded):
            delisting.withdraw(request_id=request.pk, by=cast.landlord, at=NOON)
        assert fresh(request).state == "requested"

    def test_after_a_withdrawal_the_next_request_joins_the_same_proposal(
        self, cast: Cast, red: Place
    ) -> None:
        first = ask(red, cast.landlord)
        inspect(red, cast)
        delisting.withdraw(request_id=first.pk, by=cast.landlord, at=NOON + DAY)
        second = ask(red, cast.landlord)
        inspect(red, cast)
        assert (fresh(second).state, fresh(second).change) == ("inspected", GradeChange.objects.open().get())


def test_the_re_inspection_is_due_after_the_holidays(cast: Cast) -> None:
    assert dates.add_workdays(date(2026, 9, 30), service.REINSPECTION_WORKDAYS) == date(2026, 10, 10)


class TestExit:
    """The exit checklist, the second pair of eyes, and the watch."""

    def turn_red(self, cast: Cast, place: Place) -> None:
        pay_visit(place.building, cast.grid, [Seen("L06", place.home.pk)], at=NOON)
        change = GradeChange.objects.open().get(unit=place.home)
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
        grade_change.approve(change_id=change.pk, by=cast.panel, at=NOON, reason="同意")

    @pytest.fixture
    def colleague(self, cast: Cast) -> Any:
        return factories.person("colleague", Role.GRID_WORKER, cast.fumin)

    def leave(self, cast: Cast, place: Place, by: Any, at: Any = NOON + DAY) -> GradeChange:
        pay_visit(place.building, by, [Seen("L06", place.home.pk, "mended")], at=at)
        change = GradeChange.objects.open().get(unit=place.home)
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=at, reason="复查合格")
        return grade_change.approve(change_id=change.pk, by=cast.panel, at=at, reason="同意摘牌")

    def test_each_reason_of_the_red_is_an_entry(self, cast: Cast, place: Place) -> None:
        self.turn_red(cast, place)
        request = ask(place, cast.landlord)
        assert [(item.hazard.item_code, item.seen) for item in request.items.all()] == [("L06", "")]

    def test_who_found_it_does_not_answer_the_request(self, cast: Cast, place: Place, colleague: Any) -> None:
        self.turn_red(cast, place)
        request = ask(place, cast.landlord)
        inspect(place, cast)
        assert fresh(request).state == "requested"
        change = self.leave(cast, place, colleague, NOON + 2 * DAY)
        assert (fresh(request).state, fresh(request).change, fresh(request).visit.by) == (
            "granted",
            change,
            colleague,
        )
        assert request.items.get().seen == "mended"

    def test_what_is_still_there_is_ticked_so(self, cast: Cast, place: Place, colleague: Any) -> None:
        self.turn_red(cast, place)
        request = ask(place, cast.landlord)
        pay_visit(place.building, colleague, [Seen("L06", place.home.pk)], at=NOON + DAY)
        assert (fresh(request).state, request.items.get().seen) == ("refused", "still")

    def test_postgres_grants_nothing_that_was_not_seen_mended(
        self, cast: Cast, place: Place, colleague: Any
    ) -> None:
        self.turn_red(cast, place)
        request = ask(place, cast.landlord)
        pay_visit(place.building, colleague, [Seen("L06", place.home.pk, "mended")], at=NOON + DAY)
        request.items.update(seen="still")
        with pytest.raises(IntegrityError, match="not found mended"), transaction.atomic():
            DelistingRequest.objects.filter(pk=request.pk).update(state="granted", ended_at=NOON)

    def test_a_left_red_is_watched_for_ninety_days_at_the_interval_of_red(
        self, cast: Cast, place: Place, colleague: Any
    ) -> None:
        self.turn_red(cast, place)
        change = self.leave(cast, place, colleague)
        watch = Watch.objects.get()
        assert (watch.change, watch.causes, watch.until) == (change, ["L06"], date(2026, 8, 11))
        standing = Standing.objects.get(unit=place.home)
        assert (standing.grade, standing.next_visit_on) == ("green", date(2026, 5, 20))
        pay_visit(place.building, cast.grid, at=NOON + 5 * DAY)
        assert Standing.objects.get(unit=place.home).next_visit_on == date(2026, 5, 24)

    def test_the_same_cause_again_goes_straight_to_the_panel_with_its_mark(
        self, cast: Cast, place: Place, colleague: Any
    ) -> None:
        self.turn_red(cast, place)
        self.leave(cast, place, colleague)
        pay_visit(place.building, colleague, [Seen("L06", place.home.pk)], at=NOON + 90 * DAY)
        change = GradeChange.objects.open().get(unit=place.home)
        assert (change.state, change.mark, change.reviewed_by) == ("with_panel", "fell_back", None)
        decided = grade_change.approve(
            change_id=change.pk, by=cast.panel, at=NOON + 90 * DAY, reason="观察期内反复"
        )
        assert (decided.decided_as, Standing.objects.get(unit=place.home).grade) == ("panel", "red")

    @pytest.mark.parametrize(("item", "days"), [("L06", 92), ("Z05", 30)])
    def test_after_the_watch_or_for_another_cause_the_community_is_asked_first(
        self, cast: Cast, place: Place, colleague: Any, item: str, days: int
    ) -> None:
        self.turn_red(cast, place)
        self.leave(cast, place, colleague)
        pay_visit(place.building, colleague, [Seen(item, place.home.pk)], at=NOON + days * DAY)
        change = GradeChange.objects.open().get(unit=place.home)
        assert (change.state, change.mark) == ("proposed", "assessed")

    def test_postgres_knows_who_is_under_watch(self, cast: Cast, place: Place) -> None:
        self.turn_red(cast, place)
        with pytest.raises(IntegrityError, match="not under watch"), transaction.atomic():
            GradeChange.objects.filter(unit=place.home).update(mark="fell_back")
