"""Compares what is summed up with the rows it comes from; says which rule does not hold and for which rows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.integrity import broken_rows
from grading import integrity as grading
from letters import integrity as letters
from signage import integrity as signage


class Command(BaseCommand):
    help = "Checks the rows of grading, signage and letters against the rules they must keep."

    def handle(self, *args: Any, **options: Any) -> None:
        checks = grading.CHECKS | signage.CHECKS | letters.CHECKS
        broken = broken_rows(checks)
        for rule in checks:
            rows = broken.get(rule)
            self.stdout.write(f"{'BROKEN' if rows else 'holds '}  {rule}")
            if rows:
                self.stdout.write(f"        {', '.join(map(str, rows[:10]))}")
        if broken:
            raise CommandError(f"{len(broken)} of {len(checks)} rules do not hold.")
