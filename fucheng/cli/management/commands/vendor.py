"""`manage.py vendor`: copies the named front-end files from node_modules/ to static/vendor/."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fucheng.onebox import vendor


class Command(BaseCommand):
    help = "Copy the front-end files that the pages use from node_modules/ to static/vendor/."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = vendor.copy_all()
        except FileNotFoundError as error:
            raise CommandError(f"{error} is missing: run `npm ci` first.") from error
        self.stdout.write(f"{count} files in static/vendor/")
