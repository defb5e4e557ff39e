"""`manage.py update_catalogues`: brings new texts into locale/*.po, drops those no longer used.

English entries say what their msgid says. Translations may be handed in as a JSON file {msgid: Chinese}.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand

from fucheng.cli.management.commands.check_catalogues import DOMAINS, FOLDERS, extract

HEADERS = {
    "zh_Hans": {"Language": "zh_Hans", "Plural-Forms": "nplurals=1; plural=0;"},
    "en": {"Language": "en", "Plural-Forms": "nplurals=2; plural=(n != 1);"},
}


class Command(BaseCommand):
    help = "Updates the catalogues from the code; --with FILE brings Chinese translations along."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--with", dest="files", type=Path, action="append", default=[])

    def handle(self, *args: Any, **options: Any) -> None:
        brought: dict[str, str] = {}
        for file in options["files"]:
            brought |= json.loads(file.read_text(encoding="utf-8"))
        root = Path(settings.BASE_DIR)
        for folder in FOLDERS:
            for domain in DOMAINS:
                path = root / "locale" / folder / "LC_MESSAGES" / f"{domain}.po"
                wanted = extract(root, folder, domain)
                if wanted or path.exists():
                    left = write(path, wanted, folder, brought)
                    self.stdout.write(f"{path.relative_to(root)}: {len(wanted)} texts, {left} to translate")


def write(path: Path, wanted: list[polib.POEntry], folder: str, brought: dict[str, str]) -> int:
    """Writes the catalogue, sorted; returns how many texts still lack a translation."""
    old = {(e.msgctxt, e.msgid): e for e in polib.pofile(str(path))} if path.exists() else {}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {"Content-Type": "text/plain; charset=UTF-8", **HEADERS[folder]}
    for entry in sorted(wanted, key=lambda e: (e.msgid, e.msgctxt or "")):
        kept = old.get((entry.msgctxt, entry.msgid))
        made = polib.POEntry(msgid=entry.msgid, msgctxt=entry.msgctxt, msgid_plural=entry.msgid_plural)
        made.flags = [flag for flag in entry.flags if flag.endswith("-format")]
        texts = _texts(entry, kept, folder, brought)
        if entry.msgid_plural:
            made.msgstr_plural = dict(enumerate(texts))
        else:
            made.msgstr = texts[0]
        new.append(made)
    path.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(path))
    return sum(not entry.translated() for entry in new)


def _texts(
    entry: polib.POEntry, kept: polib.POEntry | None, folder: str, brought: dict[str, str]
) -> list[str]:
    if folder == "en":
        return [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    if kept is not None and kept.translated():
        return list(kept.msgstr_plural.values()) if entry.msgid_plural else [kept.msgstr]
    return [brought.get(entry.msgid, "")]
