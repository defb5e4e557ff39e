"""`make check`: every check runs, two at a time; the output of those that failed comes at the end."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
# Nothing here opens a connection; production settings only want to be told something well formed.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "fucheng.settings.production",
    "SECRET_KEY": "an example for the deployment check only; it never leaves this process 0123456789",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": "fc.example.gov.cn",
    "CSRF_TRUSTED_ORIGINS": "https://fc.example.gov.cn",
    "PUBLIC_BASE_URL": "https://fc.example.gov.cn",
    "PERSONAL_DATA_KEYS": "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}
LOCAL = {"DJANGO_SETTINGS_MODULE": "fucheng.settings.local"}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    environment: dict[str, str]


CHECKS = [
    Check("types", [str(BIN / "mypy"), "."], LOCAL),
    Check("lint", [str(BIN / "ruff"), "check", "."], {}),
    Check("format", [str(BIN / "ruff"), "format", "--check", "."], {}),
    Check("import contracts", [str(BIN / "lint-imports"), "--no-cache"], {}),
    Check("templates", [str(BIN / "djlint"), "templates", "--lint", "--quiet"], {}),
    Check("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], LOCAL),
    Check("catalogues", [*MANAGE, "check_catalogues"], LOCAL),
    Check("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
]


def run(check: Check) -> "tuple[Check, subprocess.CompletedProcess[str]]":
    began = time.monotonic()
    answer = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**os.environ, **check.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    word = "FAILED" if answer.returncode else "ok"
    print(f"  {check.name:<17} {word:<7} {time.monotonic() - began:5.1f} s", flush=True)
    return check, answer


def main() -> int:
    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = list(pool.map(run, CHECKS))
    failed = [(check, answer) for check, answer in answers if answer.returncode]
    for check, answer in failed:
        print(f"\n--- {check.name}: {' '.join(check.command)}\n{answer.stdout.rstrip()}")
    print(f"\n{len(CHECKS) - len(failed)} checks passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
