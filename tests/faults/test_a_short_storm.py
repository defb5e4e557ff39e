"""One fault of each kind while 1,000 stickers are printed by real processes. The whole suite: `make test-faults`."""

import os
import subprocess
import sys

import pytest

from tests.faults.house import ROOT

SMALL = ("--homes=1000", "--faults=10", "--seeds=7", "--scale=30", "--part=50", "--stretch=0.6")


@pytest.mark.deep  # over a minute where the machine is busy
def test_ten_faults_lose_double_and_invent_nothing() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    answer = subprocess.run(
        [sys.executable, "-m", "tests.faults", "storm", *SMALL],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr[-4000:]
    figures = dict(
        line.split(maxsplit=1)[1].rsplit(maxsplit=1)
        for line in answer.stdout.splitlines()
        if line.startswith("storm  ")
    )
    assert {
        name.strip(): figures[name] for name in figures if name.strip() in ("missing", "doubled", "foreign")
    } == {
        "missing": "0",
        "doubled": "0",
        "foreign": "0",
    }
