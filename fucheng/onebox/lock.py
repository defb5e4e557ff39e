"""`make lock`: pins every package with its hashes; `make lock ARGS=--upgrade` takes the newest ones.

The extras' files hold only what they add. No address of a package index is written: pip takes the one that
is configured where it runs.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = "requirements.lock"
EXTRAS = ("dev", "bench", "embedded")
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", *sys.argv[1:]]
OPTIONS += ["--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate", "--quiet"]


def main() -> None:
    """Write nothing before everything is solved."""
    scratch = ROOT / "var" / "cache" / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    before = "".join((ROOT / name).read_text() for name in names() if (ROOT / name).exists())
    solved = compile_lock([], before, scratch)
    texts, pins = {BASE: solved}, dict(solved)
    for extra in EXTRAS:
        (scratch / "pins.txt").write_text("".join(pins.values()))
        found = compile_lock(["--extra", extra, "--constraints", str(scratch / "pins.txt")], before, scratch)
        beside = pins if extra == "bench" else solved  # benchmarks are installed beside the tests' packages
        added = {name: text for name, text in found.items() if name not in beside}
        texts[f"requirements-{extra}.lock"] = added
        pins |= added
    for file, blocks in texts.items():
        (ROOT / file).write_text("".join(blocks.values()))


def names() -> list[str]:
    return [BASE, *(f"requirements-{extra}.lock" for extra in EXTRAS)]


def compile_lock(words: list[str], before: str, scratch: Path) -> dict[str, str]:
    """What stood in the locks `before` stays as it is as long as it fits."""
    output = scratch / "solved.txt"
    output.write_text(before)
    command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *words, "pyproject.toml"]
    command += ["--cache-dir", "var/cache/uv", "--output-file", str(output)]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"The packages could not be pinned:\n{answer.stderr.strip()}")
    return blocks_of(output.read_text())


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
