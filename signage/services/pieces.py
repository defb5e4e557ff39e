"""What every product shares: fonts, addresses of codes, and what rendering gives back."""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings

from signage.engine.fonts import FontPaths
from signage.engine.qrtable import MARK
from signage.models import PrintItem
from signage.serials import code_of


class Target(NamedTuple):
    """The one place a sign is for; the names are the columns of items and signs."""

    unit_id: int | None = None
    building_id: int | None = None
    estate_id: int | None = None
    committee_id: int | None = None

    @classmethod
    def of(cls, item: PrintItem) -> "Target":
        return cls(item.unit_id, item.building_id, item.estate_id, item.committee_id)


@dataclass(frozen=True, slots=True)
class RenderedSign:
    """Where a sign stands on the paper, where it will hang, and what it says that may change."""

    serial: str
    target: Target
    grade: str
    page: int
    position: int
    says: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One PDF, where each sign stands on it, and what could not be printed and why."""

    pdf: bytes
    pages: int
    title: str
    signs: list[RenderedSign]
    refused: list[tuple[str, str]]


def fonts() -> FontPaths:
    """The two font files that the front-end set-up brings."""
    folder = settings.FONT_DIR
    return FontPaths(folder / "NotoSansSC-Regular.ttf", folder / "NotoSansSC-Bold.ttf")


def natural(name: str) -> list[tuple[int, str]]:
    """Sorts as people count: 2号 before 10号."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", name)]


def url_of(token: str, serial: str = "") -> str:
    """The address of a home; in a code of a print it also names the print (ADR 7)."""
    address = f"{settings.PUBLIC_BASE_URL}/u/{token}"
    return f"{address}{MARK}{code_of(serial)}" if serial else address
