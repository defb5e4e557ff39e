"""The side bar and the tab bar: each page area says in its own `nav.py` what it offers to whom.

    # fucheng/web/review/nav.py
    SECTION = Section(_("Review"), "/review/", (Item("review:queue", _("To decide"), "gavel", Permission.GRADE_REVIEW),))

An item is shown when the person holds its permission somewhere and its URL name exists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from accounts.models import User
from accounts.roles import Permission, Role
from communities import access

AREAS = ("field", "review", "office", "leaders", "landlords")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. `icon` is a Tabler outline name; `tab` puts it into the phone's bottom bar as well.

    `covers` names addresses outside `url_name` where this entry is the active one (a home's page belongs to
    the register). `count` may return a number that waits for this person (0 shows nothing); it costs a query on every page.
    """

    url_name: str
    label: str | Promise
    icon: str
    permission: Permission | None = None
    roles: frozenset[Role] = frozenset()
    tab: bool = False
    count: Callable[[User], int] | None = None
    covers: tuple[str, ...] = ()

    def is_for(self, user: User) -> bool:
        if self.permission and not access.can(user, self.permission):
            return False
        return not self.roles or bool(self.roles & access.roles_of(user))


@dataclass(frozen=True, slots=True)
class Section:
    title: str | Promise
    prefix: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An item as one person sees it now."""

    url: str
    label: str | Promise
    icon: str
    active: bool
    tab: bool
    count: int


@dataclass(frozen=True, slots=True)
class Menu:
    title: str | Promise
    links: list[Link]
    active: bool


def sections() -> list[Section]:
    """Of the areas that are there, in their fixed order."""
    names = [f"fucheng.web.{area}.nav" for area in AREAS if find_spec(f"fucheng.web.{area}")]
    return [import_module(name).SECTION for name in names if find_spec(name)]


def menus_of(user: User, request: HttpRequest) -> list[Menu]:
    """What this person's side bar shows; the longest address that fits the page is the active one."""
    menus = []
    for section in sections():
        items = [(item, url) for item in section.items if (url := _url(item)) and item.is_for(user)]
        places = [(place, url) for item, url in items for place in (url, *item.covers)]
        fitting = [(place, url) for place, url in places if request.path.startswith(place)]
        here = max(fitting, key=lambda fit: len(fit[0]))[1] if fitting else None
        links = [
            Link(url, item.label, item.icon, url == here, item.tab, item.count(user) if item.count else 0)
            for item, url in items
        ]
        if links:
            menus.append(Menu(section.title, links, request.path.startswith(section.prefix)))
    return menus


def _url(item: Item) -> str:
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return ""
