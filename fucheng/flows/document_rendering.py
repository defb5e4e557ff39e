"""Owed documents become files: a job whose frozen list any number of workers render in chunks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.services.people import system_user
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers
from letters.models import Document
from letters.services import rendering

CHUNK = 50
AFTER_FAILURE = timedelta(minutes=10)
log = structlog.get_logger(__name__)


@transaction.atomic(durable=True)
def ask(*, at: datetime) -> Job | None:
    """A job for what is owed now; None when nothing is, the running one while one runs.

    After a job that failed as a whole (no fonts, no storage) the next one waits, so that failures do not pile up.
    """
    of_kind = Job.objects.filter(kind=DocumentRendering.kind)
    running = of_kind.unfinished().first()
    if running is not None:
        return running
    failed = of_kind.filter(state=Job.State.FAILED)
    if not Document.objects.owed().exists() or failed.filter(finished_at__gt=at - AFTER_FAILURE).exists():
        return None
    job, is_new = jobs.ask(kind=DocumentRendering.kind, params={}, by=system_user(), at=at, dedupe_key="owed")
    if is_new:
        transaction.on_commit(lambda: ring_workers(job.pk))
    return job


def ring() -> None:
    """After a decision has committed: makes its papers soon. The sweeper would, later."""
    try:
        ask(at=timezone.now())
    except Exception:
        log.exception("documents_stay_owed")


class DocumentRendering:
    kind = "letters.rendering"
    in_order = False
    in_transaction = True

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        ids = list(Document.objects.owed().order_by("pk").values_list("pk", flat=True))
        parts = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
        return [(len(part), {"ids": part}) for part in parts]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        made = [pk for pk in chunk.payload["ids"] if rendering.render(pk, at=timezone.now())]
        return {"made": len(made)}

    def finish(self, job: Job) -> dict[str, Any]:
        return {"made": sum(r["made"] for r in job.chunks.values_list("result", flat=True))}
