"""One home as the public sees it: one statement, nothing about any person."""

import json
import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from weakref import WeakSet

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from core.text import TOKEN_LENGTH
from grading.models import HazardReport
from grading.querysets import OfUnitQuerySet
from grading.services.tallies import Tally
from grading.states import OPEN_CHANGE_STATES, OPEN_OBJECTION_STATES, HazardState, UrgentState
from signage.states import LIVE_SIGN_STATES

NOBODY = "0" * TOKEN_LENGTH
_SHAPE = re.compile(rf"[0-9A-Za-z]{{{TOKEN_LENGTH}}}/?")
LATELY = timedelta(days=14)
_PREPARED: WeakSet[Any] = WeakSet()  # connections that know the statement

# Prepared once a connection: to plan these joins costs more than to run them. States and the zone are written
# in as constants, because a plan for parameters does not find the partial indexes.
_STATEMENT = """
PREPARE public_home (text, date, text) AS
SELECT t.token, u.id, u.code, u.address, u.building_id, b.estate_id,
    coalesce(nullif(b.name, ''), b.road || b.doorplate), coalesce(e.name, ''),
    c.name, c.name_en, s.name, s.name_en, s.hotline,
    coalesce(st.grade, 'none'), (st.graded_at AT TIME ZONE %(zone)s)::date::text,
    (st.last_visit_at AT TIME ZONE %(zone)s)::date::text, st.next_visit_on::text,
    coalesce(st.next_visit_on < $2, false),
    a.score, r.green_from,
    (SELECT json_agg(json_build_array(i.fault_zh, i.fault_en) ORDER BY i.code)::text
        FROM grading_ruleitem i WHERE i.rule_set_id = a.rule_set_id AND i.code IN (
            SELECT l ->> 'item' FROM jsonb_array_elements(a.lines) l
            WHERE l ->> 'effect' <> 'bonus' AND coalesce((
                SELECT h.state FROM grading_hazard h WHERE h.id = (l ->> 'hazard')::bigint
            ), %(closed)s) = %(closed)s)),
    (SELECT json_agg(json_build_array(
            i.fault_zh, i.fault_en, i.effect, i.points, h.unit_id IS NULL, coalesce(h.due_on < $2, false),
            h.state = %(proof_sent)s, (h.opened_at AT TIME ZONE %(zone)s)::date, h.due_on)
            ORDER BY array_position(ARRAY['veto', 'cap', 'points'], i.effect::text), h.opened_at)::text
        FROM (SELECT * FROM grading_hazard WHERE unit_id = u.id UNION ALL
            SELECT * FROM grading_hazard WHERE building_id = u.building_id AND unit_id IS NULL) h
        JOIN grading_ruleitem i ON i.id = h.item_id
        WHERE h.state <> %(closed)s AND i.effect <> 'bonus'),
    (SELECT (proposed_at AT TIME ZONE %(zone)s)::date::text FROM grading_gradechange
        WHERE unit_id = u.id AND state IN %(open_changes)s LIMIT 1),
    (SELECT (filed_at AT TIME ZONE %(zone)s)::date::text FROM grading_objection
        WHERE unit_id = u.id AND state IN %(open_objections)s LIMIT 1),
    (SELECT (decided_at AT TIME ZONE %(zone)s)::date::text FROM grading_urgentred
        WHERE unit_id = u.id AND state = %(unconfirmed)s LIMIT 1),
    (SELECT text FROM grading_reply WHERE change_id = p.change_id AND hidden_at IS NULL),
    (SELECT stars FROM grading_staraward
        WHERE building_id = u.building_id AND ended_at IS NULL AND valid_until >= $2),
    EXISTS (SELECT FROM signage_sign WHERE serial = $3 AND unit_id = u.id
        AND (state IN %(live_signs)s OR ended_at IS NULL)),
    n.homes, n.green, n.yellow, n.red, n.late
FROM signage_publictoken t
JOIN rentals_unit u ON u.id = t.unit_id AND u.left_on IS NULL
JOIN rentals_building b ON b.id = u.building_id
LEFT JOIN communities_estate e ON e.id = b.estate_id
JOIN communities_community c ON c.id = b.community_id
JOIN communities_street s ON s.id = c.street_id
LEFT JOIN grading_standing st ON st.unit_id = u.id
LEFT JOIN grading_gradeperiod p ON p.unit_id = u.id AND p.ends_at IS NULL
LEFT JOIN grading_gradechange g ON g.id = p.change_id
LEFT JOIN grading_assessment latest ON latest.id = st.assessment_id
LEFT JOIN grading_assessment a
    ON a.id = CASE WHEN latest.grade = st.grade THEN latest.id ELSE g.assessment_id END
    AND a.grade = st.grade
LEFT JOIN grading_ruleset r ON r.id = a.rule_set_id
CROSS JOIN LATERAL (
    SELECT count(*) homes, count(*) FILTER (WHERE ns.grade = 'green') green,
        count(*) FILTER (WHERE ns.grade = 'yellow') yellow, count(*) FILTER (WHERE ns.grade = 'red') red,
        count(*) FILTER (WHERE ns.next_visit_on < $2) late
    FROM rentals_unit nu LEFT JOIN grading_standing ns ON ns.unit_id = nu.id
    WHERE nu.building_id = u.building_id AND nu.left_on IS NULL) n
WHERE t.token = $1
"""
_CONSTANTS: dict[str, Any] = {
    "zone": settings.TIME_ZONE,
    "closed": HazardState.CLOSED.value,
    "proof_sent": HazardState.PROOF_SENT.value,
    "open_changes": tuple(state.value for state in OPEN_CHANGE_STATES),
    "open_objections": tuple(state.value for state in OPEN_OBJECTION_STATES),
    "live_signs": tuple(state.value for state in LIVE_SIGN_STATES),
    "unconfirmed": UrgentState.UNCONFIRMED.value,
}


class PublicHazard(NamedTuple):
    """A fault in the checklist's own words, never what someone typed about it."""

    fault_zh: str
    fault_en: str
    effect: str  # veto, cap, points
    points: int
    in_common_parts: bool
    is_overdue: bool
    is_being_checked: bool
    found_on: str
    due_on: str | None


class PublicHome(NamedTuple):
    """Plain values, so that no template can reach a landlord, a note or a visitor. Days are written `2026-11-23`.

    `score` and `green_from` are of the newest sum that gives the grade in force; `mended_json` names what
    counted in it and is open no more. `pending_since`: a change of grade waits for its decision; the grade
    shown holds until then.
    """

    token: str
    unit_id: int
    code: str
    address: str
    building_id: int
    estate_id: int | None
    building: str
    estate: str
    community: str
    community_en: str
    street: str
    street_en: str
    hotline: str
    grade: str  # green, yellow, red, none
    graded_on: str | None
    last_visit_on: str | None
    visit_due_on: str | None
    is_stale: bool
    score: int | None
    green_from: int | None
    mended_json: str | None
    hazards_json: str | None
    pending_since: str | None
    objection_since: str | None
    urgent_since: str | None
    reply: str | None
    stars: int | None  # of the building
    is_scanned_valid: bool  # the print asked for is one of this home and still counts
    homes: int
    green: int
    yellow: int
    red: int
    late: int

    @property
    def hazards(self) -> list[PublicHazard]:
        """Open hazards that weigh, the gravest first."""
        return [PublicHazard(*values) for values in json.loads(self.hazards_json or "[]")]

    @property
    def mended(self) -> list[tuple[str, str]]:
        """The fault in Chinese and English."""
        return [(zh, en) for zh, en in json.loads(self.mended_json or "[]")]

    @property
    def in_building(self) -> Tally:
        return Tally(self.homes, self.green, self.yellow, self.red, self.late)

    @property
    def dialled(self) -> str:
        return dialled(self.hotline)


def dialled(hotline: str) -> str:
    """A hotline as a telephone takes it."""
    return "".join(character for character in hotline if character in "+0123456789")


def home_of(token: str, serial: str = "") -> PublicHome | None:
    """The home behind a token; None alike for an unknown, a malformed and a revoked one."""
    asked = [_asked(token), timezone.localdate(), serial]
    # The statement itself is the check of the connection, and nothing is lost by a second try.
    connection.health_check_done = True  # type: ignore[attr-defined] # of Django, unknown to its stubs
    try:
        return _read(asked)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return _read(asked)


def _read(asked: list[Any]) -> PublicHome | None:
    with connection.cursor() as cursor:
        if connection.connection not in _PREPARED:
            cursor.execute(_STATEMENT, _CONSTANTS)
            _PREPARED.add(connection.connection)
        cursor.execute("EXECUTE public_home (%s, %s, %s)", asked)
        found = cursor.fetchone()
    return None if found is None else PublicHome._make(found)


def _asked(token: str) -> str:
    """The token, or one that nobody has: a malformed one costs the same look-up, so its time tells nothing."""
    return token[:TOKEN_LENGTH] if _SHAPE.fullmatch(token) else NOBODY


def report_of(home: PublicHome, case_number: str) -> HazardReport | None:
    """A report of this home by its case number."""
    return of_case(case_number).filter(unit=home.unit_id).first()


def of_case(case_number: str) -> OfUnitQuerySet[HazardReport]:
    """The report of a case number; none where the words cannot be one."""
    is_one = case_number.isascii() and case_number.replace("-", "").isalnum() and len(case_number) <= 16
    return HazardReport.objects.filter(case_number=case_number if is_one else "")


def reported_lately(home: PublicHome, at: datetime) -> dict[str, HazardReport]:
    """For each kind of hazard the newest report about this home in the last days."""
    found: dict[str, HazardReport] = {}
    for report in HazardReport.objects.filter(unit=home.unit_id, at__gte=at - LATELY).order_by("at", "pk"):
        found |= dict.fromkeys(report.kinds, report)
    return found
