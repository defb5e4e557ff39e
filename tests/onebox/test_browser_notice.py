"""A missing Chromium is said by name in the last lines, or fails where CI asks for it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest

@pytest.mark.browser
def test_page():
    pass

def test_sum():
    pass
"""


@pytest.fixture
def run(tmp_path, environment):
    (tmp_path / "test_pages.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def call(**more: str) -> tuple[int, str]:
        answer = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.plugins.browser_notice", "-p", "no:django", "-q"],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(ROOT)} | more,
            capture_output=True,
            text=True,
            check=False,
        )
        return answer.returncode, answer.stdout

    return call


def test_missing_chromium_skips_by_name_and_says_so_last(run):
    code, text = run(FUCHENG_CHROMIUM="/nowhere", FUCHENG_REQUIRE_BROWSER="")
    assert code == 0
    assert "test_pages.py::test_page" in text
    assert "1 browser tests were skipped, no Chromium: install Chromium" in text.splitlines()[-2]


def test_missing_chromium_fails_where_it_is_required(run):
    code, text = run(FUCHENG_CHROMIUM="/nowhere", FUCHENG_REQUIRE_BROWSER="1")
    assert code == 1
    assert "1 passed, 1 error" in text


def test_present_chromium_is_not_mentioned(run):
    code, text = run(FUCHENG_CHROMIUM=sys.executable)
    assert code == 0
    assert "2 passed" in text
    assert "NOT run" not in text
