"""What a rule set would say of every home, without changing anything: a matrix of grade in force and verdict."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.dates import day_of
from grading.models import RuleSet, Standing
from grading.services import assessing, rule_sets


class Command(BaseCommand):
    help = "Evaluates all homes under the rules in force, or under a draft, and prints the moves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--draft", help="version of a rule set that is not published yet")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["draft"]:
            rule_set = RuleSet.objects.filter(version=options["draft"]).first()
            if rule_set is None:
                raise CommandError(f"There is no rule set {options['draft']}.")
        else:
            rule_set = rule_sets.for_visit(day_of(timezone.now()))
        today = day_of(timezone.now())
        homes = Standing.objects.filter(unit__left_on__isnull=True)
        moves = Counter(
            (home.grade or "not graded", home.verdict.grade.value)
            for home in assessing.judge(homes, rule_sets.book(rule_set), today)
        )
        self.stdout.write(f"{rule_set}")
        for (grade, verdict), homes_moved in sorted(moves.items()):
            mark = "" if grade == verdict else "  *"
            self.stdout.write(f"{grade:>10} -> {verdict:<6} {homes_moved:>9,}{mark}")
