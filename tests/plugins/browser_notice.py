"""Tests marked `browser` need Chromium. Without one they are skipped and named in the last lines.

FUCHENG_REQUIRE_BROWSER=1 (set by CI) makes a missing Chromium fail instead. FUCHENG_CHROMIUM names a binary.
"""

import os
import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
CURE = "install Chromium (Debian: apt-get install chromium) or name it by FUCHENG_CHROMIUM"
MARK = "no Chromium"


def find_chromium() -> str | None:
    wish = os.environ.get("FUCHENG_CHROMIUM")
    if wish:
        return wish if Path(wish).is_file() else None
    return next(filter(None, map(shutil.which, NAMES)), None)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives a real Chromium; skipped by name where there is none")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: no database, database, committed transactions, browser. Then the skips."""
    items.sort(key=_weight)
    if find_chromium() is None and os.environ.get("FUCHENG_REQUIRE_BROWSER") != "1":
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=f"{MARK}: {CURE}"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and find_chromium() is None:
        pytest.fail(f"{MARK}: {CURE}", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report.nodeid
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and MARK in report.longrepr[2]
    ]
    if skipped:
        terminalreporter.section("browser tests NOT run")
        for name in skipped:
            terminalreporter.line(name)
        terminalreporter.line(f"{len(skipped)} browser tests were skipped, {MARK}: {CURE}.")


def _weight(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        return 3
    fixtures = set(getattr(item, "fixturenames", ()))
    mark = item.get_closest_marker("django_db")
    if "transactional_db" in fixtures or (mark and mark.kwargs.get("transaction")):
        return 2
    return 1 if mark or "db" in fixtures else 0
