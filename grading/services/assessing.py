"""Assessment of homes: facts read in a few flat queries, judged by the pure rules, written in bulk.

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
from core.dates import day_of, start_of
from grading import rules
from grading.facts import Because, Effect, Grade, HazardFact, Line, MeritFact, RuleBook, Verdict
from grading.models import Assessment, Hazard, HazardEvent, Merit, RuleSet, Standing, Visit
from grading.services import proposing, rule_sets
from grading.states import HazardState
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


_DAYS = {"due": "due_on", "closed": "closed_on", "happened": "happened_on", "until": "until"}


def lines_to_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The sum as it is kept and shown everywhere: page, letter and API. What is not so is left out."""
    return [_line_to_json(line) for line in lines]


def _line_to_json(line: Line) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "item": line.item_code,
        "hazard": line.hazard_id,
        "since": line.since.isoformat(),
        "common": line.in_common_parts,
        "effect": line.effect.value,
        "points": line.points,
    }
    if line.because:
        kept["because"] = line.because.value
    days = {key: getattr(line, name) for key, name in _DAYS.items()}
    return kept | {key: day.isoformat() for key, day in days.items() if day}


def lines_from_json(lines: Iterable[dict[str, Any]]) -> tuple[Line, ...]:
    return tuple(
        Line(
            item_code=line["item"],
            hazard_id=line["hazard"],
            since=date.fromisoformat(line["since"]),
            in_common_parts=line["common"],
            effect=Effect(line["effect"]),
            points=line["points"],
            because=Because(line["because"]) if "because" in line else None,
            **{name: date.fromisoformat(line[key]) for key, name in _DAYS.items() if key in line},
        )
        for line in lines
    )


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
            "assessment__grade",
            "assessment__score",
            "assessment__lines",
            "assessment__rule_set__version",
            "gained_days",
        )
    )
    facts = _read_facts({row[1] for row in rows}, book, at)
    judged = []
    clean = rules.evaluate((), book, at)
    for (
        unit,
        building,
        community,
        grade,
        assessment,
        last_visit,
        old_grade,
        old_score,
        old_lines,
        old,
        gained,
    ) in rows:
        hazards = (*facts.hazards_of_building.get(building, ()), *facts.hazards_of_unit.get(unit, ()))
        merits = (*facts.merits_of_building.get(building, ()), *facts.merits_of_unit.get(unit, ()))
        verdict = rules.evaluate(hazards, book, at, merits) if hazards or merits else clean
        is_same = (
            assessment is not None
            and (old, old_grade, old_score) == (book.version, verdict.grade, verdict.score)
            and old_lines == lines_to_json(verdict.lines)
        )
        judged.append(
            Judged(unit, building, community, grade, assessment, last_visit, gained, verdict, not is_same)
        )
    return judged


@dataclass(frozen=True, slots=True)
class _Facts:
    """What counts, by home and, for common parts, by building."""

    hazards_of_unit: defaultdict[int, list[HazardFact]]
    hazards_of_building: defaultdict[int, list[HazardFact]]
    merits_of_unit: defaultdict[int, list[MeritFact]]
    merits_of_building: defaultdict[int, list[MeritFact]]


def _read_facts(building_ids: set[int], book: RuleBook, at: date) -> _Facts:
    """Open hazards, mended ones that still count, and what was seen in order."""
    facts = _Facts(*hazards_of(building_ids, book, at), defaultdict(list), defaultdict(list))
    if not building_ids:
        return facts
    merits = Merit.objects.filter(_in(building_ids)).order_by("item_code", "pk")
    for unit, building, code, since in merits.values_list("unit_id", "building_id", "item_code", "since"):
        merit = MeritFact(code, since, unit is None)
        (facts.merits_of_building[building] if unit is None else facts.merits_of_unit[unit]).append(merit)
    return facts


def _in(building_ids: set[int]) -> Q:
    if len(building_ids) < 100:
        return Q(building__in=building_ids)
    return Q(building__gte=min(building_ids), building__lte=max(building_ids))


def hazards_of(
    building_ids: set[int], book: RuleBook, at: date
) -> tuple[defaultdict[int, list[HazardFact]], defaultdict[int, list[HazardFact]]]:
    """Open hazards and mended ones that may still count: by home, and by building for common parts."""
    of_unit: defaultdict[int, list[HazardFact]] = defaultdict(list)
    of_building: defaultdict[int, list[HazardFact]] = defaultdict(list)
    if not building_ids:
        return of_unit, of_building
    wanted = _in(building_ids)
    rows = [
        *_hazard_rows(Hazard.objects.open().filter(wanted)),
        *_hazard_rows(_still_counting(book, at).filter(wanted)),
    ]
    relapsed_on = _relapses({row[0] for row in rows if 0 < book.relapse_red_count <= row[-1]})
    for pk, unit, building, code, opened_at, due_on, closed_at, happened_on, seen_at, aside, _count in rows:
        fact = HazardFact(
            pk,
            code,
            day_of(opened_at),
            unit is None,
            due_on,
            day_of(closed_at) if closed_at else None,
            happened_on,
            day_of(seen_at) if seen_at else None,
            tuple(relapsed_on.get(pk, ())),
            aside is not None,
        )
        (of_building[building] if unit is None else of_unit[unit]).append(fact)
    return of_unit, of_building


def _hazard_rows(hazards: Any) -> Any:
    return hazards.order_by("item_code", "pk").values_list(
        "pk",
        "unit_id",
        "building_id",
        "item_code",
        "opened_at",
        "due_on",
        "closed_at",
        "happened_on",
        "seen_at",
        "set_aside_on",
        "relapses",
    )


def _still_counting(book: RuleBook, at: date) -> Any:
    """Mended hazards that may count on: incidents under watch, and deductions that decay."""
    decays = {code: item.decay_days for code, item in book.items.items() if item.decay_days}
    counting = Q(happened_on__gt=at - timedelta(days=book.watch_days_incident))
    if decays:
        earliest = start_of(at - timedelta(days=max(decays.values())))
        counting |= Q(item_code__in=decays, closed_at__gte=earliest)
    return Hazard.objects.filter(counting, state=HazardState.CLOSED)


def _relapses(hazard_ids: set[int]) -> dict[int, list[date]]:
    """The days on which these came back."""
    found: defaultdict[int, list[date]] = defaultdict(list)
    if hazard_ids:
        events = HazardEvent.objects.filter(hazard__in=hazard_ids, what=HazardEvent.What.RELAPSED)
        for hazard, at in events.order_by("at", "pk").values_list("hazard", "at"):
            found[hazard].append(day_of(at))
    return found


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
