"""The cases of a grading life: urgent red, objections, departments, self-inspections, second visits, incidents."""

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import day_of
from core.errors import Conflict, DomainError
from fucheng.flows import (
    hazard_care,
    incident_import,
    objection,
    second_visits,
    self_inspection,
    urgent_red,
    visit,
)
from grading.models import (
    Assessment,
    GradeChange,
    GradePeriod,
    HandOver,
    Hazard,
    Incident,
    Objection,
    SelfInspection,
    UrgentRed,
    VisitRequest,
)
from grading.services.incidents import Report
from tests.machine import truths
from tests.machine.life import (
    CHOICE,
    EVERYBODY,
    FINDINGS,
    PLACES,
    GradingLife,
    bound,
    chosen,
    inspectors_of,
    refused,
)
from tests.races import race

PANEL = ("panel", "second_panel", "all_posts")
STAFF = ("reviewer", "second_reviewer", "panel", "second_panel", "office", "all_posts")


class Cases(GradingLife):
    """What happens beside visits and their decisions; each step is refused exactly when the rules say so."""

    # ---- urgent red ----------------------------------------------------------------------------------------

    @rule(
        by=st.sampled_from((*PANEL, "reviewer", "landlord")),
        place=PLACES,
        item=st.sampled_from(("L06", "Z05")),
    )
    def the_panel_puts_into_red_at_once(self, by: str, place: int, item: str) -> None:
        person, unit = self.people[by], self.units[place]
        waiting = GradeChange.objects.open().filter(unit=unit).first()
        may = (
            access.can(person, Permission.GRADE_DECIDE_RED)
            and truths.grade_of(unit.pk) != "red"
            and not (waiting and person.pk in inspectors_of(waiting))
        )
        order = {"unit_id": unit.pk, "item_code": item, "by": person, "at": self.tick(), "reason": "危险"}
        self.expect(may, urgent_red.put_into_red, **order)

    @rule(by=st.sampled_from((*PANEL, "reviewer")), which=CHOICE, is_confirmed=st.booleans())
    def another_member_looks_again(self, by: str, which: int, is_confirmed: bool) -> None:
        if row := chosen(UrgentRed.objects.filter(unit__in=self.units), which):
            person = self.people[by]
            may = (
                access.can(person, Permission.GRADE_DECIDE_RED)
                and row.state == "unconfirmed"
                and row.decided_by_id != person.pk
                and (is_confirmed or not self.has_looked(person, row.unit_id))
            )
            flow = urgent_red.confirm if is_confirmed else urgent_red.lift
            self.expect(may, flow, urgent_id=row.pk, by=person, at=self.tick(), reason="查明")

    def has_looked(self, person: User, unit_id: int) -> bool:
        """Whether a visit of this person stands behind what waits for the home."""
        waiting = GradeChange.objects.open().filter(unit=unit_id).first()
        return waiting is not None and person.pk in inspectors_of(waiting)

    # ---- objections ----------------------------------------------------------------------------------------

    @rule(place=PLACES, by=st.sampled_from(("landlord", "landlord", "reviewer")))
    def the_landlord_objects(self, place: int, by: str) -> None:
        unit, at = self.units[place], self.tick()
        period = GradePeriod.objects.filter(unit=unit, ends_at=None).select_related("change").first()
        may = (
            by == "landlord"
            and period is not None
            and period.grade != "green"
            and day_of(at) <= day_of(period.starts_at) + timedelta(days=21)
            and not Objection.objects.filter(change=period.change).exists()
        )
        self.expect(may, objection.file, unit_id=unit.pk, by=self.people[by], at=at, words="不实")

    def objections(self) -> Any:
        return Objection.objects.filter(unit__in=self.units).select_related("change__assessment__visit")

    @rule(by=st.sampled_from(STAFF), to=st.sampled_from(EVERYBODY), which=CHOICE)
    def somebody_is_asked_to_answer(self, by: str, to: str, which: int) -> None:
        if row := chosen(self.objections(), which):
            chosen_one = self.people[to]
            may = row.state in ("filed", "assigned") and _may_answer(chosen_one, row)
            self.expect(
                may,
                objection.assign,
                objection_id=row.pk,
                to=chosen_one.pk,
                by=self.people[by],
                at=self.tick(),
            )

    @rule(by=st.sampled_from(STAFF), which=CHOICE, verb=st.sampled_from(("uphold", "set aside", "reject")))
    def an_objection_is_answered(self, by: str, which: int, verb: str) -> None:
        row = chosen(self.objections(), which)
        if row is None:
            return
        person = self.people[by]
        may = (
            row.state in ("filed", "assigned")
            and _may_answer(person, row)
            and row.assigned_to_id in (None, person.pk)
        )
        order: dict[str, Any] = {
            "objection_id": row.pk,
            "by": person,
            "at": self.tick(),
            "answer": "查明如下",
        }
        if verb == "set aside":
            on_record = Q(unit=row.unit_id) | Q(unit=None, building=self.building)
            found = (
                Hazard.objects.open().filter(on_record, item__effect__in=("cap", "points")).order_by("pk")[:2]
            )
            order["hazard_ids"] = [hazard.pk for hazard in found]
            verb = "uphold"
        self.expect(may, objection.uphold if verb == "uphold" else objection.reject, **order)

    @rule(place=PLACES)
    def the_landlord_asks_for_green(self, place: int) -> None:
        unit = self.units[place]
        waits = VisitRequest.objects.filter(unit=unit, state="requested").exists()
        may = truths.grade_of(unit.pk) == "yellow" and not waits
        order = {"unit_id": unit.pk, "by": self.people["landlord"], "at": self.tick(), "words": "已整改"}
        self.expect(may, objection.ask_for_green, **order)

    # ---- departments ---------------------------------------------------------------------------------------

    @rule(by=st.sampled_from(("reviewer", "all_posts", "panel", "worker")), which=CHOICE)
    def a_hazard_is_handed_over(self, by: str, which: int) -> None:
        if hazard := chosen(Hazard.objects.filter(building=self.building), which):
            may = (
                by in ("reviewer", "all_posts")
                and hazard.state != "closed"
                and not HandOver.objects.filter(hazard=hazard, state="with").exists()
            )
            order = {"hazard_id": hazard.pk, "department": "消防", "words": "请核查"}
            self.expect(may, hazard_care.hand_over, **order, by=self.people[by], at=self.tick())

    @rule(by=st.sampled_from(("reviewer", "panel")), which=CHOICE, is_answered=st.booleans())
    def a_department_answers(self, by: str, which: int, is_answered: bool) -> None:
        if row := chosen(HandOver.objects.filter(hazard__building=self.building), which):
            may = by == "reviewer" and row.state == "with"
            order: dict[str, Any] = {"hand_over_id": row.pk, "by": self.people[by], "at": self.tick()}
            if is_answered:
                self.expect(may, hazard_care.record_answer, **order, answered_by="张工", answer="已处理")
            else:
                self.expect(may, hazard_care.take_back, **order, reason="误交")

    # ---- looks of others -----------------------------------------------------------------------------------

    @rule(place=PLACES, by=st.sampled_from(("landlord", "landlord", "office")))
    def the_landlord_looks(self, place: int, by: str) -> None:
        unit, at = self.units[place], self.tick()
        month = day_of(at).replace(day=1)
        may = (
            by == "landlord"
            and truths.grade_of(unit.pk) == "green"
            and not SelfInspection.objects.filter(unit=unit, month=month).exists()
        )
        self.expect(may, self_inspection.send, unit_id=unit.pk, by=self.people[by], at=at, faults={})

    @rule()
    def a_second_visit_is_drawn(self) -> None:
        """Refused when nothing of these days can be drawn; who pays it is in the truths."""
        first_on, at = day_of(self.now) - timedelta(days=20), self.tick()
        order = {"first_on": first_on, "last_on": day_of(at), "count": 1, "seed": str(self.building.pk)}
        try:
            second_visits.draw(by=self.people["office"], at=at, **order)
        except Conflict:
            return

    # ---- incidents -----------------------------------------------------------------------------------------

    @rule(
        category=st.sampled_from(("fire", "criminal", "domestic", "domestic")),
        place=st.one_of(PLACES, st.none()),
        is_known=st.booleans(),
        days=st.integers(0, 40),
    )
    def an_incident_comes_in(self, category: str, place: int | None, is_known: bool, days: int) -> None:
        """A protected one moves nothing at all."""
        before = Assessment.objects.filter(unit__in=self.units).count()
        code = (self.building.code if place is None else self.units[place].code) if is_known else ""
        told = Report(
            "police", uuid.uuid4().hex, category, self.tick() - timedelta(days=days), "无名巷", code=code,
            is_landlord_at_fault=True,
        )  # fmt: skip
        incident, is_new = incident_import.receive(told, by=self.people["office"], at=self.now)
        assert is_new
        if category == "domestic":
            assert (incident.state, incident.building_id, incident.hazard_id) == ("set_aside", None, None)
            assert Assessment.objects.filter(unit__in=self.units).count() == before
        else:
            self.incidents.append(incident.pk)

    @precondition(lambda self: self.incidents)
    @rule(
        by=st.sampled_from(("office", "all_posts", "panel")), which=CHOICE, place=st.one_of(PLACES, st.none())
    )
    def somebody_says_where_it_was(self, by: str, which: int, place: int | None) -> None:
        row = Incident.objects.get(pk=self.incidents[which % len(self.incidents)])
        may = row.state == "doubtful" and by == "office"
        unit = None if place is None else self.units[place].pk
        order = {"incident_id": row.pk, "building_id": self.building.pk, "unit_id": unit}
        if by == "all_posts" and row.state == "doubtful":
            return  # sees it only where a candidate lies in the own community
        self.expect(may, incident_import.confirm, **order, by=self.people[by], at=self.tick())

    # ---- rules that change while somebody is in the building -------------------------------------------------

    @precondition(lambda self: self.has_new_rules)
    @rule(by=st.sampled_from(("worker", "second_worker")), found=FINDINGS)
    def a_visit_that_began_before_the_new_rules_is_sent(self, by: str, found: Any) -> None:
        order = self.call_visit(by, found, ()) | {"started_at": self.rules_changed_at - timedelta(days=1)}
        assert visit.submit(**order).visit.rule_set.version == self.old_version

    # ---- two at once ---------------------------------------------------------------------------------------

    @rule(which=CHOICE, first=st.sampled_from(PANEL), second=st.sampled_from(PANEL))
    def two_members_look_again_at_once(self, which: int, first: str, second: str) -> None:
        if row := chosen(UrgentRed.objects.filter(unit__in=self.units, state="unconfirmed"), which):
            order = {"urgent_id": row.pk, "at": self.tick(), "reason": "同时"}
            calls = [
                bound(urgent_red.confirm, **order, by=self.people[first]),
                bound(urgent_red.lift, **order, by=self.people[second]),
            ]
            assert sum(not isinstance(outcome, DomainError) for outcome in race(calls)) <= 1

    @rule(which=CHOICE, found=FINDINGS, by=st.sampled_from(("office", "second_panel")))
    def an_answer_and_a_visit_meet(self, which: int, found: Any, by: str) -> None:
        if row := chosen(self.objections().filter(state__in=("filed", "assigned")), which):
            order = {"objection_id": row.pk, "by": self.people[by], "at": self.tick(), "answer": "同时"}
            came, _answered = race(
                [
                    bound(visit.submit, **self.call_visit("worker", found, ())),
                    bound(objection.uphold, **order),
                ]
            )
            assert not isinstance(came, DomainError)

    @rule(place=PLACES, found=FINDINGS)
    def an_urgent_red_and_a_visit_meet(self, place: int, found: Any) -> None:
        order = {
            "unit_id": self.units[place].pk,
            "item_code": "L06",
            "by": self.people["panel"],
            "reason": "同时",
        }
        came, _red = race(
            [
                bound(visit.submit, **self.call_visit("worker", found, ())),
                bound(urgent_red.put_into_red, **order, at=self.tick()),
            ]
        )
        assert not isinstance(came, DomainError)

    def expect(self, may: bool, flow: Any, **order: Any) -> None:
        """The flow works when it may, and is refused with a clear error when it may not."""
        if may:
            flow(**order)
        else:
            refused(flow, DomainError, **order)


def _may_answer(person: User, row: Objection) -> bool:
    """By post here, and without a part in the decision."""
    change = row.change
    took_part = inspectors_of(change) | {change.reviewed_by_id, change.decided_by_id}
    if change.assessment.visit:
        took_part.add(change.assessment.visit.by_id)
    here = access.can(person, Permission.OBJECTION_ANSWER, community_id=change.community_id)
    return here and person.pk not in took_part
