"""What a rule set would say of every home, without changing anything: the what-if of the office page."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum
from django.utils import timezone

from accounts.services.people import system_user
from core.dates import day_of
from core.errors import DomainError, OutOfScope
from fucheng.flows import what_if
from grading.models import SimulationCell
from grading.services import rule_sets
from jobs import running


class Command(BaseCommand):
    help = "Evaluates all homes under the rules in force, or under a draft, and prints the moves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--draft", help="version of a rule set that is not published yet")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        version = options["draft"] or rule_sets.for_visit(day_of(now)).version
        try:
            asked = what_if.ask(version=version, by=system_user(), at=now)
        except OutOfScope:
            raise CommandError(f"There is no rule set {version}.") from None
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        job = running.drain(asked.pk, wait=True)
        if job.state != job.State.DONE:
            raise CommandError(job.error)
        self.stdout.write(
            f"{job.simulation.rule_set}: {job.result['moves']:,} of {job.result['homes']:,} move"
        )
        cells = SimulationCell.objects.filter(simulation=job.simulation)
        for old, new, homes in (
            cells.values_list("from_grade", "to_grade")
            .annotate(n=Sum("homes"))
            .order_by("from_grade", "to_grade")
        ):
            mark = "" if old == new else "  *"
            self.stdout.write(f"{old or 'not graded':>10} -> {new:<6} {homes:>9,}{mark}")
