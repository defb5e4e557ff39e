"""`make lock`: pins every package with its hashes. The extras' files hold only what they add.

No address of a package index is written: pip takes the one that is configured where it runs.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = "requirements.lock"
EXTRAS = ("dev", "bench", "embedded")
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"]
OPTIONS += ["--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate", "--quiet"]


def main() -> None:
    base = compile_lock([])
    (ROOT / BASE).write_text("".join(base.values()))
    done = ["--constraints", BASE]
    for extra in EXTRAS:
        blocks = compile_lock(["--extra", extra, *done])
        added = [text for name, text in blocks.items() if name not in base]
        (ROOT / f"requirements-{extra}.lock").write_text("".join(added))
        done += ["--constraints", f"requirements-{extra}.lock"]


def compile_lock(words: list[str]) -> dict[str, str]:
    command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *words, "pyproject.toml"]
    command += ["--cache-dir", "var/cache/uv"]
    scratch = ROOT / "var" / "cache" / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    answer = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return blocks_of(answer.stdout)


def blocks_of(text: str) -> dict[str, str]:
    """Package name to its lines: `name==version [; marker] \\` and the hashes below it."""
    blocks: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        if found := re.match(r"([a-z0-9._-]+)(\[[^]]*\])?==", line):
            name = found[1]
        if name:
            blocks[name] = blocks.get(name, "") + line
    return blocks


if __name__ == "__main__":
    main()
