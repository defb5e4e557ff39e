"""Decisions on grade changes, one class a verb: who may, from where, why, and all or nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.models import AuditEvent, User
from accounts.roles import Role
from communities.models import Post
from core.errors import Conflict, DomainError, Invalid, NotAllowed, OutOfScope
from fucheng.flows import grade_change
from grading.models import GradeChange, GradePeriod, Standing
from grading.services import delisting
from grading.services.changes import AlreadyDecided, OwnInspection
from grading.states import CHANGE_MOVES, ChangeState
from tests import factories
from tests.conftest import Cast
from tests.flows.conftest import Exploded, Place

NOON = factories.NOON
TARGETS = {
    grade_change.review: ChangeState.WITH_PANEL,
    grade_change.approve: ChangeState.APPROVED,
    grade_change.return_: ChangeState.RETURNED,
}
Verb = Callable[..., GradeChange]


def press(verb: Verb, change: GradeChange, by: User, reason: str = "属实") -> GradeChange:
    return verb(change_id=change.pk, by=by, at=NOON, reason=reason)


def disallowed(verb: Verb) -> list[ChangeState]:
    """All states from which the table of moves has no way to the verb's state."""
    return [state for state in ChangeState if TARGETS[verb] not in CHANGE_MOVES[state]]


def red_in(state: str, place: Place) -> GradeChange:
    factories.graded(place.home, "green")
    return factories.change(place.home, "green", "red", state)


def yellow_in(state: str, place: Place) -> GradeChange:
    factories.graded(place.home, "green")
    return factories.change(place.home, "green", "yellow", state)


ALL = [(verb, state) for verb in TARGETS for state in disallowed(verb)]


def ids(value: object) -> str:
    return getattr(value, "__name__", str(value))


class TestEveryVerb:
    @pytest.mark.parametrize(("verb", "state"), ALL, ids=ids)
    def test_a_state_without_this_move_is_refused_as_decided(
        self, cast: Cast, place: Place, verb: Verb, state: str
    ) -> None:
        change = red_in(state, place)
        by = cast.panel if change.reviewed_at and verb is not grade_change.review else cast.reviewer
        with pytest.raises(AlreadyDecided):
            press(verb, change, by)
        change.refresh_from_db()
        assert change.state == state

    @pytest.mark.parametrize("verb", TARGETS, ids=ids)
    def test_another_community_does_not_even_find_it(self, cast: Cast, place: Place, verb: Verb) -> None:
        with pytest.raises(OutOfScope):
            press(verb, red_in("proposed", place), cast.reviewer2)

    @pytest.mark.parametrize("verb", TARGETS, ids=ids)
    @pytest.mark.parametrize("who", ["grid", "office", "leader", "auditor", "landlord"])
    def test_a_post_without_the_right_is_refused(
        self, cast: Cast, place: Place, verb: Verb, who: str
    ) -> None:
        with pytest.raises(NotAllowed):
            press(verb, red_in("proposed", place), getattr(cast, who))

    @pytest.mark.parametrize("verb", TARGETS, ids=ids)
    @pytest.mark.parametrize("reason", ["", "  \n"])
    def test_a_reason_is_required(self, cast: Cast, place: Place, verb: Verb, reason: str) -> None:
        with pytest.raises(Invalid):
            press(verb, red_in("proposed" if verb is grade_change.review else "with_panel", place),
                  cast.reviewer if verb is grade_change.review else cast.panel, reason)  # fmt: skip

    @pytest.mark.parametrize("verb", TARGETS, ids=ids)
    def test_the_own_inspection_is_someone_elses_to_decide(
        self, cast: Cast, place: Place, verb: Verb
    ) -> None:
        Post.objects.create(user=cast.grid, role=Role.REVIEWER, community=cast.fumin, starts_on=NOON.date())
        change = factories.change(place.home, None, "red", inspected_by=cast.grid)
        with pytest.raises(OwnInspection):
            press(verb, change, cast.grid)

    @pytest.mark.parametrize("verb", TARGETS, ids=ids)
    def test_nothing_remains_when_the_last_step_explodes(
        self, cast: Cast, place: Place, verb: Verb, explodes: Any
    ) -> None:
        change = red_in("proposed", place) if verb is grade_change.review else yellow_in("proposed", place)
        events = AuditEvent.objects.count()
        explodes(delisting, "follow_changes")
        with pytest.raises(Exploded):
            press(verb, change, cast.reviewer)
        change.refresh_from_db()
        assert (change.state, change.reason) == ("proposed", "")
        assert Standing.objects.get(unit=place.home).grade == "green"
        assert (GradePeriod.objects.count(), AuditEvent.objects.count()) == (1, events)


class TestReview:
    def test_the_community_hands_red_on_with_who_when_why(self, cast: Cast, place: Place) -> None:
        change = press(grade_change.review, red_in("proposed", place), cast.reviewer, "三桌麻将属实")
        change.refresh_from_db()
        assert (change.state, change.reviewed_by, change.reviewed_at, change.review_reason) == (
            "with_panel",
            cast.reviewer,
            NOON,
            "三桌麻将属实",
        )
        assert Standing.objects.get(unit=place.home).grade == "green"

    def test_yellow_is_the_communitys_own_to_decide(self, cast: Cast, place: Place) -> None:
        with pytest.raises(Conflict):
            press(grade_change.review, yellow_in("proposed", place), cast.reviewer)

    def test_the_panel_does_not_review(self, cast: Cast, place: Place) -> None:
        with pytest.raises(NotAllowed):
            press(grade_change.review, red_in("proposed", place), cast.panel)


class TestApprove:
    def test_the_community_puts_yellow_in_force(self, cast: Cast, place: Place) -> None:
        change = press(grade_change.approve, yellow_in("proposed", place), cast.reviewer)
        assert (change.state, change.decided_as, change.decided_by) == (
            "approved",
            "community",
            cast.reviewer,
        )
        assert Standing.objects.get(unit=place.home).grade == "yellow"

    @pytest.mark.parametrize(("old", "new"), [("green", "red"), ("red", "yellow"), ("red", "green")])
    def test_red_in_either_direction_is_not_the_communitys(
        self, cast: Cast, place: Place, old: str, new: str
    ) -> None:
        factories.graded(place.home, old)
        factories.seen(place.home, cast.grid)
        with pytest.raises(NotAllowed):
            press(grade_change.approve, factories.change(place.home, old, new), cast.reviewer)

    @pytest.mark.parametrize(("old", "new"), [("green", "red"), ("red", "yellow"), ("red", "green")])
    def test_the_panel_decides_red_after_the_community(
        self, cast: Cast, place: Place, old: str, new: str
    ) -> None:
        factories.graded(place.home, old)
        factories.seen(place.home, cast.grid)
        change = press(grade_change.approve, factories.change(place.home, old, new, "with_panel"), cast.panel)
        assert (change.state, change.decided_as) == ("approved", "panel")
        assert Standing.objects.get(unit=place.home).grade == new

    def test_red_is_not_the_panels_before_the_community_has_checked(self, cast: Cast, place: Place) -> None:
        with pytest.raises(NotAllowed):
            press(grade_change.approve, red_in("proposed", place), cast.panel)

    def test_the_community_cannot_approve_what_it_handed_on(self, cast: Cast, place: Place) -> None:
        with pytest.raises(NotAllowed):
            press(grade_change.approve, red_in("with_panel", place), cast.reviewer)

    def test_the_second_of_two_panel_members_reads_that_it_is_decided(self, cast: Cast, place: Place) -> None:
        change = red_in("with_panel", place)
        press(grade_change.approve, change, cast.panel)
        with pytest.raises(AlreadyDecided):
            press(grade_change.approve, change, factories.person("panel-2", Role.PANEL))


class TestReturn:
    def test_a_returned_change_leaves_the_grade_as_it_is(self, cast: Cast, place: Place) -> None:
        change = press(grade_change.return_, yellow_in("proposed", place), cast.reviewer, "照片看不清")
        assert (change.state, change.decided_as, change.reason) == ("returned", "community", "照片看不清")
        assert Standing.objects.get(unit=place.home).grade == "green"
        assert GradePeriod.objects.count() == 1

    def test_the_panel_returns_what_was_handed_on(self, cast: Cast, place: Place) -> None:
        change = press(grade_change.return_, red_in("with_panel", place), cast.panel, "证据不足")
        assert (change.state, change.decided_as) == ("returned", "panel")

    def test_the_community_returns_red_it_has_not_handed_on(self, cast: Cast, place: Place) -> None:
        assert press(grade_change.return_, red_in("proposed", place), cast.reviewer).decided_as == "community"


def decide_many(verb: str, changes: list[GradeChange], by: User, reason: str = "属实") -> list[int]:
    return grade_change.decide_many(
        verb=verb, change_ids=[c.pk for c in changes], by=by, at=NOON, reason=reason
    )


@pytest.fixture
def queue(cast: Cast, place: Place) -> dict[str, GradeChange]:
    """One of each kind in 福民, one in 茜坑."""
    one, two, three = place.homes
    (far,) = factories.units(factories.building(cast.qiankeng))
    factories.graded(three, "red")
    factories.seen(three, cast.grid)
    return {
        "yellow": factories.change(factories.graded(one, "green"), "green", "yellow", inspected_by=cast.grid),
        "red": factories.change(factories.graded(two, "green"), "green", "red", inspected_by=cast.grid),
        "panel": factories.change(three, "red", "green", "with_panel"),
        "far": factories.change(far, None, "green"),
    }


class TestDecideMany:
    EXPECTED = {
        ("approve", "reviewer"): {"yellow"},
        ("approve", "panel"): {"panel"},
        ("approve", "grid"): set(),
        ("approve", "office"): set(),
        ("review", "reviewer"): {"red"},
        ("review", "panel"): set(),
        ("return", "reviewer"): {"yellow", "red"},
        ("return", "panel"): {"panel"},
        ("return", "reviewer2"): {"far"},
    }

    @pytest.mark.parametrize(("verb", "who"), EXPECTED, ids=ids)
    def test_only_what_this_person_may_decide_is_decided(
        self, cast: Cast, queue: dict[str, GradeChange], verb: str, who: str
    ) -> None:
        decided = decide_many(verb, list(queue.values()), getattr(cast, who))
        names = {name for name, change in queue.items() if change.pk in decided}
        assert names == self.EXPECTED[verb, who]
        moved = {n for n, c in queue.items() if GradeChange.objects.get(pk=c.pk).state != c.state}
        assert moved == names

    @pytest.mark.parametrize("verb", grade_change.MANY)
    def test_many_and_one_at_a_time_leave_the_same_rows(
        self, cast: Cast, queue: dict[str, GradeChange], verb: str
    ) -> None:
        one = {"approve": grade_change.approve, "review": grade_change.review, "return": grade_change.return_}
        fields = ("state", "decided_as", "decided_by", "decided_at", "reason", "reviewed_by", "review_reason")

        def rows() -> list[Any]:
            return [
                *GradeChange.objects.order_by("pk").values_list(*fields),
                *Standing.objects.order_by("unit").values_list("grade", "graded_at", "next_visit_on"),
                *GradePeriod.objects.order_by("unit", "starts_at").values_list("grade", "ends_at", "change"),
            ]

        def single() -> None:
            for change in queue.values():
                for by in (cast.reviewer, cast.panel):
                    try:
                        press(one[verb], change, by)
                    except DomainError:
                        continue

        def many() -> None:
            for by in (cast.reviewer, cast.panel):
                decide_many(verb, list(queue.values()), by)

        outcomes = []
        for way in (single, many):
            before = transaction.savepoint()
            way()
            outcomes.append(rows())
            transaction.savepoint_rollback(before)
        assert outcomes[0] == outcomes[1] != rows()

    @pytest.mark.parametrize("verb", grade_change.MANY)
    def test_a_reason_is_required(self, cast: Cast, queue: dict[str, GradeChange], verb: str) -> None:
        with pytest.raises(Invalid):
            decide_many(verb, list(queue.values()), cast.reviewer, " ")

    @pytest.mark.parametrize("verb", grade_change.MANY)
    def test_nothing_to_decide_is_nothing(self, cast: Cast, verb: str) -> None:
        assert decide_many(verb, [], cast.reviewer) == []

    @pytest.mark.parametrize("verb", grade_change.MANY)
    def test_nothing_remains_when_the_last_step_explodes(
        self, cast: Cast, queue: dict[str, GradeChange], verb: str, explodes: Any
    ) -> None:
        before = list(GradeChange.objects.order_by("pk").values())
        explodes(delisting, "follow_changes")
        with pytest.raises(Exploded):
            decide_many(verb, list(queue.values()), cast.reviewer)
        assert list(GradeChange.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize("verb", ["approve", "return"])
    def test_the_own_inspection_is_left_out(
        self, cast: Cast, queue: dict[str, GradeChange], verb: str
    ) -> None:
        Post.objects.create(user=cast.grid, role=Role.REVIEWER, community=cast.fumin, starts_on=NOON.date())
        assert decide_many(verb, list(queue.values()), cast.grid) == []

    def test_a_reviewer_of_two_communities_decides_in_both(
        self, cast: Cast, queue: dict[str, GradeChange]
    ) -> None:
        Post.objects.create(
            user=cast.reviewer, role=Role.REVIEWER, community=cast.qiankeng, starts_on=NOON.date()
        )
        decided = decide_many("approve", list(queue.values()), cast.reviewer)
        assert set(decided) == {queue["yellow"].pk, queue["far"].pk}
