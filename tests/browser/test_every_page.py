"""Every page that a role can reach by links: complete, within the window, in both languages, for everybody."""

import re
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve
from playwright.sync_api import Page, ViewportSize

from accounts.models import User
from fucheng.web.context import ELDER_COOKIE
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
AT_MOST = 80
ENOUGH = 40
# Files, pictures and data: asked for, but not looked at.
NO_PAGES = re.compile(
    r"^(office:(import-template|import-errors|print-file|print-walk|print-run-preview|printer-sheet)"
    r"|photos:.*|field:(sign-photo|sign-task-photo)|exports:file|.*-export"
    r"|landlords:document|review:(document-file|document-preview|delivery-photo)"
    r"|leaders:map-data|public:open-data-file|api:.*|admin:.*|metrics|healthz|readyz)$"
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
    size: ViewportSize
    audited: set[tuple[str, ...]] | None = None
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
        found += self.too_wide()
        if self.audited is not None and key_of(page.url) not in self.audited:
            self.audited.add(key_of(page.url) or ())
            page.evaluate(AXE)
            found += page.evaluate(AUDIT)
        page.set_viewport_size(PHONE if self.size == DESK else DESK)
        found += self.too_wide()
        page.set_viewport_size(self.size)
        return found

    def too_wide(self) -> list[str]:
        return [f"too wide: {element}" for element in self.page.evaluate(TOO_WIDE)]


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


def roles_of(cast: Cast) -> list[tuple[User | None, str]]:
    return [(getattr(cast, role, None), start) for role, start in STARTS.items()]


def test_every_page_of_every_role_is_whole_in_chinese(
    browse: Visitors, cast: Cast, everything: World
) -> None:
    page, walked, audited = browse(), [], set()
    for user, start in roles_of(cast):
        browse.become(page, user)
        walk = Walk(page, "zh-Hans", DESK, audited=audited)
        walk.go(start)
        walked += [f"{user or 'stranger'}: {fault}" for fault in walk.faults]
    assert len(audited) > ENOUGH
    assert not walked, "\n".join(walked)


def test_every_page_is_whole_in_english_on_a_phone(browse: Visitors, cast: Cast, everything: World) -> None:
    """Which links a role has does not depend on the language: each page once."""
    page, walked, seen = browse(phone=True, english=True), [], set()
    for user, start in roles_of(cast):
        browse.become(page, user)
        walk = Walk(page, "en", PHONE, seen=seen)
        walk.go(start)
        walked += [f"{user or 'stranger'}: {fault}" for fault in walk.faults]
    assert len(seen) > ENOUGH
    assert not walked, "\n".join(walked)


@pytest.mark.parametrize("role", ["grid", "landlord"])
def test_large_print_fits_a_phone(browse: Visitors, cast: Cast, everything: World, role: str) -> None:
    page = browse(getattr(cast, role), phone=True)
    page.context.add_cookies([{"name": ELDER_COOKIE, "value": "1", "url": browse.url}])
    walk = Walk(page, "zh-Hans", PHONE)
    walk.go(STARTS[role])
    assert not walk.faults, "\n".join(walk.faults)


def test_pages_without_a_link_are_whole(browse: Visitors, cast: Cast, everything: World) -> None:
    page = browse(phone=True)
    walk = Walk(page, "zh-Hans", PHONE, audited=set())
    paths = {
        f"/u/{everything.token}/report/{everything.report.case_number}/": 200,
        "/u/0000000000000000000000": 404,
        "/no-such-page/": 404,
    }
    for path, status in paths.items():
        answer = page.goto(path)
        assert answer is not None
        assert (path, answer.status, walk.look()) == (path, status, [])
