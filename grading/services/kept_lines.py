"""The lines of a sum as an assessment keeps them: JSON, the same for pages, letters and the API."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from grading.facts import Because, Effect, Line

# Key in the JSON: field of Line; a day that is not set is left out.
_DAYS = {"due": "due_on", "closed": "closed_on", "happened": "happened_on", "until": "until"}


def to_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [_one_to_json(line) for line in lines]


def _one_to_json(line: Line) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "item": line.item_code,
        "hazard": line.hazard_id,
        "since": line.since.isoformat(),
        "common": line.in_common_parts,
        "effect": line.effect.value,
        "points": line.points,
    }
    if line.because:
        kept["because"] = line.because.value
    days = {key: getattr(line, name) for key, name in _DAYS.items()}
    return kept | {key: day.isoformat() for key, day in days.items() if day}


def from_json(lines: Iterable[dict[str, Any]]) -> tuple[Line, ...]:
    """What `to_json` kept, also before a key was added: `because` and the days may be missing."""
    return tuple(
        Line(
            item_code=line["item"],
            hazard_id=line["hazard"],
            since=date.fromisoformat(line["since"]),
            in_common_parts=line["common"],
            effect=Effect(line["effect"]),
            points=line["points"],
            because=Because(line["because"]) if "because" in line else None,
            **{name: date.fromisoformat(line[key]) for key, name in _DAYS.items() if key in line},
        )
        for line in lines
    )
