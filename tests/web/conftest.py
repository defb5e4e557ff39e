"""What tests of pages share."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import connection, connections
from django.utils import translation

from tests.plugins.browser_notice import find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(autouse=True)
def _reads_chinese() -> Iterator[None]:
    """A page in English leaves its language active in the thread; the next test begins in Chinese again."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def page(live_server, monkeypatch: pytest.MonkeyPatch) -> Iterator["Page"]:
    """A page of a real Chromium that notes every request to a foreign host and every error of the console."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    faults: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        page = chromium.new_page(base_url=live_server.url, locale="zh-CN")
        page.on(
            "request",
            lambda r: None if r.url.startswith((live_server.url, "data:", "blob:")) else faults.append(r.url),
        )
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page
        chromium.close()
        connections.close_all()  # Django opens another one while a loop runs in the thread
    _wait_for_the_server_to_let_go()
    assert faults == []


def _wait_for_the_server_to_let_go() -> None:
    """Its threads keep a connection to the test database until they notice that the browser has gone."""
    for _ in range(60):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)
