"""What must have happened before a home may leave red; the database refuses the same by a trigger."""

from collections.abc import Sequence

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from grading.models import GradeChange, GradePeriod


class HeldInRed(Conflict):
    """A red that may not be left yet; the message says what must happen first."""

    code = "held-in-red"


UNCONFIRMED = _("The urgent red of this home waits for its confirmation. Confirm or lift it first.")
NO_OTHER_LOOK = _(
    "The home has only been seen by the person who put it into red. Someone else must visit first."
)


def held(change_ids: Sequence[int]) -> dict[int, str | Promise]:
    """Those of the changes out of red that may not go on yet, and why; the database refuses them too."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, EXISTS (SELECT FROM grading_urgentred u WHERE u.change_id = red.id AND u.state = 'unconfirmed')
            FROM grading_gradechange c
            JOIN grading_gradeperiod p ON p.unit_id = c.unit_id AND p.ends_at IS NULL AND p.grade = 'red'
            JOIN grading_gradechange red ON red.id = p.change_id
            JOIN grading_assessment was ON was.id = red.assessment_id
            JOIN grading_assessment now ON now.id = c.assessment_id
            JOIN rentals_unit h ON h.id = c.unit_id
            WHERE c.id = ANY(%s) AND c.from_grade = 'red' AND c.mark = 'assessed' AND (
                EXISTS (SELECT FROM grading_urgentred u WHERE u.change_id = red.id AND u.state = 'unconfirmed')
                OR was.rule_set_id = now.rule_set_id
                   AND NOT EXISTS (
                        SELECT FROM grading_visit v
                        WHERE v.building_id = h.building_id AND v.submitted_at >= p.starts_at
                          AND v.by_id <> coalesce(red.inspected_by_id, red.decided_by_id)
                          AND v.by_id <> ALL(red.earlier_inspectors)
                          AND (red.mark <> 'urgent' OR v.by_id <> red.decided_by_id)
                          AND NOT EXISTS (SELECT FROM grading_visitexception e
                                          WHERE e.visit_id = v.id AND e.unit_id = c.unit_id)))
            """,
            [list(change_ids)],
        )
        return {pk: UNCONFIRMED if is_urgent else NO_OTHER_LOOK for pk, is_urgent in cursor.fetchall()}


def put_in_by(unit_id: int) -> set[int]:
    """Who put the home into the red that is in force: its inspectors, and who decided an urgent one, or one
    that nobody inspected, as a bulk assessment leaves it.

    None of them makes the re-inspection that leads out of it.
    """
    period = GradePeriod.objects.filter(unit=unit_id, ends_at__isnull=True, grade="red")
    red = GradeChange.objects.filter(period__in=period).first()
    if red is None:
        return set()
    is_deciders = red.mark == GradeChange.Mark.URGENT or red.inspected_by_id is None
    decider = red.decided_by_id if is_deciders else None
    return {pk for pk in (red.inspected_by_id, *red.earlier_inspectors, decider) if pk is not None}
