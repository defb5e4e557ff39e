"""Creates the demonstration's people and asks for its street; the workers do the rest in the background."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.models import User
from fucheng.demo import organisation, people, story
from fucheng.demo.registry_rows import FULL
from jobs import running
from jobs.tasks import ring_workers


class Command(BaseCommand):
    help = "Fills an empty installation with the demonstration street."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--units", type=int, default=FULL)
        parser.add_argument("--seed", type=int, default=2019)
        parser.add_argument("--wait", action="store_true", help="work on it here until it is done")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is a production installation: the demonstration street is not for it.")
        if options["units"] < 1000:
            raise CommandError("The half year needs a street of at least 1,000 homes: --units 1000")
        with translation.override(settings.LANGUAGE_CODE):
            organisation.found_street(timezone.now())
            people.create_sign_ins()
            job = story.ask(
                units=options["units"],
                seed=options["seed"],
                by=User.objects.get(name="office"),
                at=timezone.now(),
            )
            if options["wait"]:
                job = running.drain(job.pk, wait=True)
                if job.state != job.State.DONE:
                    raise CommandError(job.error)
            elif job.is_unfinished:
                ring_workers(job.pk)
        self.stdout.write(f"Street: job {job.pk}, {job.state}")
