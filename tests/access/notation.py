"""Reads the tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

PRINCIPALS = (
    "anon", "grid", "grid2", "reviewer", "reviewer2", "panel", "office", "leader", "auditor", "landlord",
    "landlord2", "gone",
)  # fmt: skip
WORDS = {"ok", "in", "400", "401", "403", "404", "405", "409", "422"}


@dataclass(frozen=True)
class Row:
    """One address and verb, and what each principal meets there."""

    route: str
    verb: str
    filled_with: Mapping[str, str]
    expected: Mapping[str, str]
    data: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.verb} {self.route}"


def table(text: str, data: Mapping[str, Mapping[str, Any]] | None = None) -> list[Row]:
    """One row a line: route, verb, `key=thing` for each part of the address or `-`, then the twelve."""
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    heading, *rows = lines
    assert tuple(heading[3:]) == PRINCIPALS, heading
    return [_row(cells, (data or {}).get(cells[0], {})) for cells in rows]


def _row(cells: list[str], data: Mapping[str, Any]) -> Row:
    route, verb, filled, *expected = cells
    assert len(expected) == len(PRINCIPALS), f"{route} {verb}: {len(expected)} answers"
    assert set(expected) <= WORDS, f"{route} {verb}: {set(expected) - WORDS}"
    assert verb in {"GET", "POST"}, verb
    pairs = dict(pair.split("=") for pair in filled.split(",")) if filled != "-" else {}
    return Row(route, verb, pairs, dict(zip(PRINCIPALS, expected, strict=True)), data)


def all_rows() -> Iterator[Row]:
    for path in sorted(Path(__file__).parent.glob("table_*.py")):
        yield from import_module(f"tests.access.{path.stem}").ROWS


def areas() -> list[str]:
    return sorted(path.stem.removeprefix("table_") for path in Path(__file__).parent.glob("table_*.py"))


def rows_of(area: str) -> list[Row]:
    rows: list[Row] = import_module(f"tests.access.table_{area}").ROWS
    return rows
