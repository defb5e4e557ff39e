"""Objections, replies and visits asked for: who may, until when, and what follows."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import grade_change, objection, proof
from grading.models import GradeChange, Hazard, Objection, Reply, Standing, VisitRequest
from grading.services import explaining
from grading.services import objections as service
from grading.services.hazards import Seen
from grading.services.objections import TookPart
from grading.states import OBJECTION_MOVES, OPEN_OBJECTION_STATES, ObjectionState
from letters.models import Document
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Exploded, Place
from tests.races import CROWD, race, won

NOON = factories.NOON
DAY = timedelta(days=1)


def decided(cast: Cast, place: Place, item: str, at: Any = NOON) -> GradeChange:
    """The first home yellow (F02) or red (L06), as visit, community and panel leave it."""
    pay_visit(place.building, cast.grid, [Seen(item, place.home.pk)], at=at)
    change = GradeChange.objects.open().get(unit=place.home)
    if change.touches_red:
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=at, reason="属实")
    by = cast.panel if change.touches_red else cast.reviewer
    return grade_change.approve(change_id=change.pk, by=by, at=at, reason="同意")


@pytest.fixture
def yellow(cast: Cast, place: Place) -> GradeChange:
    return decided(cast, place, "F02")


@pytest.fixture
def colleague(cast: Cast) -> User:
    """Another reviewer of the same community."""
    return factories.person("colleague", Role.REVIEWER, cast.fumin)


def file(cast: Cast, place: Place, at: Any = NOON + DAY, **more: Any) -> Objection:
    given = {"unit_id": place.home.pk, "by": cast.landlord, "at": at, "words": "照片不是这间房"}
    return objection.file(**(given | more))


def end(verb: str, one: Objection, by: User, **more: Any) -> Objection:
    order = {"objection_id": one.pk, "by": by, "at": NOON + 2 * DAY, "answer": "查明如下"}
    return getattr(objection, verb)(**(order | more))


class TestFiling:
    def test_it_is_answered_within_twenty_one_days(self, cast: Cast, place: Place, yellow: Any) -> None:
        one = file(cast, place, photo_digests=["a" * 64])
        assert (one.state, one.change, one.answer_by) == ("filed", yellow, date(2026, 6, 3))
        assert one.photos.count() == 1

    def test_the_last_day_is_the_twenty_first(self, cast: Cast, place: Place, yellow: Any) -> None:
        with pytest.raises(Conflict):
            file(cast, place, NOON + 22 * DAY)
        assert file(cast, place, NOON + 21 * DAY).state == "filed"

    def test_postgres_knows_the_last_day_too(self, cast: Cast, place: Place, yellow: GradeChange) -> None:
        late = NOON + 22 * DAY
        with pytest.raises(IntegrityError, match="within 21 days"), transaction.atomic():
            Objection.objects.create(
                unit=place.home,
                change=yellow,
                words="迟了",
                filed_by=cast.landlord,
                filed_at=late,
                answer_by=late.date(),
            )

    def test_one_for_each_decision(self, cast: Cast, place: Place, yellow: Any) -> None:
        file(cast, place)
        with pytest.raises(Conflict):
            file(cast, place)

    def test_a_green_home_has_nothing_to_object_to(self, cast: Cast, place: Place) -> None:
        factories.graded(place.home, "green")
        with pytest.raises(Conflict):
            file(cast, place)

    def test_words_are_required(self, cast: Cast, place: Place, yellow: Any) -> None:
        with pytest.raises(Invalid):
            file(cast, place, words=" ")

    def test_only_the_own_landlord(self, cast: Cast, place: Place, yellow: Any) -> None:
        with pytest.raises(OutOfScope):
            file(cast, place, by=factories.landlord_account("10087654321", "other"))
        with pytest.raises(NotAllowed):
            file(cast, place, by=cast.reviewer)


class TestWhoAnswers:
    @pytest.mark.parametrize("verb", ["uphold", "reject"])
    def test_who_decided_does_not_answer(self, cast: Cast, place: Place, yellow: Any, verb: str) -> None:
        one = file(cast, place)
        with pytest.raises(TookPart):
            end(verb, one, cast.reviewer)

    @pytest.mark.parametrize("who", ["grid", "reviewer", "panel"])
    def test_nobody_who_took_part_can_be_given_it(self, cast: Cast, place: Place, who: str) -> None:
        decided(cast, place, "L06")
        one = file(cast, place)
        with pytest.raises(TookPart):
            objection.assign(objection_id=one.pk, to=getattr(cast, who).pk, by=cast.office, at=NOON + DAY)

    @pytest.mark.parametrize("column", ["assigned_to", "answered_by"])
    @pytest.mark.parametrize("who", ["grid", "reviewer", "panel"])
    def test_postgres_refuses_them_too(self, cast: Cast, place: Place, who: str, column: str) -> None:
        decided(cast, place, "L06")
        one = file(cast, place)
        with pytest.raises(IntegrityError, match=r"took part|do not include"), transaction.atomic():
            Objection.objects.filter(pk=one.pk).update(**{column: getattr(cast, who)})

    def test_those_without_a_part_and_with_a_post_here_are_offered(
        self, cast: Cast, place: Place, yellow: Any, colleague: User
    ) -> None:
        one = file(cast, place)
        assert set(service.eligible(one, on=NOON.date())) == {colleague, cast.panel, cast.office}

    def test_what_was_given_to_one_is_not_answered_by_another(
        self, cast: Cast, place: Place, yellow: Any, colleague: User
    ) -> None:
        one = file(cast, place)
        objection.assign(objection_id=one.pk, to=colleague.pk, by=cast.office, at=NOON + DAY)
        with pytest.raises(NotAllowed):
            end("reject", one, cast.panel)
        assert end("reject", one, colleague).state == "rejected"

    def test_somebody_without_the_right_cannot_be_given_it(
        self, cast: Cast, place: Place, yellow: Any
    ) -> None:
        one = file(cast, place)
        with pytest.raises(Invalid):
            objection.assign(objection_id=one.pk, to=cast.leader.pk, by=cast.office, at=NOON + DAY)

    def test_another_communitys_reviewer_does_not_find_it(
        self, cast: Cast, place: Place, yellow: Any
    ) -> None:
        with pytest.raises(OutOfScope):
            end("reject", file(cast, place), cast.reviewer2)


class TestAnswer:
    def test_findings_set_aside_lead_back_to_green_by_the_usual_people(
        self, cast: Cast, place: Place, yellow: Any, colleague: User
    ) -> None:
        one = end("uphold", file(cast, place), colleague, hazard_ids=[Hazard.objects.get().pk])
        change = GradeChange.objects.open().get(unit=place.home)
        assert (one.state, one.remedy, change.to_grade) == ("upheld", "set_aside", "green")
        grade_change.approve(change_id=change.pk, by=cast.reviewer, at=NOON + 3 * DAY, reason="同意")
        assert Standing.objects.get(unit=place.home).grade == "green"

    def test_without_findings_another_person_visits_again(
        self, cast: Cast, place: Place, yellow: Any, colleague: User
    ) -> None:
        end("uphold", file(cast, place), colleague)
        asked = VisitRequest.objects.get()
        assert (asked.why, asked.visit_by) == ("objection", date(2026, 5, 19))
        pay_visit(place.building, cast.grid, at=NOON + 3 * DAY)
        asked.refresh_from_db()
        assert asked.state == "requested"
        other = factories.person("other", Role.GRID_WORKER, cast.fumin)
        pay_visit(place.building, other, [Seen("F02", place.home.pk, "mended")], at=NOON + 4 * DAY)
        asked.refresh_from_db()
        assert (asked.state, asked.visit.by) == ("done", other)
        assert GradeChange.objects.open().get(unit=place.home).to_grade == "green"

    def test_postgres_refuses_the_same_visitor(
        self, cast: Cast, place: Place, yellow: Any, colleague: User
    ) -> None:
        end("uphold", file(cast, place), colleague)
        made = pay_visit(place.building, cast.grid, at=NOON + 3 * DAY).visit
        with pytest.raises(IntegrityError, match=r"took part|do not include"), transaction.atomic():
            VisitRequest.objects.update(state="done", visit=made, ended_at=NOON)

    def test_a_red_is_not_lifted_at_a_desk(self, cast: Cast, place: Place, colleague: User) -> None:
        decided(cast, place, "L06")
        one = file(cast, place)
        with pytest.raises(Conflict):
            end("uphold", one, colleague, hazard_ids=[Hazard.objects.get().pk])
        assert end("uphold", one, colleague).remedy == "reinspection"
        assert Standing.objects.get(unit=place.home).grade == "red"

    @pytest.mark.parametrize(("verb", "said"), [("uphold", "重新上门检查"), ("reject", "维持原评定")])
    def test_the_answer_is_a_numbered_document_too(
        self, cast: Cast, place: Place, yellow: Any, colleague: User, verb: str, said: str
    ) -> None:
        end(verb, file(cast, place), colleague)
        letter = Document.objects.get(kind="objection")
        assert said in str(letter.data)
        assert "查明如下" in str(letter.data)

    def test_reasons_are_required(self, cast: Cast, place: Place, yellow: Any, colleague: User) -> None:
        with pytest.raises(Invalid):
            end("reject", file(cast, place), colleague, answer=" ")

    @pytest.mark.parametrize("state", [s for s in ObjectionState if not OBJECTION_MOVES[s]])
    @pytest.mark.parametrize("verb", ["uphold", "reject"])
    def test_an_answered_one_is_not_answered_again(
        self, cast: Cast, place: Place, yellow: Any, colleague: User, state: str, verb: str
    ) -> None:
        one = end({"upheld": "uphold", "rejected": "reject"}[state], file(cast, place), colleague)
        with pytest.raises(Conflict):
            end(verb, one, colleague)
        assert ObjectionState(one.state) not in OPEN_OBJECTION_STATES

    def test_nothing_remains_when_the_last_step_explodes(
        self, cast: Cast, place: Place, yellow: Any, colleague: User, explodes: Any
    ) -> None:
        one = file(cast, place)
        explodes(service.visit_requests, "after_objection")
        with pytest.raises(Exploded):
            end("uphold", one, colleague)
        one.refresh_from_db()
        assert one.state == "filed"


class TestReply:
    def say(self, cast: Cast, place: Place, text: str = "已经整改，欢迎来看") -> Reply:
        return objection.reply(unit_id=place.home.pk, by=cast.landlord, at=NOON, text=text)

    def test_one_stands_beside_the_grade(self, cast: Cast, place: Place, yellow: GradeChange) -> None:
        assert self.say(cast, place).change == yellow
        with pytest.raises(Conflict):
            self.say(cast, place)

    @pytest.mark.parametrize("text", ["", " ", "字" * 301, "找我 138 0013 8000", "身份证440306199001011234"])
    def test_it_is_short_and_without_numbers_of_persons(
        self, cast: Cast, place: Place, yellow: Any, text: str
    ) -> None:
        with pytest.raises(Invalid):
            self.say(cast, place, text)

    def test_hidden_for_abuse_another_may_be_written(self, cast: Cast, place: Place, yellow: Any) -> None:
        first = self.say(cast, place)
        hidden = objection.hide_reply(reply_id=first.pk, by=cast.office, at=NOON, reason="辱骂他人")
        assert (hidden.hidden_by, hidden.text) == (cast.office, first.text)
        assert self.say(cast, place, "请核实").hidden_at is None
        with pytest.raises(Conflict):
            objection.hide_reply(reply_id=first.pk, by=cast.office, at=NOON, reason="再来")

    @pytest.mark.parametrize("who", ["reviewer", "panel", "landlord"])
    def test_only_the_office_hides(self, cast: Cast, place: Place, yellow: Any, who: str) -> None:
        with pytest.raises(NotAllowed):
            objection.hide_reply(
                reply_id=self.say(cast, place).pk, by=getattr(cast, who), at=NOON, reason="不喜欢"
            )

    def test_it_needs_a_reason(self, cast: Cast, place: Place, yellow: Any) -> None:
        with pytest.raises(Invalid):
            objection.hide_reply(reply_id=self.say(cast, place).pk, by=cast.office, at=NOON, reason=" ")

    def test_postgres_lets_nobody_edit_it(self, cast: Cast, place: Place, yellow: Any) -> None:
        self.say(cast, place)
        with pytest.raises(DatabaseError), transaction.atomic():
            Reply.objects.update(text="改过的话")

    def test_a_home_without_a_grade_has_none(self, cast: Cast, place: Place) -> None:
        with pytest.raises(Conflict):
            self.say(cast, place)


class TestAskingForGreen:
    def ask(self, cast: Cast, place: Place) -> VisitRequest:
        return objection.ask_for_green(unit_id=place.home.pk, by=cast.landlord, at=NOON, words="已清走")

    def test_a_yellow_homes_landlord_asks_and_the_next_visit_answers(
        self, cast: Cast, place: Place, yellow: Any
    ) -> None:
        asked = self.ask(cast, place)
        assert asked.visit_by == date(2026, 5, 15)
        pay_visit(place.building, cast.grid, at=NOON + DAY, not_seen={place.home.pk: "nobody_home"})
        asked.refresh_from_db()
        assert asked.state == "requested"
        pay_visit(place.building, cast.grid, [Seen("F02", place.home.pk, "mended")], at=NOON + 2 * DAY)
        asked.refresh_from_db()
        assert (asked.state, GradeChange.objects.open().get(unit=place.home).to_grade) == ("done", "green")

    @pytest.mark.parametrize("grade", ["green", "red", None])
    def test_other_homes_have_nothing_to_ask(self, cast: Cast, place: Place, grade: str | None) -> None:
        if grade:
            factories.graded(place.home, grade)
        with pytest.raises(Conflict):
            self.ask(cast, place)

    def test_once_at_a_time(self, cast: Cast, place: Place, yellow: Any) -> None:
        self.ask(cast, place)
        with pytest.raises(Conflict):
            self.ask(cast, place)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_presses_and_eight_answers_leave_one_of_each(cast: Cast) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    place = Place(building, factories.units(building, 1, owner=factories.landlord()))
    decided(cast, place, "F02")
    asked = race([lambda: TestAskingForGreen().ask(cast, place) for _ in range(CROWD)])
    filed = race([lambda: file(cast, place) for _ in range(CROWD)])
    replied = race([lambda: TestReply().say(cast, place) for _ in range(CROWD)])
    one = Objection.objects.get()
    people = [factories.person(f"answers-{n}", Role.REVIEWER, cast.fumin) for n in range(CROWD)]
    verbs = ["uphold", "reject"] * (CROWD // 2)
    answered = race(
        [lambda by=by, verb=verb: end(verb, one, by) for by, verb in zip(people, verbs, strict=True)]
    )
    assert [len(won(outcome)) for outcome in (asked, filed, replied, answered)] == [1, 1, 1, 1]
    one.refresh_from_db()
    assert one.state == won(answered)[0].state


class TestSetAside:
    """A finding set aside after an objection never cost anything, and the explanation says so."""

    @pytest.fixture
    def fading(self, cast: Cast, place: Place) -> GradeChange:
        """Yellow by faults of which one goes on costing points for 30 days after it is mended."""
        factories.rules_always_said("H05", decay_days=30)
        seen = [Seen(code, place.home.pk) for code in ("F02", "H05")]
        pay_visit(place.building, cast.grid, seen, at=NOON)
        change = GradeChange.objects.open().get(unit=place.home)
        return grade_change.approve(change_id=change.pk, by=cast.reviewer, at=NOON, reason="同意")

    def aside(self, cast: Cast, place: Place, colleague: User) -> Hazard:
        hazard = Hazard.objects.get(unit=place.home, item_code="H05")
        end("uphold", file(cast, place), colleague, hazard_ids=[hazard.pk])
        hazard.refresh_from_db()
        return hazard

    def line(self, place: Place) -> dict[str, Any]:
        assessment = Standing.objects.select_related("assessment").get(unit=place.home).assessment
        assert assessment is not None
        return next(line for line in assessment.lines if line["item"] == "H05")

    def test_it_takes_nothing_off_while_a_mended_one_would_fade(
        self, cast: Cast, place: Place, fading: GradeChange, colleague: User
    ) -> None:
        before = fading.assessment.score
        hazard = self.aside(cast, place, colleague)
        after = Standing.objects.select_related("assessment").get(unit=place.home).assessment
        assert hazard.set_aside_on == (NOON + 2 * DAY).date()
        assert after is not None
        assert after.score == before + hazard.item.points
        assert (self.line(place)["points"], self.line(place)["because"]) == (0, "set_aside")

    def test_the_explanation_tells_it_until_it_would_have_faded(
        self, cast: Cast, place: Place, fading: GradeChange, colleague: User
    ) -> None:
        self.aside(cast, place, colleague)
        assessment = Standing.objects.select_related("assessment__rule_set").get(unit=place.home).assessment
        assert assessment is not None
        told = next(line for line in explaining.explain(assessment).lines if line.item_code == "H05")
        with translation.override("en"):
            assert told.does == "set aside after an objection: takes nothing off"
            assert told.ends == "Nothing to do; it leaves this list on 2026-06-13"

    def test_found_again_it_counts_again(
        self, cast: Cast, place: Place, fading: GradeChange, colleague: User
    ) -> None:
        self.aside(cast, place, colleague)
        pay_visit(place.building, cast.grid, [Seen("H05", place.home.pk)], at=NOON + 3 * DAY)
        hazard = Hazard.objects.get(unit=place.home, item_code="H05")
        assert (hazard.state, hazard.set_aside_on) == ("open", None)
        assert self.line(place)["points"] == hazard.item.points

    def test_the_story_of_the_hazard_says_set_aside_not_mended(
        self, cast: Cast, place: Place, fading: GradeChange, colleague: User
    ) -> None:
        hazard = self.aside(cast, place, colleague)
        assert [event.what for event in hazard.events.all()] == ["opened", "set_aside"]

    def test_a_proof_that_waited_is_settled_with_it_and_another_may_follow(
        self, cast: Cast, place: Place, fading: GradeChange, colleague: User
    ) -> None:
        hazard = Hazard.objects.get(unit=place.home, item_code="H05")
        sent = {"hazard_id": hazard.pk, "by": cast.landlord, "note": "已整改", "photo_digests": ()}
        first = proof.send(**sent, at=NOON + DAY)
        self.aside(cast, place, colleague)
        first.refresh_from_db()
        assert (first.state, first.checked_by) == ("accepted", colleague)
        pay_visit(place.building, cast.grid, [Seen("H05", place.home.pk)], at=NOON + 3 * DAY)
        assert proof.send(**sent, at=NOON + 4 * DAY).state == "sent"
