"""Find a safe home: buildings and their homes by place and grade, as anybody may see them.

Nothing here leads to a sticker's token, and nothing about a person is read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communities.models import Community, Estate
from core.text import fold
from fucheng.web.public.queries import dialled
from grading.services import tallies
from grading.services.stars import stars_of
from rentals.models import Building, Unit

FRESH_S = 60
WISHES = {
    "green": _("every home is green"),
    "no_red": _("no home is red"),
    "visited": _("every home was visited in time"),
}


class SafeBuilding(NamedTuple):
    """A building with its homes by grade; `late` homes are older than their interval."""

    pk: int
    title: str
    words: str  # everything a search may look for
    community_id: int
    estate_id: int | None
    longitude: float | None
    latitude: float | None
    homes: int
    green: int
    yellow: int
    red: int
    late: int
    stars: int

    @property
    def ungraded(self) -> int:
        return self.homes - self.green - self.yellow - self.red

    @property
    def danger(self) -> tuple[float, float, float, str]:
        """By which the safest come first: share of red, of not green, of overdue visits."""
        return self.red / self.homes, 1 - self.green / self.homes, self.late / self.homes, self.title


ORDERS: dict[str, tuple[Any, Callable[[SafeBuilding], Any]]] = {
    "stars": (_("most stars first"), lambda b: (-b.stars, b.danger)),
    "homes": (_("most homes first"), lambda b: (-b.homes, b.danger)),
    "name": (_("by name"), lambda b: (b.title, b.pk)),
}


def buildings() -> list[SafeBuilding]:
    """All buildings with homes, the safest first; read from the 170,699 homes once a minute."""
    key = f"public.buildings.{timezone.localdate()}.stars"
    kept: Any = cache.get_or_set(
        key, lambda: [tuple(row) for row in _read()], FRESH_S
    )  # plain, quick to unpack
    return [SafeBuilding._make(row) for row in kept]


def _read() -> list[SafeBuilding]:
    today = timezone.localdate()
    counted = tallies.by_building(today)
    starred = stars_of(list(counted), on=today)
    rows = Building.objects.values_list(
        "pk", "name", "road", "doorplate", "aliases", "estate__name",
        "community_id", "estate_id", "longitude", "latitude",
    )  # fmt: skip
    found = [
        SafeBuilding(
            pk=pk,
            title=name or f"{road}{plate}",
            words=fold(" ".join((name, road, plate, *aliases, estate or ""))).casefold(),
            community_id=community_id,
            estate_id=estate_id,
            longitude=longitude,
            latitude=latitude,
            **counted[pk]._asdict(),
            stars=starred.get(pk, 0),
        )
        for pk, name, road, plate, aliases, estate, community_id, estate_id, longitude, latitude in rows
        if pk in counted
    ]
    return sorted(found, key=lambda building: building.danger)


def wished(
    rows: Iterable[SafeBuilding],
    *,
    text: str = "",
    community: int | None = None,
    estate: int | None = None,
    wish: str = "",
    stars: int | None = None,
    order: str = "",
) -> list[SafeBuilding]:
    """Those that fit: each word of `text` is found, the place is right, the wish holds, the stars suffice."""
    words = fold(text).casefold().split()
    holds: Callable[[SafeBuilding], bool] = {
        "": lambda _: True,
        "green": lambda b: b.green == b.homes,
        "no_red": lambda b: b.red == 0,
        "visited": lambda b: b.late == 0 and b.ungraded == 0,
    }[wish]
    found = [
        b
        for b in rows
        if (community is None or b.community_id == community)
        and (estate is None or b.estate_id == estate)
        and all(word in b.words for word in words)
        and holds(b)
        and b.stars >= (stars or 0)
    ]
    return sorted(found, key=ORDERS[order][1]) if order else found


@dataclass(frozen=True, slots=True)
class SafeRoom:
    room: str
    grade: str  # green, yellow, red, none
    last_visit_on: date | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class BuildingPage:
    """A building and its homes by floor, the highest first, as people look up at a house."""

    building: Building
    floors: list[tuple[str, list[SafeRoom]]]
    numbers: SafeBuilding

    @property
    def hotline(self) -> str:
        return self.building.community.street.hotline

    @property
    def dialled(self) -> str:
        return dialled(self.hotline)


def building_page(pk: int) -> BuildingPage | None:
    """None for a building that is not there or has no home."""
    numbers = next((b for b in buildings() if b.pk == pk), None)
    if numbers is None:
        return None
    building = Building.objects.select_related("community__street", "estate").get(pk=pk)
    homes = Unit.objects.in_register().filter(building=pk).order_by("code")
    floors: dict[str, list[SafeRoom]] = {}
    today = timezone.localdate()
    for floor, room, address, grade, seen, due in homes.values_list(
        "floor", "room", "address", "standing__grade", "standing__last_visit_at", "standing__next_visit_on"
    ):
        floors.setdefault(floor, []).append(
            SafeRoom(
                room or address,
                grade or "none",
                timezone.localtime(seen).date() if seen else None,
                due is not None and due < today,
            )
        )
    highest_first = sorted(floors.items(), key=lambda floor: _height(floor[0]), reverse=True)
    return BuildingPage(building, highest_first, numbers)


def doors_of(pk: int) -> tuple[Building, list[tuple[int, str]]] | None:
    """A building and its homes as a form names them, floor by floor; None where there is none."""
    building = Building.objects.select_related("community__street", "estate").filter(pk=pk).first()
    homes = Unit.objects.in_register().filter(building=pk).values_list("pk", "floor", "room", "address")
    if building is None or not homes:
        return None
    upwards = sorted(homes, key=lambda home: (_height(home[1]), home[2], home[3]))
    return building, [(home, room or address) for home, _floor, room, address in upwards]


def _height(floor: str) -> tuple[int, str]:
    digits = "".join(character for character in floor if character.isdecimal() or character == "-")
    try:
        return int(digits), floor
    except ValueError:
        return 0, floor


def places() -> tuple[list[Community], list[Estate]]:
    """Communities of today, and estates that have a name."""
    today = timezone.localdate()
    communities = Community.objects.filter(Q(ends_on=None) | Q(ends_on__gt=today), starts_on__lte=today)
    return list(communities.order_by("pk")), list(Estate.objects.order_by("community", "name"))


def map_points() -> dict[str, Any]:
    """`points`: [id, longitude, latitude, worst grade (0 red to 3 none), homes, red, overdue, stars].

    `unplaced`: how many buildings have no place.
    """
    found = buildings()
    points = [
        [b.pk, round(b.longitude, 5), round(b.latitude, 5), _worst(b), b.homes, b.red, b.late, b.stars]
        for b in found
        if b.longitude is not None and b.latitude is not None
    ]
    return {"points": points, "unplaced": len(found) - len(points)}


def _worst(building: SafeBuilding) -> int:
    return 0 if building.red else 1 if building.yellow else 2 if building.green else 3
