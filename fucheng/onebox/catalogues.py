"""Compiles locale/*/LC_MESSAGES/*.po to .mo without GNU gettext."""

from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]


def compile_all(folder: Path = ROOT / "locale") -> int:
    """Fuzzy and obsolete entries are left out, as msgfmt does. Return how many files were written."""
    sources = sorted(folder.rglob("*.po"))
    for source in sources:
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
    return len(sources)


if __name__ == "__main__":
    print(compile_all(), "catalogues compiled")
