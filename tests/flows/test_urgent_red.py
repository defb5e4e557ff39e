"""Urgent red: the panel at once; another member confirms or lifts it; both decisions stay in the history."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, User
from accounts.roles import Role
from communities.models import Post
from core.errors import Conflict, Invalid, NotAllowed
from fucheng.flows import delisting, grade_change, proof, urgent_red
from grading.models import GradeChange, GradePeriod, Hazard, Photo, Standing, UrgentRed
from grading.services import urgent as service
from grading.services.changes import OwnInspection
from grading.services.hazards import Seen
from grading.services.leaving_red import HeldInRed
from grading.services.urgent import OwnDecision
from grading.states import URGENT_MOVES, UrgentState
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Exploded, Place
from tests.races import CROWD, race, won

NOON = factories.NOON
DAY = timedelta(days=1)


@pytest.fixture
def second(cast: Cast) -> User:
    """Another member of the panel."""
    return factories.person("panel-2", Role.PANEL)


@pytest.fixture
def colleague(cast: Cast) -> User:
    return factories.person("colleague", Role.GRID_WORKER, cast.fumin)


def put(place: Place, by: User, item: str = "Z05", **more: Any) -> UrgentRed:
    given = {"unit_id": place.home.pk, "item_code": item, "by": by, "at": NOON, "reason": "满屋气瓶"} | more
    return urgent_red.put_into_red(**given)


def grade_of(place: Place) -> str | None:
    return Standing.objects.get(unit=place.home).grade


def history(place: Place) -> list[tuple[str, str]]:
    rows = GradePeriod.objects.filter(unit=place.home).order_by("starts_at")
    return list(rows.values_list("grade", "change__mark"))


class TestAtOnce:
    def test_the_home_is_red_at_once_with_its_own_mark_and_three_working_days(
        self, cast: Cast, place: Place
    ) -> None:
        factories.graded(place.home, "green", NOON - DAY)
        made = put(place, cast.panel)
        assert (grade_of(place), made.state, made.confirm_by) == ("red", "unconfirmed", date(2026, 5, 15))
        assert history(place) == [("green", "assessed"), ("red", "urgent")]
        assert (made.change.decided_as, made.change.reviewed_by) == ("panel", None)

    def test_the_rules_explain_it_line_by_line(self, cast: Cast, place: Place) -> None:
        made = put(place, cast.panel)
        assert made.change.assessment.grade == "red"
        assert [line["item"] for line in made.change.assessment.lines] == ["Z05"]

    def test_a_home_that_was_never_graded_can_be_put_into_red(self, cast: Cast, place: Place) -> None:
        put(place, cast.panel)
        assert history(place) == [("red", "urgent")]

    def test_a_danger_of_the_building_is_proposed_the_usual_way_for_its_other_homes(
        self, cast: Cast, place: Place
    ) -> None:
        put(place, cast.panel, item="Z01")
        assert Hazard.objects.get().unit is None
        waiting = GradeChange.objects.awaiting_community()
        assert set(waiting.values_list("unit", "to_grade")) == {(u.pk, "red") for u in place.homes[1:]}

    def test_a_proposal_that_waits_for_it_is_decided_with_it(self, cast: Cast, place: Place) -> None:
        pay_visit(place.building, cast.grid, [Seen("Z05", place.home.pk)])
        made = put(place, cast.panel)
        assert not GradeChange.objects.open().filter(unit=place.home).exists()
        assert (made.change.inspected_by, made.is_opened_here) == (cast.grid, False)

    def test_photos_belong_to_it(self, cast: Cast, place: Place) -> None:
        made = put(place, cast.panel, photo_digests=["a" * 64])
        assert Photo.objects.visible_to(cast.landlord).get().urgent_red == made

    @pytest.mark.parametrize("who", ["grid", "reviewer", "office", "leader", "auditor"])
    def test_nobody_else_may(self, cast: Cast, place: Place, who: str) -> None:
        with pytest.raises(NotAllowed):
            put(place, getattr(cast, who))

    def test_a_red_home_is_red_already(self, cast: Cast, place: Place, second: User) -> None:
        put(place, cast.panel)
        with pytest.raises(Conflict):
            put(place, second)

    @pytest.mark.parametrize("wrong", [{"reason": "  "}, {"item": "H05"}, {"item": "XX"}])
    def test_it_needs_a_reason_and_a_danger_that_makes_red(
        self, cast: Cast, place: Place, wrong: Any
    ) -> None:
        with pytest.raises(Invalid):
            put(place, cast.panel, **wrong)

    def test_who_inspected_the_home_does_not_decide_it(self, cast: Cast, place: Place) -> None:
        Post.objects.create(
            user=cast.panel, role=Role.GRID_WORKER, community=cast.fumin, starts_on=date(2019, 1, 1)
        )
        pay_visit(place.building, User.objects.get(pk=cast.panel.pk), [Seen("Z05", place.home.pk)])
        with pytest.raises(OwnInspection):
            put(place, cast.panel)

    def test_nothing_remains_when_the_last_step_explodes(
        self, cast: Cast, place: Place, explodes: Any
    ) -> None:
        explodes(service, "add_workdays")
        with pytest.raises(Exploded):
            put(place, cast.panel)
        assert (Hazard.objects.count(), GradeChange.objects.count(), grade_of(place)) == (0, 0, None)


class TestSecondLook:
    def test_confirmed_it_stays_red(self, cast: Cast, place: Place, second: User) -> None:
        made = put(place, cast.panel)
        ended = urgent_red.confirm(urgent_id=made.pk, by=second, at=NOON + DAY, reason="证据充分")
        assert (ended.state, ended.ended_by, ended.answer) == ("confirmed", second, "证据充分")
        assert grade_of(place) == "red"
        event = AuditEvent.objects.filter(subject="urgent_red", subject_id=str(made.pk)).latest("pk")
        assert (event.actor, event.reason) == (second, "证据充分")

    @pytest.mark.parametrize("before", ["green", "yellow"])
    def test_lifted_the_home_goes_back_and_both_decisions_stay(
        self, cast: Cast, place: Place, second: User, before: str
    ) -> None:
        if before == "yellow":
            factories.hazard("F02", place.home)
        factories.graded(place.home, before, NOON - DAY)
        made = put(place, cast.panel)
        ended = urgent_red.lift(urgent_id=made.pk, by=second, at=NOON + DAY, reason="查无此事")
        assert (ended.state, ended.lifting.mark, grade_of(place)) == ("lifted", "lifted", before)
        assert history(place) == [(before, "assessed"), ("red", "urgent"), (before, "lifted")]
        assert not Hazard.objects.open().filter(item_code="Z05").exists()
        assert not GradeChange.objects.open().filter(unit=place.home).exists()

    def test_lifted_while_a_visit_found_the_same_the_usual_way_goes_on(
        self, cast: Cast, place: Place, second: User
    ) -> None:
        factories.graded(place.home, "green", NOON - DAY)
        pay_visit(place.building, cast.grid, [Seen("Z05", place.home.pk)])
        made = put(place, cast.panel)
        urgent_red.lift(urgent_id=made.pk, by=second, at=NOON + DAY, reason="按程序办理")
        assert grade_of(place) == "green"
        assert GradeChange.objects.awaiting_community().get(unit=place.home).to_grade == "red"
        assert Hazard.objects.open().get().item_code == "Z05"

    def test_lifted_a_home_without_a_grade_before_is_graded_by_its_facts(
        self, cast: Cast, place: Place, second: User
    ) -> None:
        made = put(place, cast.panel)
        urgent_red.lift(urgent_id=made.pk, by=second, at=NOON + DAY, reason="查无此事")
        assert grade_of(place) == "green"

    def test_lifted_a_request_for_delisting_has_nothing_left_to_ask_for(
        self, cast: Cast, place: Place, second: User
    ) -> None:
        made = put(place, cast.panel)
        request = delisting.request(unit_id=place.home.pk, by=cast.landlord, at=NOON, words="没有气瓶")
        urgent_red.lift(urgent_id=made.pk, by=second, at=NOON + DAY, reason="查无此事")
        request.refresh_from_db()
        assert request.state == "withdrawn"

    @pytest.mark.parametrize("verb", [urgent_red.confirm, urgent_red.lift])
    def test_not_by_the_one_who_put_it_in(self, cast: Cast, place: Place, verb: Any) -> None:
        made = put(place, cast.panel)
        with pytest.raises(OwnDecision):
            verb(urgent_id=made.pk, by=cast.panel, at=NOON, reason="好")

    @pytest.mark.parametrize("who", ["reviewer", "office"])
    def test_not_by_anybody_outside_the_panel(self, cast: Cast, place: Place, who: str) -> None:
        made = put(place, cast.panel)
        with pytest.raises(NotAllowed):
            urgent_red.confirm(urgent_id=made.pk, by=getattr(cast, who), at=NOON, reason="好")

    @pytest.mark.parametrize("state", [s for s in UrgentState if not URGENT_MOVES[s]])
    @pytest.mark.parametrize("verb", ["confirm", "lift"])
    def test_what_has_ended_is_not_ended_again(
        self, cast: Cast, place: Place, second: User, state: UrgentState, verb: str
    ) -> None:
        made = put(place, cast.panel)
        end = {"confirmed": urgent_red.confirm, "lifted": urgent_red.lift}[state]
        end(urgent_id=made.pk, by=second, at=NOON, reason="好")
        with pytest.raises(Conflict):
            getattr(urgent_red, verb)(urgent_id=made.pk, by=second, at=NOON, reason="再来")


class TestRedIsHeld:
    def mended(self, place: Place, by: User, at=NOON + DAY) -> GradeChange:
        pay_visit(place.building, by, [Seen("Z05", place.home.pk, "mended")], at=at)
        return GradeChange.objects.open().get(unit=place.home)

    def test_an_unconfirmed_one_is_confirmed_before_it_is_delisted(
        self, cast: Cast, place: Place, second: User
    ) -> None:
        made = put(place, cast.panel)
        change = self.mended(place, cast.grid)
        with pytest.raises(HeldInRed):
            grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON + DAY, reason="好")
        urgent_red.confirm(urgent_id=made.pk, by=second, at=NOON + DAY, reason="属实")
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON + DAY, reason="好")
        grade_change.approve(change_id=change.pk, by=cast.panel, at=NOON + DAY, reason="同意")
        assert grade_of(place) == "green"

    def red_by_visit(self, cast: Cast, place: Place) -> None:
        (change,) = [
            c
            for c in pay_visit(place.building, cast.grid, [Seen("Z05", place.home.pk)]).proposed
            if GradeChange.objects.get(pk=c).unit_id == place.home.pk
        ]
        grade_change.review(change_id=change, by=cast.reviewer, at=NOON, reason="属实")
        grade_change.approve(change_id=change, by=cast.panel, at=NOON, reason="同意")

    def test_who_found_it_does_not_lift_it_alone(self, cast: Cast, place: Place, colleague: User) -> None:
        self.red_by_visit(cast, place)
        first = self.mended(place, cast.grid)
        with pytest.raises(HeldInRed):
            grade_change.review(change_id=first.pk, by=cast.reviewer, at=NOON + DAY, reason="好")
        many = {"change_ids": [first.pk], "by": cast.reviewer, "at": NOON, "reason": "好"}
        assert grade_change.decide_many(verb="review", **many) == []
        again = self.mended(place, colleague, NOON + 2 * DAY)
        grade_change.review(change_id=again.pk, by=cast.reviewer, at=NOON + 2 * DAY, reason="好")
        grade_change.approve(change_id=again.pk, by=cast.panel, at=NOON + 2 * DAY, reason="同意")
        assert grade_of(place) == "green"

    def test_a_visit_that_found_nobody_at_home_is_no_look(
        self, cast: Cast, place: Place, colleague: User
    ) -> None:
        self.red_by_visit(cast, place)
        self.mended(place, cast.grid)
        pay_visit(place.building, colleague, at=NOON + 2 * DAY, not_seen={place.home.pk: "nobody_home"})
        change = GradeChange.objects.open().get(unit=place.home)
        with pytest.raises(HeldInRed):
            grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON + 2 * DAY, reason="好")

    @pytest.mark.parametrize("how", ["same inspector", "unconfirmed"])
    def test_postgres_refuses_it_too(self, cast: Cast, place: Place, second: User, how: str) -> None:
        if how == "unconfirmed":
            put(place, cast.panel)
        else:
            self.red_by_visit(cast, place)
        change = self.mended(place, cast.grid)
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            GradeChange.objects.filter(pk=change.pk).update(
                state="approved",
                decided_as="panel",
                decided_by=second,
                decided_at=NOON,
                reason="好",
                reviewed_by=cast.reviewer,
                reviewed_at=NOON,
            )
        assert (
            refused.value.__cause__.diag.constraint_name
            == {
                "unconfirmed": "gradechange_urgent_red_is_confirmed_first",
                "same inspector": "gradechange_red_left_after_another_look",
            }[how]
        )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_members_end_one_urgent_red_and_one_wins(cast: Cast) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    place = Place(building, factories.units(building, 2))
    made = put(place, cast.panel)
    members = [factories.person(f"member-{n}", Role.PANEL) for n in range(CROWD)]
    verbs = [urgent_red.confirm, urgent_red.lift] * (CROWD // 2)

    outcome = race(
        [
            lambda verb=verb, by=by: verb(urgent_id=made.pk, by=by, at=NOON + DAY, reason="议定")
            for verb, by in zip(verbs, members, strict=True)
        ]
    )

    assert len(won(outcome)) == 1
    made.refresh_from_db()
    assert made.state == won(outcome)[0].state
    assert GradePeriod.objects.filter(unit=place.home, ends_at__isnull=True).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_members_put_in_one_home_and_one_wins(cast: Cast) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    place = Place(building, factories.units(building, 2))
    members = [factories.person(f"member-{n}", Role.PANEL) for n in range(CROWD)]
    outcome = race([lambda by=by: put(place, by) for by in members])
    assert len(won(outcome)) == 1
    assert (UrgentRed.objects.count(), Hazard.objects.count()) == (1, 1)
    assert GradePeriod.objects.filter(unit=place.home).count() == 1


def test_a_lifting_settles_the_proof_that_waited(cast: Cast, place: Place, second: User) -> None:
    made = put(place, cast.panel)
    sent = {"hazard_id": made.hazard_id, "by": cast.landlord, "note": "已清走", "photo_digests": ()}
    first = proof.send(**sent, at=NOON)
    urgent_red.lift(urgent_id=made.pk, by=second, at=NOON + DAY, reason="查无")
    first.refresh_from_db()
    assert (first.state, first.checked_by) == ("accepted", second)
    put(place, cast.panel, at=NOON + 2 * DAY)
    assert proof.send(**sent, at=NOON + 3 * DAY).state == "sent"
