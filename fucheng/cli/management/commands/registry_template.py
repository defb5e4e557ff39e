"""Writes the empty registry workbook that offices fill in."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from rentals.registry.template import write_template


class Command(BaseCommand):
    help = "Writes the registry template."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        write_template(options["out"])
        self.stdout.write(str(options["out"]))
