"""Writes a made-up registry workbook: same number of homes and same seed, same bytes of data."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from fucheng.demo.registry_rows import FULL, generate_registry


class Command(BaseCommand):
    help = "Writes a registry workbook of a made-up street."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path)
        parser.add_argument("--units", type=int, default=FULL)
        parser.add_argument("--seed", type=int, default=2019)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = generate_registry(options["out"], units=options["units"], seed=options["seed"])
        self.stdout.write(f"{options['out']}: {rows:,} homes")
