"""A small checkout: our folder `fucheng/onebox`, a site, a worker and a `manage.py` of a few lines."""

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"well"]
"""
# Stands where Celery stands: a parent with a child of its own, as the worker with its pool.
WORKER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "pool of", sys.argv[-1]])
time.sleep(600)
"""
MANAGE = """
import os, sys
print(sys.argv[1], os.environ["DATABASE_URL"].split(":")[0], *sys.argv[2:], flush=True)
"""


@pytest.fixture
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("box")
    (folder / "fucheng").mkdir()
    shutil.copytree(ROOT / "fucheng" / "onebox", folder / "fucheng" / "onebox")
    shutil.copy(ROOT / "fucheng" / "webserver.py", folder / "fucheng")
    for name, text in {
        "fucheng/__init__.py": "",
        "fucheng/wsgi.py": WSGI,
        "celery/__init__.py": "",
        "celery/__main__.py": WORKER,
        "manage.py": MANAGE,
        "requirements.lock": "",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))
    (folder / ".venv").symlink_to(Path(sys.prefix))
    yield folder
    subprocess.run([sys.executable, "-m", "fucheng.onebox.postgres", "stop"], cwd=folder, check=True)


@pytest.fixture
def environment() -> dict[str, str]:
    """Ours, without what would point at another database or Python path."""
    left_out = {
        "DATABASE_URL",
        "PYTHONPATH",
        "MAKELEVEL",
        "UNITS",
        "PORT",
        "DEMO_PASSWORD",
        "COVERAGE_PROCESS_START",
    }
    return {name: value for name, value in os.environ.items() if name not in left_out}
