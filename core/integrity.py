"""Runs integrity checks: each is a query that selects the rows that break a rule."""

from collections.abc import Mapping

from django.db import connection


def broken_rows(checks: Mapping[str, str]) -> dict[str, list[int]]:
    """For each rule that does not hold: ids of the first hundred rows that break it."""
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        for rule, query in checks.items():
            cursor.execute(f"SELECT * FROM ({query}) AS broken LIMIT 100")
            rows = [row[0] for row in cursor.fetchall()]
            if rows:
                found[rule] = rows
    return found
