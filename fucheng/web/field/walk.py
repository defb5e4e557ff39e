"""The order in which a worker walks: village by village, inside one from building to nearest building.

Pure and the same on every day, so that a list does not jump when a building leaves it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import TypeVar

Point = tuple[float, float]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Stop:
    """A building. `village` is its estate or village, else its grid; the place may be unknown."""

    pk: int
    code: str
    village: tuple[int, int]
    longitude: float | None
    latitude: float | None

    @property
    def point(self) -> Point | None:
        """On a plane, good for a few kilometres: a degree of longitude shrinks with the latitude."""
        if self.longitude is None or self.latitude is None:
            return None
        return self.longitude * cos(radians(22.7)), self.latitude


def walking_order(stops: Iterable[Stop]) -> list[int]:
    """Primary keys of the buildings as they are walked.

    The round begins at the lowest code and goes on to the nearest building of the village, then to the nearest
    village. Buildings whose place is unknown come at the end of their village, villages without any known
    place at the end of the round; both by code.
    """
    villages: dict[tuple[int, int], list[Stop]] = defaultdict(list)
    for stop in sorted(stops, key=lambda s: s.code):
        villages[stop.village].append(stop)
    centres = {key: centre for key, found in villages.items() if (centre := _centre(found))}
    order: list[int] = []
    here: Point | None = None
    while centres:
        key = next(iter(centres)) if here is None else _nearest(here, centres)
        del centres[key]
        walked, here = _walk(villages.pop(key), here)
        order += walked
    for found in villages.values():
        order += [stop.pk for stop in found]
    return order


def _walk(stops: Sequence[Stop], here: Point | None) -> tuple[list[int], Point]:
    """One village: to the nearest not yet visited, the lowest code where two are equally near."""
    left = {stop.pk: point for stop in stops if (point := stop.point)}
    order: list[int] = []
    place = here or next(iter(left.values()))
    while left:
        pk = _nearest(place, left)
        place = left.pop(pk)
        order.append(pk)
    return order + [stop.pk for stop in stops if stop.point is None], place


def _nearest(here: Point, points: dict[Key, Point]) -> Key:
    """The first of the nearest: dictionaries keep the order of the codes."""
    x, y = here
    best, least = None, float("inf")
    for key, (east, north) in points.items():
        far = (east - x) * (east - x) + (north - y) * (north - y)
        if far < least:
            best, least = key, far
    assert best is not None  # noqa: S101 - never asked without points
    return best


def _centre(stops: Sequence[Stop]) -> Point | None:
    points = [point for stop in stops if (point := stop.point)]
    if not points:
        return None
    return sum(x for x, _y in points) / len(points), sum(y for _x, y in points) / len(points)
