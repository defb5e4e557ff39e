"""Where a reported place is in the register: by code, by all parts of the address, or by likeness.

Likeness alone is never enough: a person confirms it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Max, Min

from core.text import fold
from grading.models import Incident
from rentals.models import Building, Unit

SURE = 90  # confidence from which no person is asked
BY_PARTS = 95
BY_LIKENESS = 80  # at most
OFFERED = 5
_CODE = re.compile(r"(?<![0-9A-Z])4403[0-9]{10}[0-9A-Z][0-9]{4}(?:[0-9]{6})?(?![0-9A-Z])")
_ROOM = re.compile(r"([A-Z]?\d{1,5})(?:号?房|室)")
_LAST_ROOM = re.compile(r"(?:(?<=[栋座幢楼])[A-Z]?\d{1,5}|[A-Z]?\d{1,5}(?:号?房|室)).*$")
_ABOVE = re.compile(r"^.*?街道(?:[^社]{1,8}社区)?")  # what stands below it: village, lane, block
_BESIDE = re.compile(r"附近|旁边|对面|路口|门前")
By = Incident.MatchedBy


@dataclass(frozen=True, slots=True)
class Candidate:
    """A building, or a home in it; how sure (0..100) and why."""

    building_id: int
    unit_id: int | None
    community_id: int
    confidence: int
    by: By
    address: str

    def to_json(self) -> dict[str, Any]:
        return {
            "building": self.building_id,
            "unit": self.unit_id,
            "confidence": self.confidence,
            "by": self.by.value,
            "address": self.address,
        }


def candidates(place: str, code: str = "") -> list[Candidate]:
    """The best few, surest first."""
    text = fold(place).upper()
    found = _by_code(code.upper() or text)
    return found or _by_address(text)


def best(found: list[Candidate]) -> Candidate | None:
    """The one that needs no person: sure, and no other place nearly as sure."""
    sure = [candidate for candidate in found if candidate.confidence >= SURE]
    return sure[0] if len(sure) == 1 else None


def _by_code(text: str) -> list[Candidate]:
    match = _CODE.search(text)
    if match is None:
        return []
    if len(match[0]) == 25:
        homes = Unit.objects.filter(code=match[0]).select_related("building")
        return [
            Candidate(home.building_id, home.pk, home.building.community_id, 100, By.CODE, home.address)
            for home in homes
        ]
    return [
        Candidate(found.pk, None, found.community_id, 100, By.CODE, str(found))
        for found in Building.objects.filter(code=match[0])
    ]


def _by_address(text: str) -> list[Candidate]:
    """Buildings with a like address, and the home where a room is told; the register keeps the room apart."""
    like = (
        Unit.objects.filter(left_on__isnull=True, address__trigram_similar=text)
        .order_by()
        .values("building", "building__community", "building__name")
        .annotate(likeness=Max(TrigramSimilarity("address", text)), address=Min("address"))
        .order_by("-likeness", "building")[:OFFERED]
    )
    buildings: list[dict[str, Any]] = [dict(row) for row in like]
    rooms = _ROOM.findall(text)
    homes: dict[int, int] = {}
    if rooms:
        named = Unit.objects.filter(building__in=[b["building"] for b in buildings], room__iexact=rooms[-1])
        homes = dict(named.in_register().values_list("building", "pk"))
    found = [_judge(row, text, homes.get(row["building"]), is_home=bool(rooms)) for row in buildings]
    return sorted(found, key=lambda c: (-c.confidence, c.building_id))


def _judge(row: dict[str, Any], text: str, unit_id: int | None, *, is_home: bool) -> Candidate:
    address = _without_room(fold(row["address"]).upper())
    has_parts = _ABOVE.sub("", address) in text and not _BESIDE.search(text)
    is_sure = has_parts and (unit_id is not None or not is_home)
    return Candidate(
        row["building"],
        unit_id,
        row["building__community"],
        BY_PARTS if is_sure else min(BY_LIKENESS, int(row["likeness"] * 100)),
        By.PARTS if is_sure else By.SIMILAR,
        address,
    )


def _without_room(address: str) -> str:
    return _LAST_ROOM.sub("", address)


def community_ids(found: Iterable[Candidate]) -> list[int]:
    return sorted({candidate.community_id for candidate in found})
