"""Boards that tell how the homes of a place stand: one building (A3), an estate (A1), a village (A0)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import ceil

from signage.engine.fonts import FontPaths
from signage.engine.model import GRADES
from signage.engine.typesetting import Imprint, star_words, too_full, typeset

# What a board counts homes by.
COUNTED = (*GRADES, "ungraded")
# Grid of the estate board in mm: the area, the space between cards, a card at scale 1.
_GRID_WIDTH, _GRID_HEIGHT, _GAP = 785.0, 318.0, 6.0
_CARD_WIDTH, _CARD_HEIGHT = 205.0, 46.0
_LARGEST, _SMALLEST = 1.9, 0.25
# Table of the village board in mm: the area, the space between columns, the height of a row.
_LIST_WIDTH, _LIST_HEIGHT, _LIST_GAP = 785.0, 765.0, 12.0
_HIGHEST_ROW, _LOWEST_ROW = 24.0, 7.5
_ROW_ASPECT = 13.0  # a row is at least this many times as wide as high, or names would not fit
_MOST_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class BoardBuilding:
    """One building on a board: homes by grade and the day of the last visit ("" for none)."""

    name: str
    green: int
    yellow: int
    red: int
    ungraded: int = 0
    last_visit_on: str = ""


@dataclass(frozen=True, slots=True)
class EstateBoard:
    """What hangs at the entrance of an estate. Totals are summed from the buildings."""

    serial: str
    estate: str
    community: str
    url: str
    buildings: tuple[BoardBuilding, ...]
    as_of: str
    imprint: Imprint = field(default_factory=Imprint)


@dataclass(frozen=True, slots=True)
class VillageBoard:
    """What stands at the gate of a village, or of a residents' committee: every building, on as many sheets
    as it takes."""

    serial: str
    place: str
    community: str
    url: str
    buildings: tuple[BoardBuilding, ...]
    as_of: str
    imprint: Imprint = field(default_factory=Imprint)


@dataclass(frozen=True, slots=True)
class Room:
    """A home on the board of its building; `grade` is a grade or "ungraded"."""

    name: str
    grade: str


@dataclass(frozen=True, slots=True)
class BuildingBoard:
    """What hangs at the door of a building: its homes by grade, its stars, how to read both."""

    serial: str
    building: str
    address: str
    community: str
    building_code: str
    url: str
    rooms: tuple[Room, ...]
    as_of: str
    last_visit_on: str = ""
    stars: int = 0
    imprint: Imprint = field(default_factory=Imprint)


@dataclass(frozen=True, slots=True)
class Grid:
    """How the buildings are laid out; `scale` is 1 for a card of 205 x 46 mm."""

    columns: int
    rows: int
    scale: float
    card_width: float
    card_height: float


@dataclass(frozen=True, slots=True)
class Columns:
    """The table of one sheet of a village board; lengths in mm."""

    columns: int
    rows: int
    width: float
    height: float


def render_estate_board(board: EstateBoard, fonts: FontPaths) -> bytes:
    """One A1 page, lying; raise as `typeset`."""
    more = {"totals": totals_of(board.buildings), "grid": asdict(grid_of(len(board.buildings)))}
    return typeset("estate_board.typ", board, fonts, more=more)


def render_village_board(board: VillageBoard, fonts: FontPaths) -> bytes:
    """A0 pages, upright, as many as the buildings need; raise as `typeset`."""
    count = len(board.buildings)
    sheets = max(1, ceil(count / _MOST_ON_A_SHEET))
    on_each = max(1, ceil(count / sheets))
    cuts = [board.buildings[i : i + on_each] for i in range(0, count, on_each)] or [()]
    more = {
        "totals": totals_of(board.buildings),
        "list": asdict(columns_of(on_each)),
        "sheets": [[asdict(building) for building in cut] for cut in cuts],
    }
    return typeset("village_board.typ", board, fonts, more=more)


def render_building_board(board: BuildingBoard, fonts: FontPaths) -> bytes:
    """One A3 page, upright; raise as `typeset`."""
    groups = {grade: [room.name for room in board.rooms if room.grade == grade] for grade in COUNTED}
    more = {"groups": groups, "totals": {grade: len(rooms) for grade, rooms in groups.items()}}
    return typeset("building_board.typ", board, fonts, more=more | {"star_words": star_words(board.stars)})


def totals_of(buildings: Sequence[BoardBuilding]) -> dict[str, int]:
    return {name: sum(getattr(building, name) for building in buildings) for name in COUNTED}


def grid_of(count: int) -> Grid:
    """The columns that give `count` buildings the largest cards, up to 144; raise BoardTooFullError."""
    best: Grid | None = None
    for columns in range(1, 9):
        rows = max(1, ceil(count / columns))
        width = (_GRID_WIDTH - (columns - 1) * _GAP) / columns
        height = min((_GRID_HEIGHT - (rows - 1) * _GAP) / rows, _CARD_HEIGHT * _LARGEST)
        scale = min(width / _CARD_WIDTH, height / _CARD_HEIGHT, _LARGEST)
        if best is None or scale > best.scale:
            best = Grid(columns, rows, scale, width, height)
    if best is None or best.scale < _SMALLEST:
        raise too_full(f"{count} buildings on one board")
    return best


def columns_of(count: int) -> Columns:
    """The columns that give `count` rows the most height on one sheet."""
    options = []
    for columns in range(1, _MOST_COLUMNS + 1):
        rows = max(1, ceil(count / columns))
        width = (_LIST_WIDTH - (columns - 1) * _LIST_GAP) / columns
        height = min(_LIST_HEIGHT / rows, _HIGHEST_ROW, width / _ROW_ASPECT)
        options.append(Columns(columns, rows, width, height))
    return max(options, key=lambda option: option.height)


_MOST_ON_A_SHEET = _MOST_COLUMNS * int(_LIST_HEIGHT / _LOWEST_ROW)
