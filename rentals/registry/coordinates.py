"""Longitude and latitude of the file to WGS-84 degrees, with checks of place. Offsets in metres are not
our matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import prcoords

from rentals.registry.columns import Datum
from rentals.registry.normalise import Fault

# west, south, east, north; the whole of Shenzhen with its sea islands, and Fucheng street with a margin
SHENZHEN = (113.70, 22.10, 114.70, 22.90)
FUCHENG = (113.97, 22.69, 114.08, 22.79)
_DIGITS = 7

_TO_WGS: dict[Datum, Callable[[tuple[float, float]], tuple[float, float]]] = {
    Datum.GCJ02: prcoords.gcj_wgs_bored,
    Datum.BD09: prcoords.bd_wgs_bored,
}

Point = tuple[str, str]


def _inside(longitude: float, latitude: float, box: tuple[float, float, float, float]) -> bool:
    return box[0] <= longitude <= box[2] and box[1] <= latitude <= box[3]


@lru_cache(maxsize=65_536)
def to_wgs84(longitude: str, latitude: str, datum: str) -> Point | tuple[str, Fault]:
    """Return both as texts in WGS-84, or the name of the field that is at fault and the fault."""
    if not longitude and not latitude:
        return "", ""
    if not longitude or not latitude:
        return ("latitude" if longitude else "longitude"), Fault("coordinate_pair")
    if not datum:
        return "datum", Fault("datum_missing")
    x, y = float(longitude), float(latitude)
    if _inside(y, x, SHENZHEN):
        return "longitude", Fault("coordinate_swapped")
    if datum == Datum.WGS84:
        point = longitude, latitude
    else:
        y, x = _TO_WGS[Datum(datum)]((y, x)) if _inside(x, y, (73.0, 3.0, 136.0, 54.0)) else (y, x)
        point = f"{x:.{_DIGITS}f}", f"{y:.{_DIGITS}f}"
    return point if _inside(x, y, SHENZHEN) else ("longitude", Fault("coordinate_far"))


class Points:
    """The coordinates of a chunk."""

    def convert(self, values: dict[str, list[str]]) -> Iterator[tuple[int, str, Fault]]:
        """Replace `longitude` and `latitude` in `values`; yield (position, field, fault) for what is
        wrong.
        """
        longitudes, latitudes = values["longitude"], values["latitude"]
        triples = list(zip(longitudes, latitudes, values["datum"], strict=True))
        if triples.count(("", "", "")) == len(triples):
            return
        points = [to_wgs84(*triple) for triple in triples]
        outside = {place for place in {p for p in points if isinstance(p[1], str)} if _is_outside(place)}
        for position, point in enumerate(points):
            if isinstance(point[1], Fault):
                yield position, point[0], point[1]
                points[position] = ("", "")
            elif point in outside:
                yield position, "longitude", Fault("coordinate_outside", value=point[0])
        values["longitude"] = [point[0] for point in points]
        values["latitude"] = [str(point[1]) for point in points]


def _is_outside(point: Point | tuple[str, Fault]) -> bool:
    return (
        isinstance(point[1], str)
        and point[0] != ""
        and not _inside(float(point[0]), float(point[1]), FUCHENG)
    )
