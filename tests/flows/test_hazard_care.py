"""A hazard between finding and mending: departments, the supervisor, spot checks of proofs."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import hazard_care, proof
from grading.models import HandOver, Hazard, HazardEvent, SamplingShare, SpotCheck
from grading.services import spot_checks
from grading.services.hazards import Seen
from grading.states import HAND_OVER_MOVES, HandOverState
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.web.review.conftest import signed_in

NOON = factories.NOON
DAY = timedelta(days=1)


@pytest.fixture
def home(cast: Cast):
    factories.rules()
    (unit,) = factories.units(factories.building(cast.fumin), owner=factories.landlord())
    return unit


@pytest.fixture
def hazard(cast: Cast, home) -> Hazard:
    pay_visit(home.building, cast.grid, [Seen("H05", home.pk)])
    return Hazard.objects.get()


def story(hazard: Hazard) -> list[str]:
    return list(hazard.events.values_list("what", flat=True))


class TestHandOver:
    def given(self, cast: Cast, hazard: Hazard) -> HandOver:
        return hazard_care.hand_over(
            hazard_id=hazard.pk, department="消防", words="请核查", by=cast.reviewer, at=NOON
        )

    def answer(self, cast: Cast, given: HandOver, **more: Any) -> HandOver:
        said = {"answered_by": "张工", "answer": "已责令整改", "by": cast.reviewer, "at": NOON + DAY} | more
        return hazard_care.record_answer(hand_over_id=given.pk, **said)

    def test_the_answer_is_on_record_with_who_gave_it_and_the_hazard_stays_open(self, cast, hazard) -> None:
        done = self.answer(cast, self.given(cast, hazard))
        hazard.refresh_from_db()
        assert (done.state, done.answered_by, done.recorded_by, hazard.state) == (
            "answered", "张工", cast.reviewer, "open",
        )  # fmt: skip
        assert story(hazard) == ["opened", "handed_over", "answered"]
        assert hazard.events.last().note == "消防 张工: 已责令整改"

    def test_after_an_answer_it_may_be_handed_over_again(self, cast, hazard) -> None:
        self.answer(cast, self.given(cast, hazard))
        assert self.given(cast, hazard).state == "with"

    def test_twice_at_once_is_refused(self, cast, hazard) -> None:
        self.given(cast, hazard)
        with pytest.raises(Conflict):
            self.given(cast, hazard)

    def test_what_is_mended_is_not_handed_over(self, cast, hazard) -> None:
        Hazard.objects.update(state="closed", closed_at=NOON)
        with pytest.raises(Conflict):
            self.given(cast, hazard)

    @pytest.mark.parametrize("state", [s for s in HandOverState if not HAND_OVER_MOVES[s]])
    def test_an_ended_one_has_no_moves(self, cast, hazard, state) -> None:
        given = self.given(cast, hazard)
        if state == HandOverState.ANSWERED:
            self.answer(cast, given)
        else:
            hazard_care.take_back(hand_over_id=given.pk, reason="误交", by=cast.reviewer, at=NOON)
        with pytest.raises(Conflict):
            self.answer(cast, given)
        with pytest.raises(Conflict):
            hazard_care.take_back(hand_over_id=given.pk, reason="误交", by=cast.reviewer, at=NOON)

    @pytest.mark.parametrize(
        ("who", "error"),
        [("grid", NotAllowed), ("panel", NotAllowed), ("office", NotAllowed), ("reviewer2", OutOfScope)],
    )
    def test_only_the_community_hands_over_and_ends(self, cast, hazard, who, error) -> None:
        given = self.given(cast, hazard)
        person = getattr(cast, who)
        with pytest.raises(error):
            self.answer(cast, given, by=person)
        with pytest.raises(error):
            hazard_care.take_back(hand_over_id=given.pk, reason="x", by=person, at=NOON)
        with pytest.raises(error):
            hazard_care.hand_over(hazard_id=hazard.pk, department="消防", words="x", by=person, at=NOON)

    def test_empty_words_are_refused(self, cast, hazard) -> None:
        given = self.given(cast, hazard)
        for refused in (
            lambda: self.answer(cast, given, answered_by=" "),
            lambda: hazard_care.take_back(hand_over_id=given.pk, reason=" ", by=cast.reviewer, at=NOON),
        ):
            with pytest.raises(Invalid):
                refused()


class TestEscalation:
    def test_the_day_after_the_deadline_it_reaches_the_supervisor_once(self, cast, hazard) -> None:
        due = NOON + 9 * DAY  # 21 May
        assert hazard_care.escalate_overdue(at=due) == 0
        assert hazard_care.escalate_overdue(at=due + DAY) == 1
        assert hazard_care.escalate_overdue(at=due + 2 * DAY) == 0
        hazard.refresh_from_db()
        assert (hazard.escalated_at, story(hazard)) == (due + DAY, ["opened", "escalated"])

    def test_mending_ends_it_and_a_relapse_starts_anew(self, cast, home, hazard) -> None:
        hazard_care.escalate_overdue(at=NOON + 10 * DAY)
        pay_visit(home.building, cast.grid, [Seen("H05", home.pk, "mended")], at=NOON + 11 * DAY)
        hazard.refresh_from_db()
        assert hazard.escalated_at is None
        pay_visit(home.building, cast.grid, [Seen("H05", home.pk)], at=NOON + 12 * DAY)
        assert hazard_care.escalate_overdue(at=NOON + 13 * DAY) == 0

    def test_many_are_marked_in_several_transactions(self, cast, home, hazard, monkeypatch) -> None:
        pay_visit(home.building, cast.grid, [Seen("H03", home.pk)], at=NOON + DAY)
        monkeypatch.setattr(hazard_care, "AT_ONCE", 1)
        assert hazard_care.escalate_overdue(at=NOON + 40 * DAY) == 2


class TestSpotCheck:
    def accepted(self, cast: Cast, hazard: Hazard, at=NOON) -> SpotCheck:
        sent = proof.send(hazard_id=hazard.pk, by=cast.landlord, at=at, note="已换", photo_digests=[])
        proof.accept(proof_id=sent.pk, by=cast.reviewer, at=at)
        return SpotCheck.objects.get(proof=sent)

    def test_every_draw_is_kept_and_can_be_drawn_again(self, cast, hazard) -> None:
        check = self.accepted(cast, hazard)
        assert check.number == spot_checks.number_of(check.proof)
        assert check.share == 30
        assert check.state == ("waiting" if check.number < 30 else "not_drawn")

    @pytest.fixture
    def drawn(self, cast, hazard) -> SpotCheck:
        SamplingShare.objects.update(percent=100)
        return self.accepted(cast, hazard)

    def test_the_worker_sees_it_and_confirms_it(self, cast, home, hazard, drawn) -> None:
        page = signed_in(cast.grid).get(f"/field/buildings/{home.building_id}/visit/").content.decode()
        assert f'name="h{hazard.pk}-seen"' in page
        pay_visit(home.building, cast.grid, [Seen("H05", home.pk, "mended")], at=NOON + DAY)
        drawn.refresh_from_db()
        assert drawn.state == "confirmed"
        assert story(hazard)[-1] == "check_passed"

    def test_a_false_proof_reopens_the_same_hazard_and_raises_the_share(
        self, cast, home, hazard, drawn
    ) -> None:
        pay_visit(home.building, cast.grid, [Seen("H05", home.pk)], at=NOON + DAY)
        drawn.refresh_from_db()
        hazard.refresh_from_db()
        assert (drawn.state, hazard.state, hazard.relapses) == ("false", "open", 1)
        assert {"relapsed", "check_failed"} <= set(story(hazard))
        SamplingShare.objects.update(percent=30)
        assert self.accepted(cast, hazard, at=NOON + 2 * DAY).share == 65
        assert spot_checks.share_of(drawn.proof, NOON + 400 * DAY) == 30

    def test_a_visit_that_does_not_look_leaves_it_waiting(self, cast, home, drawn) -> None:
        pay_visit(home.building, cast.grid, at=NOON + DAY)
        drawn.refresh_from_db()
        assert drawn.state == "waiting"

    def test_without_a_share_nothing_is_drawn(self, cast, hazard) -> None:
        SamplingShare.objects.all().delete()
        assert self.accepted(cast, hazard).state == "not_drawn"


class TestPage:
    URL = "/review/hazards/"

    def test_overdue_by_grid_handed_over_answered_and_checked(self, cast, home, hazard) -> None:
        desk = signed_in(cast.reviewer)
        page = desk.get(self.URL).content.decode()
        assert str(home.building.grid) in page
        assert "Hand over to a department" in page
        answer = desk.post(f"{self.URL}{hazard.pk}/hand-over/", {"department": "消防", "words": "请核查"})
        assert answer.url == self.URL
        given = HandOver.objects.get()
        assert "请核查" in desk.get(f"{self.URL}?tab=departments").content.decode()
        told = {"verb": "answer", "answered_by": "张工", "words": "已处理"}
        assert desk.post(f"/review/hand-overs/{given.pk}/", told).status_code == 302
        again = desk.post(f"/review/hand-overs/{given.pk}/", told | {"verb": "take-back"})
        assert (again.status_code, "ended already" in again.content.decode()) == (422, True)
        assert HazardEvent.objects.filter(what="answered").exists()

    def test_what_is_due_today_is_not_overdue(self, cast, hazard) -> None:
        type(hazard).objects.update(due_on=timezone.localdate())
        assert "No hazard is overdue" in signed_in(cast.reviewer).get(self.URL).content.decode()

    def test_spot_checks_say_how_they_were_drawn(self, cast, hazard) -> None:
        SamplingShare.objects.update(percent=100)
        check = TestSpotCheck().accepted(cast, hazard)
        page = signed_in(cast.reviewer).get(f"{self.URL}?tab=checks").content.decode()
        assert f"number {check.number} of 100 was drawn" in page

    def test_one_and_thirty_cost_the_same(self, cast, home, hazard, django_assert_max_num_queries) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        desk = signed_in(cast.reviewer)
        with CaptureQueriesContext(connection) as one:
            desk.get(self.URL)
        for unit in factories.units(home.building, 29):
            factories.hazard("H05", unit, due_on=NOON.date())
        with django_assert_max_num_queries(len(one)):
            desk.get(self.URL)
