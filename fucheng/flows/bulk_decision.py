"""One reason for very many changes: a job whose frozen list is decided in chunks, as the person who asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import Invalid, NotAllowed
from fucheng.flows import grade_change
from grading.services import reasons
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers

CHUNK = 2000
DECIDE = (Permission.GRADE_DECIDE, Permission.GRADE_DECIDE_RED)


@transaction.atomic(durable=True)
def ask(*, verb: str, change_ids: Sequence[int], by: User, at: datetime, reason: str) -> Job:
    """The job that decides these changes; asking twice for the same list gives the same job."""
    if not any(access.can(by, permission) for permission in DECIDE):
        raise NotAllowed
    if verb not in grade_change.MANY:
        raise Invalid(_("This decision is not understood. Choose again on the list."))
    reasons.demand(reason)
    job, is_new = jobs.ask(
        kind=BulkDecision.kind,
        params={"verb": verb, "ids": sorted(change_ids), "at": at.isoformat(), "reason": reason},
        by=by,
        at=at,
        dedupe_key=jobs.key_of(verb, by.pk, sorted(change_ids)),
    )
    if is_new:
        transaction.on_commit(lambda: ring_workers(job.pk))
    return job


class BulkDecision:
    kind = "grading.bulk_decision"
    in_order = False
    in_transaction = True

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        ids = job.params["ids"]
        parts = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
        return [(len(part), {"ids": part}) for part in parts]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        decided = grade_change.decide_many(
            verb=job.params["verb"],
            change_ids=chunk.payload["ids"],
            by=job.requested_by,
            at=datetime.fromisoformat(job.params["at"]),
            reason=job.params["reason"],
        )
        return {"decided": len(decided)}

    def finish(self, job: Job) -> dict[str, Any]:
        return {"decided": sum(r["decided"] for r in job.chunks.values_list("result", flat=True))}
