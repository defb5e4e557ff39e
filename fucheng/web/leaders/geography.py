"""Buildings as points: the worst grade of their homes. Compact arrays, about 8,000 rows for a street."""

from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from core import replica
from fucheng.web.leaders.queries import FRESH, VERSION, reach_of
from grading.services.stars import stars_of
from rentals.models import Building, Unit

WORST = ("red", "yellow", "green", "none")


def _worst(red: int, yellow: int, green: int) -> int:
    """Place in WORST."""
    return 0 if red else 1 if yellow else 2 if green else 3


def _grade(grade: str) -> Count:
    return Count("pk", filter=Q(standing__grade=grade))


def buildings(user: User) -> dict[str, Any]:
    """`points`: [id, longitude, latitude, place in WORST, homes, red homes, homes overdue, stars].

    `unplaced`: how many are without place. Kept for a minute: a map that many open at once is read from 170,699 homes once.
    """
    kept: Any = cache.get_or_set(
        f"leaders.map.{VERSION}.{timezone.localdate()}.{reach_of(user)}", lambda: _read(user), FRESH
    )
    return dict(kept)


@replica.reading
def _read(user: User) -> dict[str, Any]:
    groups = (
        Unit.objects.visible_to(user)
        .in_register()
        .values_list("building")
        .annotate(
            n=Count("pk"),
            red=_grade("red"),
            yellow=_grade("yellow"),
            green=_grade("green"),
            late=Count("pk", filter=Q(standing__next_visit_on__lt=timezone.localdate())),
        )
    )
    grades = {pk: tuple(numbers) for pk, *numbers in groups}
    stars = stars_of(list(grades), on=timezone.localdate())
    placed = Building.objects.visible_to(user).filter(longitude__isnull=False, latitude__isnull=False)
    points = [
        [
            pk,
            round(lon, 5),
            round(lat, 5),
            _worst(*grades[pk][1:4]),
            *grades[pk][:2],
            grades[pk][4],
            stars.get(pk, 0),
        ]
        for pk, lon, lat in placed.values_list("pk", "longitude", "latitude")
        if pk in grades and lon is not None and lat is not None
    ]
    return {"worst": WORST, "points": points, "unplaced": len(grades) - len(points)}


@replica.reading
def counts(user: User) -> int:
    return Building.objects.visible_to(user).count()
