"""From an uploaded workbook to homes with a standing and a token."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from grading.services import standings
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers
from rentals.models import ImportRun
from rentals.services import registry_import
from signage.services import tokens


@transaction.atomic(durable=True)
def ask(
    *, file: str, file_name: str, dry_run: bool, on_error: ImportRun.OnError, by: User, at: datetime
) -> ImportRun:
    """An import of a stored file (`registry_import.store_upload`); the same file twice at once is one run."""
    run = registry_import.open_run(
        file=file, file_name=file_name, dry_run=dry_run, on_error=on_error, by=by, at=at
    )
    job, is_new = jobs.ask(
        kind=RegistryImport.kind, params={}, by=by, at=at, dedupe_key=f"{run.file_sha256} {dry_run}"
    )
    if not is_new:
        run.delete()
        return job.import_run
    run.job = job
    run.save(update_fields=["job"])
    transaction.on_commit(lambda: ring_workers(job.pk))
    return run


@transaction.atomic(durable=True)
def undo(*, run_id: int, by: User, at: datetime) -> ImportRun:
    """Takes a whole import back, as long as nothing was built on it."""
    return registry_import.undo(run_id=run_id, by=by, at=at)


class RegistryImport:
    """Steps commit by themselves, so that the words of progress are seen; each is safe to do again.

    The read rows wait in an unlogged staging table of the run, because another worker may take the
    next step.
    """

    kind = "rentals.registry_import"
    in_order = True
    in_transaction = False

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        """Progress is counted in hundredths: reading and checking 60, merging 30, opening standings 10."""
        return [(60, {"step": "read"}), (30, {"step": "merge"}), (10, {"step": "open"})]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        run = job.import_run
        if chunk.payload["step"] == "read":
            registry_import.read_and_check(run, say=lambda words: jobs.say(job.pk, words))
        elif chunk.payload["step"] == "merge":
            registry_import.merge(run)
        elif run.state == ImportRun.State.DONE:
            return {"standings": standings.open_standings(), "tokens": tokens.issue_tokens()}
        return {}

    def finish(self, job: Job) -> dict[str, Any]:
        run = job.import_run
        return {"added": run.added, "changed": run.changed, "missing": run.missing, "bad": run.bad}
