"""Every page that a role can reach by links: complete, within the window, in both languages, for everybody."""

import re
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from accounts.models import User
from tests import world
from tests.browser.conftest import DESK, PHONE, Visitors
from tests.conftest import Cast
from tests.world import World

STARTS = {
    "stranger": "/sign-in/",
    "grid": "/field/",
    "reviewer": "/review/",
    "panel": "/review/panel/",
    "office": "/office/",
    "leader": "/leaders/",
    "auditor": "/office/",
    "landlord": "/landlords/",
}
AT_MOST = 60
# Files, pictures and data: asked for, but not looked at.
NO_PAGES = re.compile(
    r"^(office:(import-template|import-errors|print-file|print-run-preview)|photos:.*|exports:file|.*-export"
    r"|leaders:map-data|api:.*|admin:.*|metrics|healthz|readyz)$"
)
RAW = re.compile(r"\{\{|\{%|%\(\w+\)[sd]|\bNone\b.*\bNone\b|Traceback")
AXE = (settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
AUDIT = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter((v) => ["serious", "critical"].includes(v.impact))
  .flatMap((v) => v.nodes.slice(0, 3).map((n) => `${v.id}: ${n.html.slice(0, 160)}`))"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth + 1 ? [] :
  [...document.body.querySelectorAll("*")].filter((el) => el.getBoundingClientRect().right > innerWidth + 1)
  .slice(-3).map((el) => el.outerHTML.slice(0, 160))"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map((a) => a.href)"


@dataclass
class Walk:
    """One person's way over all links; `faults` are collected, so that one run names them all."""

    page: Page
    lang: str
    audits: bool
    seen: set[tuple[str, ...]] = field(default_factory=set)
    waiting: deque[tuple[str, str]] = field(default_factory=deque)
    faults: list[str] = field(default_factory=list)

    def go(self, start: str) -> None:
        self.add(start, "start")
        while self.waiting:
            self.visit(*self.waiting.popleft())

    def add(self, path: str, came_from: str) -> None:
        key = key_of(path)
        if key and key not in self.seen and len(self.seen) < AT_MOST:
            self.seen.add(key)
            self.waiting.append((path, came_from))

    def visit(self, path: str, came_from: str) -> None:
        answer = self.page.goto(path)
        if answer is None or answer.status != 200:
            self.faults.append(f"{path}, linked on {came_from}: status {answer and answer.status}")
            return
        self.faults += [f"{path}: {fault}" for fault in self.look()]
        for link in self.page.evaluate(LINKS):
            parts = urlsplit(link)
            if parts.netloc == urlsplit(self.page.url).netloc:
                self.add(f"{parts.path}?{parts.query}" if parts.query else parts.path, path)

    def look(self) -> list[str]:
        page, found = self.page, []
        if (lang := page.evaluate("document.documentElement.lang")) != self.lang:
            found.append(f"lang {lang}")
        if (headings := page.locator("h1").count()) != 1:
            found.append(f"{headings} h1")
        if raw := RAW.search(page.locator("body").inner_text()):
            found.append(f"raw text {raw[0]!r}")
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            found += [f"wider than {size['width']}: {el}" for el in page.evaluate(TOO_WIDE)]
        if self.audits:
            page.evaluate(AXE)
            found += page.evaluate(AUDIT)
        return found


def key_of(path: str) -> tuple[str, ...] | None:
    """What makes a page another page: its route and the words in its address, not the numbers."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return (path,)
    if NO_PAGES.match(match.view_name):
        return None
    words = sorted(str(v) for k, v in match.kwargs.items() if isinstance(v, str) and k == "screen")
    return (match.view_name, *words)


@pytest.fixture
def everything(transactional_db: None, cast: Cast) -> World:
    return world.build(cast)


def start_of(cast: Cast, role: str) -> tuple[User | None, str]:
    return getattr(cast, role, None), STARTS[role]


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize("role", STARTS)
def test_pages_of_a_role_are_whole(
    browse: Visitors, cast: Cast, everything: World, role: str, english: bool
) -> None:
    user, start = start_of(cast, role)
    page = browse(user, english=english)
    walk = Walk(page, "en" if english else "zh-Hans", audits=not english)
    walk.go(start)
    assert not walk.faults, "\n".join(walk.faults)
