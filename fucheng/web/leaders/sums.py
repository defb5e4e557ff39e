"""What figures are made of: a number and the list behind it, matrices with their sums, checks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

Key = Any


def list_url(screen: str, **wanted: object) -> str:
    """The list behind a number; empty filters are left out."""
    query = urlencode({name.rstrip("_"): value for name, value in wanted.items() if value not in (None, "")})
    return f"{reverse('leaders:list', args=[screen])}?{query}"


@dataclass(frozen=True)
class Number:
    n: int
    url: str
    share: float | None = None  # of the whole, 0..1
    before: int | None = None

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.n - self.before


@dataclass(frozen=True)
class Line:
    """A row of a matrix; `key` is None for the sum."""

    key: Key
    label: str
    cells: list[Number]
    total: Number


@dataclass(frozen=True)
class Matrix:
    columns: list[tuple[Key, str]]
    lines: list[Line]
    total: Line


@dataclass(frozen=True)
class Check:
    """One sum: what must be equal, and whether it is."""

    label: str
    whole: int
    parts: list[int]

    @property
    def is_equal(self) -> bool:
        return self.whole == sum(self.parts)


@dataclass(frozen=True)
class Waiting:
    """Work that waits: a number, what it is about, how old the oldest is."""

    label: str
    number: Number
    icon: str
    note: str = ""
    tone: str = ""


def matrix(
    numbers: Mapping[tuple[Key, Key], int],
    lines: Iterable[tuple[Key, str]],
    columns: Sequence[tuple[Key, str]],
    url: Callable[[Key, Key], str],
) -> Matrix:
    """Lines by columns with their sums; `url(None, x)` and `url(x, None)` are the lists behind the sums."""

    def line(key: Key, label: str, values: list[int]) -> Line:
        total = sum(values)
        cells = [
            Number(n, url(key, column), n / total if total else None)
            for n, (column, _label) in zip(values, columns, strict=True)
        ]
        return Line(key, label, cells, Number(total, url(key, None)))

    body = [line(key, label, [numbers.get((key, c), 0) for c, _label in columns]) for key, label in lines]
    sums = [sum(row.cells[i].n for row in body) for i in range(len(columns))]
    return Matrix(list(columns), body, line(None, _("Total"), sums))


def summed(numbers: Mapping[Any, Any], keyed: Callable[[Any, Any], tuple[Key, int]]) -> dict[Key, int]:
    """Sums by another key: `keyed(key, value)` gives the new key and the number."""
    sums: dict[Key, int] = {}
    for key, value in numbers.items():
        new, n = keyed(key, value)
        sums[new] = sums.get(new, 0) + n
    return sums
