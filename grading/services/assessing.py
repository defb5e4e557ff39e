"""Assessment of homes: facts read in two queries, judged by the pure rules, written in bulk.

The same code serves the 20 homes of a visit and the 170,699 of a bulk assessment.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import User
from core.bulk import copy_in, reserve_ids
from core.dates import day_of
from grading import rules
from grading.facts import Effect, Grade, Line, OpenHazard, RuleBook, Verdict
from grading.models import Assessment, Hazard, RuleSet, Standing, Visit
from grading.services import changes, rule_sets
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
    verdict: Verdict
    is_new_outcome: bool


def lines_to_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The sum as it is kept and shown everywhere: page, letter and API."""
    return [
        {
            "item": line.item_code,
            "hazard": line.hazard_id,
            "since": line.since.isoformat(),
            "common": line.in_common_parts,
            "effect": line.effect.value,
            "points": line.points,
        }
        for line in lines
    ]


def lines_from_json(lines: Iterable[dict[str, Any]]) -> tuple[Line, ...]:
    return tuple(
        Line(
            item_code=line["item"],
            hazard_id=line["hazard"],
            since=date.fromisoformat(line["since"]),
            in_common_parts=line["common"],
            effect=Effect(line["effect"]),
            points=line["points"],
        )
        for line in lines
    )


@transaction.atomic
def assess_building(building_id: int, *, visit: Visit, at: datetime) -> list[int]:
    """Assesses every home of a building after a visit; ids of the grade changes now proposed."""
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
def assess_after_proof(building_id: int, *, rule_set: RuleSet, checked_by: User, at: datetime) -> list[int]:
    """Assesses a building after an accepted proof; who checked it counts as the inspector of the change."""
    standings = Standing.objects.filter(unit__building=building_id, unit__left_on__isnull=True)
    return _assess(standings, rule_set, at=at, inspected_by=checked_by)


def judge(standings: Any, book: RuleBook) -> list[Judged]:
    """Reads the facts of the homes and lets the rules speak; writes nothing."""
    rows = list(
        standings.order_by("unit").values_list(
            "unit_id",
            "unit__building_id",
            "unit__building__community_id",
            "grade",
            "assessment_id",
            "last_visit_at",
            "assessment__grade",
            "assessment__score",
            "assessment__lines",
        )
    )
    of_unit, of_building = _open_hazards({row[1] for row in rows})
    judged = []
    clean = rules.evaluate((), book)
    for unit, building, community, grade, assessment, last_visit, old_grade, old_score, old_lines in rows:
        hazards = (*of_building.get(building, ()), *of_unit.get(unit, ()))
        verdict = rules.evaluate(hazards, book) if hazards else clean
        is_same = (
            assessment is not None
            and (old_grade, old_score) == (verdict.grade, verdict.score)
            and old_lines == lines_to_json(verdict.lines)
        )
        judged.append(Judged(unit, building, community, grade, assessment, last_visit, verdict, not is_same))
    return judged


def _open_hazards(
    building_ids: set[int],
) -> tuple[dict[int, list[OpenHazard]], dict[int, list[OpenHazard]]]:
    """Open hazards by unit, and those of common parts by building."""
    of_unit: defaultdict[int, list[OpenHazard]] = defaultdict(list)
    of_building: defaultdict[int, list[OpenHazard]] = defaultdict(list)
    if not building_ids:
        return of_unit, of_building
    wanted = (
        Q(building__in=building_ids)
        if len(building_ids) < 100
        else Q(building__gte=min(building_ids), building__lte=max(building_ids))
    )
    rows = Hazard.objects.open().filter(wanted).order_by("item_code", "pk")
    for pk, unit, building, code, opened_at in rows.values_list(
        "pk", "unit_id", "building_id", "item_code", "opened_at"
    ):
        hazard = OpenHazard(pk, code, day_of(opened_at), unit is None)
        (of_building[building] if unit is None else of_unit[unit]).append(hazard)
    return of_unit, of_building


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
    judged = judge(standings.select_for_update(of=("self",), no_key=True), book)
    assessment_ids = _keep_assessments(judged, rule_set, at=at, visit=visit, job=job)
    _update_standings(judged, assessment_ids, book)
    return changes.propose(
        [
            changes.Proposal(j.unit_id, j.community_id, assessment_ids[j.unit_id], j.grade, j.verdict.grade)
            for j in judged
        ],
        at=at,
        inspected_by=visit.by_id if visit else inspected_by.pk if inspected_by else None,
    )


def _keep_assessments(
    judged: Sequence[Judged], rule_set: RuleSet, *, at: datetime, visit: Visit | None, job: Job | None
) -> dict[int, int]:
    """A row for each home whose outcome differs from its last one; unit id to assessment id for all."""
    fresh = [j for j in judged if j.is_new_outcome]
    ids = dict(zip((j.unit_id for j in fresh), reserve_ids(Assessment, len(fresh)), strict=True))
    copy_in(
        "grading_assessment",
        ("id", "unit_id", "rule_set_id", "at", "grade", "score", "lines", "visit_id", "job_id"),
        (
            (
                ids[j.unit_id],
                j.unit_id,
                rule_set.pk,
                at,
                j.verdict.grade.value,
                j.verdict.score,
                json.dumps(lines_to_json(j.verdict.lines)),
                visit.pk if visit else None,
                job.pk if job else None,
            )
            for j in fresh
        ),
    )
    kept = {j.unit_id: j.assessment_id for j in judged if j.assessment_id is not None}
    return kept | ids


def _update_standings(judged: Sequence[Judged], assessment_ids: dict[int, int], book: RuleBook) -> None:
    """Points each home to its assessment and sets its next visit: last visit plus the interval."""
    units, assessments, next_days = [], [], []
    for j in judged:
        units.append(j.unit_id)
        assessments.append(assessment_ids[j.unit_id])
        next_days.append(_next_visit(j, book))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE grading_standing s SET assessment_id = n.assessment_id, next_visit_on = n.next_visit_on
            FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS n (unit_id, assessment_id, next_visit_on)
            WHERE s.unit_id = n.unit_id
              AND (s.assessment_id, s.next_visit_on) IS DISTINCT FROM (n.assessment_id, n.next_visit_on)
            """,
            [units, assessments, next_days],
        )


def _next_visit(j: Judged, book: RuleBook) -> date | None:
    """By the grade in force, which differs from the verdict while a change waits for its decision."""
    if j.last_visit_at is None:
        return None
    in_force = Verdict(Grade(j.grade), 0, j.verdict.lines) if j.grade else j.verdict
    return day_of(j.last_visit_at) + timedelta(days=rules.next_visit_in_days(in_force, book))
