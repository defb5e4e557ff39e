"""All homes through the rules: the first grading, and later every change of rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import day_of
from grading.models import RuleSet
from grading.services import assessing, delisting, rule_sets
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers

CHUNK = 5000  # homes, about


@transaction.atomic(durable=True)
def ask(*, by: User, at: datetime) -> Job:
    """A job that assesses every home under the rules in force; Conflict before their day (ADR 4)."""
    access.authorize(by, Permission.GRADE_BULK_ASSESS)
    rule_set = rule_sets.grading_on(day_of(at))
    job, is_new = jobs.ask(
        kind=BulkAssessment.kind,
        params={"rule_set": rule_set.pk, "at": at.isoformat()},
        by=by,
        at=at,
        dedupe_key="all",
    )
    if is_new:
        transaction.on_commit(lambda: ring_workers(job.pk))
    return job


def whole_buildings() -> Sequence[tuple[int, dict[str, Any]]]:
    """All homes in parts of about CHUNK: whole buildings, so that facts of common parts are read once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH homes AS (
                SELECT building_id, count(*) AS n FROM rentals_unit
                WHERE left_on IS NULL GROUP BY building_id
            ), running AS (
                SELECT building_id, n, sum(n) OVER (ORDER BY building_id) - n AS before FROM homes
            )
            SELECT min(building_id), max(building_id), sum(n) FROM running
            GROUP BY (before / %s)::int ORDER BY 1
            """,
            [CHUNK],
        )
        rows = cursor.fetchall()
    return [(int(size), {"first": first, "last": last}) for first, last, size in rows]


class BulkAssessment:
    kind = "grading.bulk_assessment"
    in_order = False
    in_transaction = True

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        return whole_buildings()

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        at = datetime.fromisoformat(job.params["at"])
        proposed = assessing.assess_buildings(
            chunk.payload["first"],
            chunk.payload["last"],
            rule_set=RuleSet.objects.get(pk=job.params["rule_set"]),
            at=at,
            job=job,
        )
        delisting.follow_newer_facts(at=at)
        return {"proposed": len(proposed)}

    def finish(self, job: Job) -> dict[str, Any]:
        return {"proposed": sum(r["proposed"] for r in job.chunks.values_list("result", flat=True))}
