"""From an uploaded workbook to homes with a standing and a token."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, Invalid
from grading.services import standings
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers
from rentals.models import ImportRun
from rentals.services import registry_import
from rentals.services.registry_undo import undo_import
from signage.services import tokens

LARGEST_FILE = 60 * 2**20


def upload(
    *, file: "UploadedFile[bytes] | File[bytes]", dry_run: bool, on_error: str, by: User, at: datetime
) -> ImportRun:
    """Keeps an uploaded file and asks for its import; a copy that no import refers to is not kept."""
    if not file.size:
        raise Invalid(_("The file is empty. Save it again where it comes from, and upload that."))
    if file.size > LARGEST_FILE:
        raise Invalid(_("The file is larger than 60 MB. Split it by community and upload the parts."))
    name = Path(file.name or "registry.xlsx").name
    kept = default_storage.save(f"imports/{at:%Y%m%d-%H%M%S}-{get_valid_filename(name)}", file)
    run = None
    try:
        run = ask(file=kept, file_name=name, dry_run=dry_run, on_error=on_error, by=by, at=at)
    finally:
        if run is None or run.file != kept:
            default_storage.delete(kept)
    return run


@transaction.atomic(durable=True)
def ask(*, file: str, file_name: str, dry_run: bool, on_error: str, by: User, at: datetime) -> ImportRun:
    """An import of a file in storage; a double click while it runs gives the running one."""
    with local_copy(file) as path:
        run = registry_import.ask_import(
            path=path, file=file, file_name=file_name, dry_run=dry_run, on_error=on_error, by=by, at=at
        )
    job, is_new = jobs.ask(
        kind=RegistryImport.kind,
        params={},
        by=by,
        at=at,
        dedupe_key=f"{run.file_sha256} {dry_run} {on_error}",
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
    """Takes a whole import back, as long as nothing was built on it: a home that was visited stays."""
    run = ImportRun.objects.visible_to(by).lock(run_id)
    tokens.withdraw_tokens(run)
    standings.close_untouched(run)
    return undo_import(run_id=run_id, by=by, at=at)


@contextmanager
def local_copy(name: str) -> Iterator[Path]:
    """A stored file as a local path, also where storage is on other machines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"registry{Path(name).suffix}"
        with default_storage.open(name) as stored, path.open("wb") as local:
            shutil.copyfileobj(stored, local)
        yield path


class RegistryImport:
    """Counted in hundredths: reading, checking and merging are one transaction (90), opening standings 10."""

    kind = "rentals.registry_import"
    in_order = True
    in_transaction = False

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        return [(90, {"step": "merge"}), (10, {"step": "open"})]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        run = job.import_run
        if chunk.payload["step"] == "open":
            return self._open(run)
        if run.state != ImportRun.State.WAITING:
            return {}
        with local_copy(run.file) as path:
            errors = path.with_name("errors.xlsx")
            registry_import.run_import(
                run_id=run.pk,
                path=path,
                by=job.requested_by,
                at=timezone.now(),
                say=lambda rows: jobs.say(
                    job.pk, _("%(rows)s rows read and checked") % {"rows": f"{rows:,}"}
                ),
                errors_to=errors,
            )
            if errors.exists():
                with errors.open("rb") as made:
                    kept = default_storage.save(f"imports/errors-{run.pk}.xlsx", File(made))
                ImportRun.objects.filter(pk=run.pk).update(error_file=kept)
        return {}

    @transaction.atomic
    def _open(self, run: ImportRun) -> dict[str, Any]:
        """Homes that came in get their standing and their token for life."""
        if run.state != ImportRun.State.DONE:
            return {}
        registry_import.tidy_search()
        return {"standings": standings.open_standings(), "tokens": tokens.issue_tokens()}

    def finish(self, job: Job) -> dict[str, Any]:
        run = job.import_run
        if run.state == ImportRun.State.WAITING:
            raise Conflict(_("The import did not run."))
        return {"state": run.state, "added": run.added, "changed": run.changed, "bad": run.bad}
