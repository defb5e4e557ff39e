"""The watch over a home that left red: it is visited as if red, and falls back without a second review."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection


def send_to_panel(change_ids: Sequence[int]) -> None:
    """Red again within the watch by the same cause: the community has seen it before."""
    if not change_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE grading_gradechange c SET state = 'with_panel', mark = 'fell_back'
            FROM grading_assessment a
            WHERE c.id = ANY(%s) AND c.to_grade = 'red' AND a.id = c.assessment_id AND EXISTS (
                SELECT FROM grading_watch w, jsonb_array_elements(a.lines) line
                WHERE w.unit_id = c.unit_id AND line ->> 'effect' = 'veto' AND line ->> 'item' = ANY(w.causes)
                  AND (c.proposed_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN w.starts_on AND w.until)
            """,
            [list(change_ids)],
        )


def keep(unit_ids: Sequence[int], *, at: datetime) -> None:
    """Homes under watch are visited at the interval of red."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE grading_standing s
            SET next_visit_on = (s.last_visit_at AT TIME ZONE 'Asia/Shanghai')::date
                                + (r.interval_days ->> 'red')::int
            FROM grading_watch w
            JOIN grading_gradechange c ON c.id = w.change_id
            JOIN grading_assessment a ON a.id = c.assessment_id
            JOIN grading_ruleset r ON r.id = a.rule_set_id
            WHERE s.unit_id = ANY(%s) AND w.unit_id = s.unit_id
              AND (%s AT TIME ZONE 'Asia/Shanghai')::date BETWEEN w.starts_on AND w.until
              AND s.next_visit_on > (s.last_visit_at AT TIME ZONE 'Asia/Shanghai')::date
                                    + (r.interval_days ->> 'red')::int
            """,
            [list(unit_ids), at],
        )


def begin(change_ids: Sequence[int], *, at: datetime) -> None:
    """A home that leaves red is watched for the days its version says, for the causes it was red for."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO grading_watch (unit_id, change_id, starts_on, until, causes)
            SELECT c.unit_id, c.id, d.day, d.day + r.watch_days, ARRAY(
                SELECT DISTINCT line ->> 'item' FROM jsonb_array_elements(was.lines) line
                WHERE line ->> 'effect' = 'veto')
            FROM grading_gradechange c
            JOIN grading_assessment a ON a.id = c.assessment_id
            JOIN grading_ruleset r ON r.id = a.rule_set_id
            JOIN grading_gradeperiod p ON p.unit_id = c.unit_id AND p.grade = 'red' AND p.ends_at = %s
            JOIN grading_gradechange red ON red.id = p.change_id
            JOIN grading_assessment was ON was.id = red.assessment_id,
            LATERAL (SELECT (%s AT TIME ZONE 'Asia/Shanghai')::date AS day) d
            WHERE c.id = ANY(%s) AND c.from_grade = 'red' AND c.mark = 'assessed'
            RETURNING unit_id
            """,
            [at, at, list(change_ids)],
        )
        keep([row[0] for row in cursor.fetchall()], at=at)
