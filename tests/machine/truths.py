"""What must hold after every step, read from the rows alone and computed a second way."""

import itertools
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from core.dates import day_of
from grading.models import (
    DelistingRequest,
    GradeChange,
    GradePeriod,
    Hazard,
    Incident,
    Objection,
    RuleSet,
    SecondVisit,
    Standing,
    UrgentRed,
    Visit,
    VisitRequest,
    Watch,
)
from grading.services import assessing, kept_lines, rule_sets
from grading.states import OPEN_CHANGE_STATES


def grade_of(unit_id: int) -> str | None:
    return Standing.objects.get(unit=unit_id).grade


def hold(building_id: int, unit_ids: list[int], today: date) -> None:
    periods = GradePeriod.objects.filter(unit__in=unit_ids).order_by("unit", "starts_at", "pk")
    of_unit = defaultdict(list)
    for period in periods.select_related("change__assessment__rule_set"):
        of_unit[period.unit_id].append(period)
        a_grade_rests_on_its_decision(period)
        explained = period.change.assessment
        is_lifted = (
            period.change.mark == "lifted"
        )  # back to the grade before, whatever waits for its decision
        a_grade_is_explained_by_its_version(explained, explained.grade if is_lifted else period.grade)
    changes = list(GradeChange.objects.filter(unit__in=unit_ids).order_by("pk"))
    for change in changes:
        nobody_decides_on_the_own_visit(change)
    standings = Standing.objects.filter(unit__in=unit_ids).select_related("assessment__rule_set")
    for standing in standings:
        history_has_no_gap_and_no_overlap(standing, of_unit[standing.unit_id])
        own = [change for change in changes if change.unit_id == standing.unit_id]
        what_the_rules_say_is_in_force_or_proposed(standing, own)
        if standing.assessment:
            a_grade_is_explained_by_its_version(standing.assessment, standing.assessment.grade)
            the_sum_is_of_the_open_hazards(standing, building_id)
            the_next_visit_follows_grade_and_version(standing)
    the_reasons_are_those_of_the_facts(standings, today)
    delistings_follow_their_changes(unit_ids)
    cases_are_ended_by_another(unit_ids)
    a_protected_incident_touches_nothing(building_id, unit_ids)
    the_last_visit_is_the_newest_that_saw_the_home(building_id, standings)


def a_grade_rests_on_its_decision(period: GradePeriod) -> None:
    change = period.change
    assert (change.state, change.to_grade, change.unit_id) == ("approved", period.grade, period.unit_id)
    assert change.decided_at == period.starts_at
    if "red" in (change.from_grade, change.to_grade):
        assert change.decided_as == "panel", "every red is decided by the panel, in and out"
        came_at_once = change.mark != "assessed"
        assert change.reviewed_by_id or came_at_once, (
            "and after the community, unless it fell back or was urgent"
        )


def nobody_decides_on_the_own_visit(change: GradeChange) -> None:
    inspectors = {change.inspected_by_id, *change.earlier_inspectors} - {None}
    assert not inspectors & {change.decided_by_id, change.reviewed_by_id}


def history_has_no_gap_and_no_overlap(standing: Standing, periods: list[GradePeriod]) -> None:
    for one, following in itertools.pairwise(periods):
        assert one.ends_at == following.starts_at, "no gap, no overlap"
        assert following.change.from_grade == one.grade
    last = periods[-1] if periods else None
    assert (standing.grade, standing.graded_at) == ((last.grade, last.starts_at) if last else (None, None))
    assert last is None or last.ends_at is None, "exactly one grade in force"


def a_grade_is_explained_by_its_version(assessment: Any, grade: str) -> None:
    """The kept lines and the thresholds of the version give the kept score and the grade."""
    rules: RuleSet = assessment.rule_set
    lost: defaultdict[str, int] = defaultdict(int)
    counted: set[str] = set()
    for line in assessment.lines:
        if line["effect"] == "points" and line["points"] and line["item"] not in counted:
            counted.add(line["item"])
            lost[line["item"][0]] += line["points"]
    score = 100 - sum(min(points, rules.dimension_caps[d]) for d, points in lost.items())
    effects = {line["effect"] for line in assessment.lines}
    judged = (
        "red" if "veto" in effects else "yellow" if "cap" in effects or score < rules.green_from else "green"
    )
    assert (assessment.score, assessment.grade, grade) == (score, judged, judged)


def the_sum_is_of_the_open_hazards(standing: Standing, building_id: int) -> None:
    open_now = set(
        Hazard.objects.open()
        .filter(Q(unit=standing.unit_id) | Q(unit__isnull=True, building=building_id))
        .values_list("pk", flat=True)
    )
    assert standing.assessment is not None
    lines = [line for line in standing.assessment.lines if line["hazard"] and "closed" not in line]
    assert {line["hazard"] for line in lines} == open_now


def what_the_rules_say_is_in_force_or_proposed(standing: Standing, changes: list[GradeChange]) -> None:
    """No proposal is lost: what differs waits for somebody, or was returned by somebody."""
    waiting = [change for change in changes if change.state in OPEN_CHANGE_STATES]
    assert len(waiting) <= 1
    for change in waiting:
        assert change.from_grade == standing.grade, "a proposal starts from the grade in force"
    if standing.assessment and standing.assessment.grade != standing.grade:
        said = standing.assessment.grade
        decided = [change for change in changes if change.state in ("returned", "approved")]
        answered = decided[-1] if decided else None
        assert (waiting and waiting[0].to_grade == said) or (
            answered is not None and answered.state == "returned" and answered.to_grade == said
        )


def the_next_visit_follows_grade_and_version(standing: Standing) -> None:
    if standing.last_visit_at is None or standing.assessment is None:
        assert standing.next_visit_on is None
        return
    rules, assessment = standing.assessment.rule_set, standing.assessment
    days = rules.interval_days[standing.grade or assessment.grade]
    if any(line["effect"] == "cap" for line in assessment.lines):
        days = min(days, rules.interval_days_capped)
    due = day_of(standing.last_visit_at) + timedelta(days=days)
    soonest = day_of(standing.last_visit_at) + timedelta(days=min(days, rules.interval_days["red"]))
    allowed = {due, due + timedelta(days=standing.gained_days)}
    if Watch.objects.filter(unit=standing.unit_id).exists():
        allowed.add(soonest)
    assert standing.next_visit_on in allowed


def delistings_follow_their_changes(unit_ids: list[int]) -> None:
    rows = DelistingRequest.objects.filter(unit__in=unit_ids).select_related("change")
    for row in rows:
        if row.state == "granted":
            assert row.visit_id, "never on paper alone"
            assert row.change
            assert (row.change.state, row.change.from_grade) == ("approved", "red")
            assert {item.seen for item in row.items.all()} <= {"mended"}, (
                "every reason of the red was found mended"
            )
        if row.state == "with_panel":
            assert row.change
            assert row.change.state == "with_panel"
        if row.state == "inspected":
            assert row.change
            assert row.change.state == "proposed"


def the_last_visit_is_the_newest_that_saw_the_home(building_id: int, standings: Any) -> None:
    visits = list(Visit.objects.filter(building=building_id).prefetch_related("exceptions"))
    for standing in standings:
        saw = [
            v.submitted_at for v in visits if standing.unit_id not in {e.unit_id for e in v.exceptions.all()}
        ]
        assert standing.last_visit_at == max(saw, default=None)


def the_reasons_are_those_of_the_facts(standings: Any, today: date) -> None:
    """Computed again from the facts by the version it names, an assessment says the same, line by line."""
    for standing in standings:
        if standing.assessment is None or (standing.reassess_on and standing.reassess_on <= today):
            continue
        of_home = Standing.objects.filter(unit=standing.unit_id)
        book = rule_sets.book(standing.assessment.rule_set)
        (judged,) = assessing.judge(of_home, book, today)
        kept = (standing.assessment.grade, standing.assessment.score, standing.assessment.lines)
        said = (judged.verdict.grade, judged.verdict.score, kept_lines.to_json(judged.verdict.lines))
        assert said == kept


def cases_are_ended_by_another(unit_ids: list[int]) -> None:
    for urgent in UrgentRed.objects.filter(unit__in=unit_ids).select_related("change", "lifting"):
        assert urgent.change.mark == "urgent"
        assert urgent.ended_by_id != urgent.decided_by_id
        assert (urgent.lifting_id is not None) == (urgent.state == "lifted")
    rows = Objection.objects.filter(unit__in=unit_ids).select_related("change__assessment__visit")
    for row in rows:
        took_part = {row.change.inspected_by_id, row.change.reviewed_by_id, row.change.decided_by_id}
        took_part |= {*row.change.earlier_inspectors}
        assert not {row.answered_by_id, row.assigned_to_id} - {None} & took_part
        if row.state == "upheld" and row.remedy == "reinspection":
            assert VisitRequest.objects.filter(unit=row.unit_id, why="objection").exists()
    asked = VisitRequest.objects.filter(unit__in=unit_ids, state="done").select_related(
        "visit", "objection__change"
    )
    for request in asked.filter(why="objection"):
        assert request.visit
        assert request.objection
        assert request.visit.by_id not in {
            request.objection.change.decided_by_id,
            *request.objection.change.earlier_inspectors,
            request.objection.change.inspected_by_id,
        }
    for second in SecondVisit.objects.filter(building__units__in=unit_ids).select_related("visit"):
        assert second.assigned_to_id != second.first_by_id
        assert second.visit is None or second.visit.by_id == second.assigned_to_id


def a_protected_incident_touches_nothing(building_id: int, unit_ids: list[int]) -> None:
    tied = Q(building=building_id) | Q(unit__in=unit_ids) | Q(hazard__building=building_id)
    assert not Incident.objects.filter(tied, category__is_protected=True).exists()
