"""The figures of one scope and period: a few GROUP BY queries over the rows that the lists show."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db import connections, transaction
from django.db.models import Count, Min, Q
from django.db.models.functions import TruncWeek
from django.utils import timezone

from accounts.models import User
from communities import access
from communities.models import Community
from core import replica
from fucheng.web.leaders import rows
from fucheng.web.leaders.period import Period
from rentals.models import Unit
from signage.models import Product

FRESH = 60  # seconds for which figures are shown again without counting anew
KEPT = 12 * 3600
VERSION = 3  # of `Figures`: raise it with every change of its fields

COUNT = Count("pk")


@dataclass(frozen=True)
class Homes:
    """A group of homes: how many, of them past their next visit, of them never visited."""

    n: int
    stale: int
    unvisited: int


@dataclass
class Figures:
    """Counts by their keys; plain values only, so that they can be kept."""

    at: datetime
    day: date
    communities: dict[int, tuple[str, str]]  # id to name, name in English
    register: int
    homes: dict[tuple[int, str, str], Homes]  # community, category, grade
    moves: dict[tuple[date, int, str], int] = field(default_factory=dict)  # Monday, community, kind
    moves_before: dict[str, int] = field(default_factory=dict)  # kind
    first: int = 0
    first_before: int = 0
    causes: dict[str, int] = field(default_factory=dict)
    listed: dict[int, int] = field(default_factory=dict)  # community
    listed_before: int = 0
    visits: int = 0
    visits_before: int = 0
    posted: dict[str, int] = field(default_factory=dict)  # product
    posted_before: dict[str, int] = field(default_factory=dict)
    on_the_wall: dict[str, int] = field(default_factory=dict)
    overdue: dict[tuple[int, str], int] = field(default_factory=dict)  # community, age
    owed: dict[tuple[str, int, str], int] = field(default_factory=dict)  # product, community, age
    owed_overdue: int = 0  # stickers
    true_stickers: int = 0  # on the wall
    take_down: dict[int, int] = field(default_factory=dict)  # community
    waiting: dict[tuple[int, str], tuple[int, datetime]] = field(default_factory=dict)  # number, oldest
    stars: dict[int, int] = field(default_factory=dict)  # stars to buildings
    not_looked_at: int = 0  # red homes
    let: int = 0  # red homes


def figures(user: User, period: Period, *, fresh: bool = False) -> Figures:
    """The figures, as counted up to twelve hours ago; the page says when and asks for fresh ones by itself.

    Counting 170,699 homes in ten ways takes longer than a page may; nothing but these numbers is kept.
    """
    key = f"leaders.{VERSION}.{timezone.localdate()}.{period.first}.{period.last}.{reach_of(user)}"
    kept: Figures | None = cache.get(key)
    if kept and (not fresh or is_fresh(kept)):
        return kept
    counted = count(user, period)
    cache.set(key, counted, KEPT)
    return counted


def reach_of(user: User) -> str:
    """What a person may see, as a part of a key: kept numbers never cross a scope."""
    scope = access.scope_of(user)
    return "street" if scope.whole_street else "-".join(map(str, sorted(scope.community_ids)))


def is_fresh(found: Figures) -> bool:
    return (timezone.now() - found.at).total_seconds() < FRESH


@contextmanager
def _one_moment() -> Iterator[None]:
    """All queries see the same rows, or sums would differ while people work."""
    alias = replica.alias()
    if connections[alias].in_atomic_block:
        yield
        return
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@replica.reading
def count(user: User, period: Period) -> Figures:
    """Everything on the page, counted now."""
    with _one_moment():
        found = _homes(user)
        _changes(found, user, period)
        _work(found, user, period)
        _signs(found, user, period)
        found.stars = dict(rows.starred(user, {}).order_by().values_list("stars").annotate(n=COUNT))
        found.not_looked_at = rows.vacancy(user, {}).count()
        found.let = rows.vacancy(user, {"state": "let"}).count()
    return found


def wanted(period: Period, **more: str) -> dict[str, str]:
    return {"from": str(period.first), "to": str(period.last), **more}


def _homes(user: User) -> Figures:
    today = timezone.localdate()
    cube = rows.homes(user, {}).values_list("building__community", "category", "standing__grade")
    groups = cube.annotate(
        n=COUNT,
        stale=Count("pk", filter=Q(standing__next_visit_on__lt=today)),
        unvisited=Count("pk", filter=Q(standing__last_visit_at__isnull=True)),
    )
    homes = {(c, category, grade or "none"): Homes(*numbers) for c, category, grade, *numbers in groups}
    names = {
        pk: (name, name_en)
        for pk, name, name_en in Community.objects.visible_to(user).values_list("pk", "name", "name_en")
    }
    return Figures(
        at=replica.moment(),
        day=today,
        communities=names,
        register=Unit.objects.visible_to(user).in_register().count(),
        homes=homes,
    )


def _changes(found: Figures, user: User, period: Period) -> None:
    now = rows.changes(user, wanted(period, kind="daily"))
    weeks = now.annotate(week=TruncWeek("decided_at"), kind=rows.KIND).values_list(
        "week", "community", "kind"
    )
    found.moves = {(week.date(), c, kind): n for week, c, kind, n in weeks.annotate(n=COUNT)}
    before = rows.changes(user, wanted(period.before, kind="daily"))
    found.moves_before = dict(before.annotate(kind=rows.KIND).values_list("kind").annotate(n=COUNT))
    found.first = rows.changes(user, wanted(period, kind="first")).count()
    found.first_before = rows.changes(user, wanted(period.before, kind="first")).count()
    red = rows.with_cause(rows.changes(user, wanted(period, kind="red")))
    found.causes = dict(red.values_list("cause").annotate(n=COUNT))


def _work(found: Figures, user: User, period: Period) -> None:
    overdue = rows.hazards(user, {"state": "overdue"})
    overdue = overdue.annotate(age=rows.age_case("due_on", found.day, is_day=True))
    groups = overdue.values_list("building__community", "age").annotate(n=COUNT)
    found.overdue = {(c, age): n for c, age, n in groups}
    listed = rows.listed_buildings(user, wanted(period)).values_list("community")
    found.listed = dict(listed.annotate(n=COUNT))
    found.listed_before = rows.listed_buildings(user, wanted(period.before)).count()
    found.visits = rows.visits(user, wanted(period)).count()
    found.visits_before = rows.visits(user, wanted(period.before)).count()
    waiting = rows.proposals(user, {}).values_list("community", "state")
    found.waiting = {
        (c, state): (n, oldest)
        for c, state, n, oldest in waiting.annotate(n=COUNT, oldest=Min("proposed_at"))
    }


def _signs(found: Figures, user: User, period: Period) -> None:
    for product in (Product.STICKER, Product.NO_RENTAL, Product.ESTATE_BOARD):
        found.posted[product] = rows.signs(user, wanted(period, product=product)).count()
        found.posted_before[product] = rows.signs(user, wanted(period.before, product=product)).count()
        found.on_the_wall[product] = rows.signs(user, {"now": "1", "product": product}).count()
    for product in (Product.STICKER, Product.NO_RENTAL):
        missing = rows.owed(user, {"product": product}).annotate(age=rows.age_case("since", found.day))
        groups: Any = missing.values_list("unit__building__community", "age").annotate(n=COUNT)
        found.owed |= {(product.value, c, age): n for c, age, n in groups}
    late = {"product": Product.STICKER.value, "state": "overdue"}
    found.owed_overdue = rows.owed(user, late).count()
    true_now = {"product": Product.STICKER.value, "now": "true"}
    found.true_stickers = rows.signs(user, true_now).count()
    down = rows.take_down(user, {}).values_list("unit__building__community")
    found.take_down = dict(down.annotate(n=COUNT))
