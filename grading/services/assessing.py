"""Assessment of homes: facts read in a few flat queries, judged by the pure rules, written in bulk.

The same code serves the 20 homes of a visit and the 170,699 of a bulk assessment. Read beside it: `grading.rules`
(what the rules say), `home_facts` (what they look at), `proposing` (the grade change that follows).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from core.bulk import copy_in, reserve_ids
from core.dates import day_of
from grading import rules
from grading.facts import Grade, RuleBook, Verdict
from grading.models import Assessment, RuleSet, Standing, Visit
from grading.services import kept_lines, proposing, rule_sets
from grading.services.home_facts import hazards_of, merits_of
from jobs.models import Job


@dataclass(frozen=True, slots=True)
class Judged:
    """A home, where it stood, and what the rules say now."""

    unit_id: int
    building_id: int
    community_id: int
    grade: str | None
    assessment_id: int | None
    last_visit_at: datetime | None
    gained_days: int
    verdict: Verdict
    is_new_outcome: bool


def assess_building(building_id: int, *, visit: Visit, at: datetime) -> list[int]:
    """Assesses every home of a building after a visit, in its transaction; ids of the grade changes now proposed."""
    standings = Standing.objects.filter(unit__building=building_id, unit__left_on__isnull=True)
    return _assess(standings, visit.rule_set, at=at, visit=visit)


@transaction.atomic
def assess_buildings(first: int, last: int, *, rule_set: RuleSet, at: datetime, job: Job) -> list[int]:
    """Assesses every home of the buildings with ids first..last (a chunk of a bulk assessment)."""
    standings = Standing.objects.filter(
        unit__building__gte=first, unit__building__lte=last, unit__left_on__isnull=True
    )
    return _assess(standings, rule_set, at=at, job=job)


@transaction.atomic
def assess_after_check(building_id: int, *, rule_set: RuleSet, checked_by: User, at: datetime) -> list[int]:
    """Assesses a building after a person judged on paper; that person counts as the inspector of the change."""
    standings = Standing.objects.filter(unit__building=building_id, unit__left_on__isnull=True)
    return _assess(standings, rule_set, at=at, inspected_by=checked_by)


@transaction.atomic
def assess_homes(unit_ids: Sequence[int], *, rule_set: RuleSet, at: datetime) -> list[int]:
    """Assesses these homes without anybody having looked; ids of the grade changes now proposed."""
    return _assess(Standing.objects.filter(unit__in=unit_ids), rule_set, at=at)


def judge(standings: Any, book: RuleBook, at: date) -> list[Judged]:
    """Reads the facts of the homes and lets the rules speak as of the day `at`; writes nothing."""
    rows = list(
        standings.order_by("unit").values_list(
            "unit_id",
            "unit__building_id",
            "unit__building__community_id",
            "grade",
            "assessment_id",
            "last_visit_at",
            "gained_days",
            "assessment__rule_set__version",
            "assessment__grade",
            "assessment__score",
            "assessment__lines",
        )
    )
    buildings = {building for _unit, building, *_ in rows}
    hazards_of_unit, hazards_of_building = hazards_of(buildings, book, at)
    merits_of_unit, merits_of_building = merits_of(buildings)
    clean = rules.evaluate((), book, at)
    judged = []
    for unit, building, community, grade, assessment, last_visit, gained, *last_sum, last_lines in rows:
        hazards = (*hazards_of_building.get(building, ()), *hazards_of_unit.get(unit, ()))
        merits = (*merits_of_building.get(building, ()), *merits_of_unit.get(unit, ()))
        verdict = rules.evaluate(hazards, book, at, merits) if hazards or merits else clean
        is_same = last_sum == [book.version, verdict.grade, verdict.score]
        is_same = is_same and last_lines == kept_lines.to_json(verdict.lines)
        judged.append(
            Judged(unit, building, community, grade, assessment, last_visit, gained, verdict, not is_same)
        )
    return judged


def _assess(
    standings: Any,
    rule_set: RuleSet,
    *,
    at: datetime,
    visit: Visit | None = None,
    job: Job | None = None,
    inspected_by: User | None = None,
) -> list[int]:
    book = rule_sets.book(rule_set)
    judged = judge(standings.select_for_update(of=("self",), no_key=True), book, day_of(at))
    assessment_ids = _keep_assessments(judged, rule_set, at=at, visit=visit, job=job)
    _update_standings(judged, assessment_ids, book)
    return proposing.propose(
        [
            proposing.Proposal(j.unit_id, j.community_id, assessment_ids[j.unit_id], j.grade, j.verdict.grade)
            for j in judged
        ],
        at=at,
        inspected_by=visit.by_id if visit else inspected_by.pk if inspected_by else None,
    )


def _keep_assessments(
    judged: Sequence[Judged], rule_set: RuleSet, *, at: datetime, visit: Visit | None, job: Job | None
) -> dict[int, int]:
    """A row for each home whose outcome or version differs from its last one; unit id to assessment id for all."""
    fresh = [j for j in judged if j.is_new_outcome]
    ids = dict(zip((j.unit_id for j in fresh), reserve_ids(Assessment, len(fresh)), strict=True))
    copy_in(
        "grading_assessment",
        ("id", "unit_id", "rule_set_id", "at", "grade", "score", "bonus", "lines", "visit_id", "job_id"),
        (
            (
                ids[j.unit_id],
                j.unit_id,
                rule_set.pk,
                at,
                j.verdict.grade.value,
                j.verdict.score,
                j.verdict.bonus,
                json.dumps(kept_lines.to_json(j.verdict.lines)),
                visit.pk if visit else None,
                job.pk if job else None,
            )
            for j in fresh
        ),
    )
    kept = {j.unit_id: j.assessment_id for j in judged if j.assessment_id is not None}
    return kept | ids


def _update_standings(judged: Sequence[Judged], assessment_ids: dict[int, int], book: RuleBook) -> None:
    """Points each home to its assessment and sets its next visit: last visit plus the interval.

    `reassess_on` is the day on which time alone changes the sum.
    """
    units, assessments, next_days, ends = [], [], [], []
    for j in judged:
        units.append(j.unit_id)
        assessments.append(assessment_ids[j.unit_id])
        next_days.append(_next_visit(j, book))
        ends.append(j.verdict.changes_on)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE grading_standing s
            SET assessment_id = n.assessment_id, next_visit_on = n.next_visit_on, reassess_on = n.reassess_on
            FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[])
                AS n (unit_id, assessment_id, next_visit_on, reassess_on)
            WHERE s.unit_id = n.unit_id
              AND (s.assessment_id, s.next_visit_on, s.reassess_on)
                  IS DISTINCT FROM (n.assessment_id, n.next_visit_on, n.reassess_on)
            """,
            [units, assessments, next_days, ends],
        )


def _next_visit(j: Judged, book: RuleBook) -> date | None:
    """By the grade in force, which differs from the verdict while a change waits for its decision."""
    if j.last_visit_at is None:
        return None
    in_force = Verdict(Grade(j.grade), 0, j.verdict.lines) if j.grade else j.verdict
    days = rules.next_visit_in_days(in_force, book)
    if in_force.grade is Grade.GREEN and not in_force.has_open_cap:
        days += j.gained_days  # a self-inspection puts off the visit of a green home only
    return day_of(j.last_visit_at) + timedelta(days=days)
