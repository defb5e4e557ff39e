"""Imports a registry file from the command line, through the same job as the page, and waits for it."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.services.people import system_user
from core.errors import DomainError
from fucheng.flows import registry_import
from jobs import running
from rentals.models import ImportRun


class Command(BaseCommand):
    help = "Imports a registry workbook (XLSX, or CSV in UTF-8 or GB18030)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument("--all-or-nothing", action="store_true", help="refuse the file for one bad row")
        parser.add_argument("--errors", type=Path, help="write the rows with problems to this workbook")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} is not a file.")
        on_error = (
            ImportRun.OnError.ALL_OR_NOTHING if options["all_or_nothing"] else ImportRun.OnError.SKIP_ROWS
        )
        try:
            with path.open("rb") as file:
                run = registry_import.upload(
                    file=File(file, name=path.name),
                    dry_run=options["dry_run"],
                    on_error=on_error,
                    by=system_user(),
                    at=timezone.now(),
                )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        if run.job_id is not None:
            job = running.drain(run.job_id, wait=True)
            if job.state != job.State.DONE:
                raise CommandError(job.error)
        run.refresh_from_db()
        if options["errors"] and run.error_file:
            with default_storage.open(run.error_file) as kept, options["errors"].open("wb") as out:
                shutil.copyfileobj(kept, out)
        self.stdout.write(
            f"{run.get_state_display()}: {run.rows:,} rows, {run.added:,} added, {run.changed:,} changed, "
            f"{run.unchanged:,} unchanged, {run.missing:,} missing from the file, {run.bad:,} bad"
        )
        if run.state == ImportRun.State.REFUSED:
            raise CommandError(str(run.problems[:3]))
