"""A real Chromium before the live server. Whatever it complains about on the way fails the test."""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from accounts.models import User
from jobs import running
from jobs.models import Job
from tests.plugins.browser_notice import find_chromium

HERE = Path(__file__).parent
SCREENSHOTS = django_settings.VAR_DIR / "browser"
DESK, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
# A refused form answers 4xx on purpose; Chromium repeats the status of every page on its console.
STATUS_ON_CONSOLE = re.compile(r"^Failed to load resource: the server responded with a status of 4\d\d")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Pictures of all open pages when a journey ends badly."""
    report = yield
    visitors = getattr(item, "funcargs", {}).get("browse")
    if report.when == "call" and report.failed and visitors:
        for path in visitors.photograph(item.name):
            report.sections.append(("screenshot", str(path)))
    return report


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One for all journeys; gone before another package starts a browser of its own in this thread."""
    with sync_playwright() as play:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs beside us, not around us
        browser = play.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()
        connections.close_all()  # those of Playwright's loop, which nobody else closes
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Visitors:
    """People at their browsers; each gets a context of their own."""

    browser: Browser
    url: str
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __call__(
        self,
        user: User | None = None,
        *,
        phone: bool = False,
        english: bool = False,
        scripts: bool = True,
    ) -> Page:
        """A fresh browser, signed in as `user` if one is given, before an empty page."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            is_mobile=phone,
            locale="en-US" if english else "zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.set_default_navigation_timeout(PATIENCE_MS)
        context.on("request", self._heed_request)
        context.on("response", self._heed_response)
        context.on("console", self._heed_console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        self.contexts.append(context)
        if user:
            sign_in(context, self.url, user)
        return context.new_page()

    def become(self, page: Page, user: User | None) -> None:
        """Another person at the same browser."""
        page.context.clear_cookies()
        if user:
            sign_in(page.context, self.url, user)

    def _heed_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != urlsplit(self.url).netloc:
            self.complaints.append(f"foreign request: {request.url}")

    def _heed_response(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= (500 if is_page else 400):
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")

    def _heed_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not STATUS_ON_CONSOLE.match(message.text):
            where = message.page.url if message.page else ""
            self.complaints.append(f"console on {where}: {message.text}")

    def photograph(self, name: str) -> list[Path]:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        made = []
        for n, page in enumerate(page for context in self.contexts for page in context.pages):
            path = SCREENSHOTS / f"{re.sub(r'[^a-z0-9_]+', '-', name)}-{n}.png"
            page.screenshot(path=path, full_page=True)
            made.append(path)
        return made


@pytest.fixture
def browse(chromium: Browser, live_server: Any, transactional_db: None) -> Iterator[Visitors]:
    cache.clear()  # the door's counters of how often one address asked
    visitors = Visitors(chromium, live_server.url)
    yield visitors
    for context in visitors.contexts:
        context.close()
    if visitors.complaints:
        pytest.fail("the browser complained:\n" + "\n".join(visitors.complaints), pytrace=False)


def sign_in(context: BrowserContext, url: str, user: User) -> None:
    """The session without the door; the door has journeys of its own."""
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


@pytest.fixture
def messages(settings: Any, tmp_path: Path) -> Callable[[], list[dict[str, str]]]:
    """The text messages that were sent."""
    path = tmp_path / "sms.jsonl"
    settings.SMS_BACKEND = f"file://{path}"
    return lambda: [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def work_all() -> None:
    """What the workers would do: every unfinished job to its end."""
    for job in Job.objects.unfinished():
        assert running.drain(job.pk, wait=True).state == "done", job.error


def now() -> datetime:
    return timezone.now()
