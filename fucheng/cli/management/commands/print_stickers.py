"""Prints stickers into a folder, through the same print run as the page, and waits for it."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.services.people import system_user
from communities.models import Community
from core.errors import DomainError
from fucheng.flows import print_run
from grading.facts import Grade
from jobs import running


class Command(BaseCommand):
    help = "Prints the stickers of the graded homes that fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--community", help="name of one community")
        parser.add_argument("--grade", choices=[grade.value for grade in Grade])
        parser.add_argument("--owed", action="store_true", help="only where the wall differs from the grade")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted: dict[str, Any] = {}
        if options["community"]:
            community = Community.objects.filter(name=options["community"]).first()
            if community is None:
                raise CommandError(f"There is no community {options['community']}.")
            wanted["community"] = community.pk
        if options["grade"]:
            wanted["grade"] = options["grade"]
        if options["owed"]:
            wanted["owed"] = True
        now = timezone.now()
        try:
            run = print_run.order(
                product="sticker",
                wanted=wanted,
                by=system_user(),
                at=now,
                title=f"print_stickers {now:%Y-%m-%d}",
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        if run.job_id is not None:
            job = running.drain(run.job_id, wait=True)
            if job.state != job.State.DONE:
                raise CommandError(job.error)
            options["out"].mkdir(parents=True, exist_ok=True)
            for part in run.files.all():
                target = options["out"] / f"stickers-{run.pk}-{part.seq + 1:03d}.pdf"
                with default_storage.open(part.file) as kept, target.open("wb") as out:
                    shutil.copyfileobj(kept, out)
            self.stdout.write(
                f"{job.result['signs']:,} stickers on {job.result['pages']:,} pages, "
                f"{job.result['refused']} could not be printed: {options['out']}"
            )
