"""What the conditions of stars are judged by, for one building or for all of a street, and how they are met in words."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.facts import Effect
from grading.models import Merit, RuleItem, RuleSet
from grading.models.stars import CAUSE_NAMES
from grading.rules import months_before
from grading.services import rule_sets
from grading.stars import Case, Cause, Condition, StarFacts, StarVerdict, judge
from rentals.models import Unit

HOMES = """
    SELECT u.building_id, count(*), count(*) FILTER (WHERE s.grade IS DISTINCT FROM 'green'),
           (max(s.graded_at) FILTER (WHERE s.grade = 'green') AT TIME ZONE 'Asia/Shanghai')::date,
           count(*) FILTER (WHERE a.grade IS DISTINCT FROM 'green'), min(a.score), min(a.score + a.bonus),
           count(*) FILTER (WHERE coalesce(s.next_visit_on < %(on)s, true))
    FROM rentals_unit u
    JOIN grading_standing s ON s.unit_id = u.id
    LEFT JOIN grading_assessment a ON a.id = s.assessment_id
    WHERE u.building_id = ANY(%(buildings)s) AND u.left_on IS NULL
    GROUP BY u.building_id
"""
ALL_GREEN = """
    SELECT b FROM unnest(%s::bigint[]) b WHERE NOT EXISTS (
        SELECT FROM rentals_unit u JOIN grading_standing s ON s.unit_id = u.id
        WHERE u.building_id = b AND u.left_on IS NULL AND s.grade IS DISTINCT FROM 'green')
"""
CASES = """
    SELECT u.building_id, 'red', max(coalesce((p.ends_at AT TIME ZONE 'Asia/Shanghai')::date, %(on)s::date))
    FROM grading_gradeperiod p JOIN rentals_unit u ON u.id = p.unit_id
    WHERE u.building_id = ANY(%(buildings)s) AND p.grade = 'red'
      AND NOT EXISTS (SELECT FROM grading_urgentred r WHERE r.change_id = p.change_id AND r.state = 'lifted')
      AND NOT EXISTS (SELECT FROM grading_objection o WHERE o.change_id = p.change_id AND o.state = 'upheld')
    GROUP BY 1
    UNION ALL
    SELECT i.building_id, 'incident', max((i.happened_at AT TIME ZONE 'Asia/Shanghai')::date)
    FROM grading_incident i
    WHERE i.building_id = ANY(%(buildings)s) AND i.state = 'matched' AND i.hazard_id IS NOT NULL
    GROUP BY 1
    UNION ALL
    SELECT h.building_id, 'false_proof', max((v.submitted_at AT TIME ZONE 'Asia/Shanghai')::date)
    FROM grading_spotcheck c JOIN grading_visit v ON v.id = c.visit_id JOIN grading_hazard h ON h.id = c.hazard_id
    WHERE h.building_id = ANY(%(buildings)s) AND c.state = 'false'
    GROUP BY 1
"""


def all_green(building_ids: Collection[int]) -> list[int]:
    """Those where no home has another grade; the others, most of a street, cannot have stars."""
    with connection.cursor() as cursor:
        cursor.execute(ALL_GREEN, [list(building_ids)])
        return [building for (building,) in cursor.fetchall()]


def verdicts(building_ids: Collection[int], *, on: date) -> dict[int, StarVerdict]:
    """What the rules in force say of these buildings, in two queries however many they are.

    A building without a home in the register is left out.
    """
    book = rule_sets.star_book(rule_sets.for_visit(on))
    return {pk: judge(facts, book, on) for pk, facts in _facts(building_ids, on, book.case_months).items()}


def _facts(building_ids: Collection[int], on: date, case_months: int) -> dict[int, StarFacts]:
    """Of the cases only those count that are younger than `case_months`."""
    values: dict[str, Any] = {"buildings": list(building_ids), "on": on}
    after = months_before(on, case_months)
    cases: defaultdict[int, list[Case]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(CASES, values)
        for building, cause, day in cursor.fetchall():
            if day >= after:
                cases[building].append(Case(Cause(cause), day))
        cursor.execute(HOMES, values)
        return {
            pk: StarFacts(homes, not_green, since, not_clean, score, points, overdue, tuple(cases[pk]))
            for pk, homes, not_green, since, not_clean, score, points, overdue in cursor.fetchall()
        }


def to_json(facts: StarFacts) -> dict[str, Any]:
    return {
        "homes": facts.homes,
        "not_green": facts.not_green,
        "green_since": facts.green_since.isoformat() if facts.green_since else None,
        "not_clean": facts.not_clean,
        "score": facts.score,
        "points": facts.points,
        "overdue": facts.overdue,
        "cases": [{"cause": case.cause.value, "on": case.on.isoformat()} for case in facts.cases],
    }


def from_json(kept: Mapping[str, Any]) -> StarFacts:
    since = kept["green_since"]
    cases = tuple(Case(Cause(case["cause"]), date.fromisoformat(case["on"])) for case in kept["cases"])
    return StarFacts(**{**kept, "green_since": date.fromisoformat(since) if since else None, "cases": cases})


def judged_then(kept: Mapping[str, Any], rule_set: RuleSet, on: date) -> StarVerdict:
    """The verdict of the day a proposal was made, computed again from what it kept."""
    return judge(from_json(kept), rule_sets.star_book(rule_set), on)


@dataclass(frozen=True, slots=True)
class Line:
    """One published condition, and how the building meets it."""

    condition: Condition
    is_met: bool
    wanted: str
    found: str


def explain(verdict: StarVerdict) -> list[Line]:
    """The conditions line by line, the same on every page."""
    wanted, found = _wanted(verdict), _found(verdict.facts)
    return [Line(c, c not in verdict.unmet, wanted[c], found[c]) for c in Condition]


def _wanted(verdict: StarVerdict) -> dict[Condition, str]:
    book = verdict.book
    return {
        Condition.GREEN: _("Every home is green"),
        Condition.SINCE: _("Green for at least %(count)s months") % {"count": book.months},
        Condition.SCORE: _("Every home has at least %(count)s points in its newest assessment")
        % {"count": book.score_from},
        Condition.VISITED: _("No visit is overdue"),
        Condition.CASE: _("No red, no fire or police incident, no untrue proof for %(count)s months")
        % {"count": book.case_months},
    }


def _found(facts: StarFacts) -> dict[Condition, str]:
    return {
        Condition.GREEN: _of_homes(facts.not_green, facts.homes, _("not green")),
        Condition.SINCE: _("since %(day)s") % {"day": facts.green_since.isoformat()}
        if facts.green_since
        else _("no home is green"),
        Condition.SCORE: _of_homes(facts.not_clean, facts.homes, _("not assessed green"))
        if facts.not_clean or facts.score is None
        else _("the lowest has %(count)s") % {"count": facts.score},
        Condition.VISITED: _of_homes(facts.overdue, facts.homes, _("overdue")),
        Condition.CASE: ", ".join(
            f"{CAUSE_NAMES[case.cause]} {case.on.isoformat()}"
            for case in sorted(facts.cases, key=lambda c: c.on)
        )
        or _("none"),
    }


def _of_homes(count: int, homes: int, what: str) -> str:
    if not count:
        return ngettext("the one home", "all %(homes)s homes", homes) % {"homes": homes}
    return _("%(count)s of %(homes)s homes %(what)s") % {"count": count, "homes": homes, "what": what}


def bonus_not_seen(building_id: int, rule_set: RuleSet) -> list[RuleItem]:
    """Bonus items that not every home of the building has: what would bring points for stars."""
    items = [i for i in rule_sets.items_of(rule_set).values() if i.effect == Effect.BONUS]
    if not items:
        return []
    homes = set(Unit.objects.filter(building=building_id).in_register().values_list("pk", flat=True))
    has: defaultdict[str, set[int]] = defaultdict(set)
    for code, unit in Merit.objects.filter(building=building_id).values_list("item_code", "unit_id"):
        has[code] |= homes if unit is None else {unit}
    return sorted((item for item in items if not homes <= has[item.code]), key=lambda item: item.code)


def reasons_zh(verdict: StarVerdict) -> list[str]:
    """How the conditions are met, for the paper of the award."""
    facts, book = verdict.facts, verdict.book
    return [
        f"全部{facts.homes}套出租屋均为宽管级，已满{book.months}个月。",
        f"最近一次评定得分最低的一套为{facts.score}分，不低于{book.score_from}分；加分后为{facts.points}分。",
        f"近{book.case_months}个月内无禁止级记录，无警情、火情，无虚假整改材料，检查按期完成。",
    ]
