"""One standing a home, opened when the home enters the register."""

from django.db import connection

from grading.models import Standing
from rentals.models import ImportRun


def open_standings() -> int:
    """Gives every home of the register without a standing one (not graded); how many were opened."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO grading_standing (unit_id)
            SELECT u.id FROM rentals_unit u LEFT JOIN grading_standing s ON s.unit_id = u.id
            WHERE s.unit_id IS NULL
            """
        )
        return int(cursor.rowcount)


def close_untouched(run: ImportRun) -> int:
    """Removes the standings of homes that a run added and nobody has visited or assessed; how many."""
    untouched = Standing.objects.filter(unit__added_by=run, grade=None, assessment=None, last_visit_at=None)
    return untouched.delete()[0]
