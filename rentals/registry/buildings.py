"""A building is many rows of the file: they must agree on where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from rentals.registry.columns import BY_FIELD
from rentals.registry.normalise import Fault

PLACE = ("community", "grid", "estate")
LOOKS = ("building_name", "longitude", "latitude")


class BuildingBook:
    """Remembers for every building of the file what its first good row says.

    Rows that put it elsewhere (community, grid, estate) are refused; another name or point is remarked
    once per building and field, and the first row's is used.
    """

    def __init__(self) -> None:
        self._first: dict[str, tuple[str, dict[str, str]]] = {}
        self._agreed: set[tuple[str, ...]] = set()
        self._remarked: set[tuple[str, str]] = set()

    def settle(
        self, values: dict[str, list[str]], numbers: tuple[str, ...], bad: set[int]
    ) -> Iterator[tuple[int, str, Fault]]:
        """Make names and points of a chunk agree; yield (position, field, fault) for rows that contradict."""
        fields = (*PLACE, *LOOKS)
        claims = list(zip(values["building_code"], *(values[name] for name in fields), strict=True))
        if self._agreed.issuperset(claims):
            return
        for position, claim in enumerate(claims):
            if claim in self._agreed or position in bad or not claim[0]:
                continue
            said = dict(zip(fields, claim[1:], strict=True))
            number, first = self._first.setdefault(claim[0], (numbers[position], said))
            if first is said:
                self._agreed.add(claim)
                continue
            yield from self._contradictions(position, claim[0], number, first, said)
            for name in LOOKS:
                values[name][position] = first[name]

    def _contradictions(
        self, position: int, code: str, number: str, first: dict[str, str], said: dict[str, str]
    ) -> Iterator[tuple[int, str, Fault]]:
        for name in PLACE:
            if said[name] != first[name]:
                yield (
                    position,
                    name,
                    Fault(
                        "building_split",
                        {"row": number, "field": BY_FIELD[name].header, "other": first[name]},
                    ),
                )
                return
        for name in LOOKS:
            if said[name] != first[name] and (code, name) not in self._remarked:
                self._remarked.add((code, name))
                params = {"row": number, "field": BY_FIELD[name].header, "other": first[name]}
                yield position, name, Fault("building_differs", params, value=said[name])
