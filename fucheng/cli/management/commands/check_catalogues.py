"""`manage.py check_catalogues`: is every text translated, in every language? Uses no GNU gettext."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

FOLDERS = ("zh_Hans", "en")
DOMAINS = {"django": ("html", "txt", "py"), "djangojs": ("js",)}
LEFT_OUT = ("var", "node_modules", "static/vendor", "staticfiles", "tests", "benchmarks")


class Command(BaseCommand):
    help = "Fail when a text in the code or a template lacks a translation or has a doubtful one."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        faults: list[str] = []
        for folder in FOLDERS:
            for domain in DOMAINS:
                kept = root / "locale" / folder / "LC_MESSAGES" / f"{domain}.po"
                faults += [f"{folder}: {fault}" for fault in faults_of(kept, extract(root, folder, domain))]
        if faults:
            raise CommandError("\n".join([*faults, f"{len(faults)} texts to translate"]))
        self.stdout.write(f"Catalogues complete: {', '.join(FOLDERS)}")


def extract(root: Path, folder: str, domain: str = "django") -> list[polib.POEntry]:
    """What the code asks to be translated, from a scratch folder: the kept catalogue stays untouched."""
    (root / "var").mkdir(exist_ok=True)
    program = shutil.which("django-makemessages-rs", path=str(Path(sys.executable).parent))
    if program is None:
        raise CommandError("django-makemessages-rs is missing: `make check` installs it.")
    with tempfile.TemporaryDirectory(dir=root / "var") as scratch:
        written = Path(scratch) / folder / "LC_MESSAGES" / f"{domain}.po"
        written.parent.mkdir(parents=True)
        command = [
            program,
            "--locale",
            folder,
            "--domain",
            domain,
            "--locale-dir",
            scratch,
            "--no-fuzzy-matching",
        ]
        for ending in DOMAINS[domain]:
            command += ["--extension", ending]
        for pattern in LEFT_OUT:
            command += ["--ignore", pattern]
        answer = subprocess.run(  # noqa: S603 - our own words
            command, cwd=root, capture_output=True, text=True, check=False
        )
        if answer.returncode:
            raise CommandError(answer.stderr.strip() or answer.stdout.strip())
        return list(polib.pofile(str(written))) if written.exists() else []


def faults_of(kept: Path, wanted: list[polib.POEntry]) -> list[str]:
    """Texts that are missing, untranslated or fuzzy, with the place where they are used."""
    entries = polib.pofile(str(kept)) if kept.exists() else []
    known = {(entry.msgctxt, entry.msgid): entry for entry in entries if not entry.obsolete}
    faults: list[str] = []
    for entry in wanted:
        place = ":".join(entry.occurrences[0]) if entry.occurrences else "?"
        found = known.get((entry.msgctxt, entry.msgid))
        if found is None:
            faults.append(f"missing: {entry.msgid!r} ({place})")
        elif found.fuzzy:
            faults.append(f"fuzzy: {entry.msgid!r} ({place})")
        elif not found.translated():
            faults.append(f"not translated: {entry.msgid!r} ({place})")
    return faults
