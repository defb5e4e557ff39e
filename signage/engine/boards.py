"""The no-rental notice (A3) and the estate entrance board (A1) as one-page PDFs by typst.

Data reaches the templates as JSON in `sys.inputs`, so no text is ever read as markup. Nothing here names
a person: boards hang in public (Personal Information Protection Law, arts. 6 and 25).
"""

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any

import typst

from signage.engine.fonts import FontPaths
from signage.engine.grades import LOOKS
from signage.engine.model import GRADES, Grade
from signage.engine.qrpath import cover
from signage.engine.qrtable import dark_cells, library_matrix
from signage.engine.truetype import FontError, TrueTypeFile

_TEMPLATES = Path(__file__).parent / "templates"
_FAMILY = "Noto Sans SC"
_OVERFLOW = "does-not-fit"
# Grid of the estate board in mm: the area, the space between cards, a card at scale 1.
_GRID_WIDTH, _GRID_HEIGHT, _GAP = 785.0, 318.0, 6.0
_CARD_WIDTH, _CARD_HEIGHT = 205.0, 46.0
_LARGEST, _SMALLEST = 1.9, 0.25


class BoardError(ValueError):
    """A board cannot be drawn as asked."""


class MissingGlyphError(BoardError):
    """The font lacks a character; the message is `missing_glyph: <character> U+....`."""


class BoardTooFullError(BoardError):
    """The content does not fit the page at the smallest size; nothing is cut off in silence."""


@dataclass(frozen=True, slots=True)
class NoRentalNotice:
    """What hangs at a home that may not be let. Dates are drawn as given."""

    serial: str
    number: str
    url: str
    community: str
    address: str
    unit_code: str
    reasons: tuple[str, ...]
    decided_on: str
    deadline_on: str
    printed_on: str
    office: str = "福城街道办事处"
    hotline: str = "0755-12345678"
    programme: str = "福城街道出租屋分级管理"
    meaning: tuple[str, ...] = (
        "自评定之日起，本房屋禁止出租；已出租的，应妥善安排租户搬离并停止使用。",
        "请勿签订租赁合同、支付租金或者押金。",
        "告示牌解除前，请勿遮挡、涂改、撕毁。",
    )
    lifting: tuple[str, ...] = (
        "按期完成上述问题的整改。",
        "扫码或到社区工作站提交整改完成申请，等候复查。",
        "复查合格并经街道评定小组批准后，等级调整，本牌由工作人员摘除。",
    )
    objecting: tuple[str, ...] = (
        "对评定有异议的，可以自评定之日起扫码或到社区工作站提出，说明理由并附材料。",
        "异议处理期间，禁止级评定继续有效。",
    )


@dataclass(frozen=True, slots=True)
class BoardBuilding:
    """One building on an estate board: homes by grade and the day of the last visit ("" for none)."""

    name: str
    green: int
    yellow: int
    red: int
    ungraded: int = 0
    last_visit_on: str = ""


@dataclass(frozen=True, slots=True)
class EstateBoard:
    """What hangs at the entrance of an estate. Totals are summed from the buildings."""

    estate: str
    community: str
    url: str
    buildings: tuple[BoardBuilding, ...]
    as_of: str
    office: str = "福城街道办事处"
    hotline: str = "0755-12345678"
    programme: str = "福城街道出租屋分级管理"
    reading: tuple[tuple[Grade, str], ...] = (
        ("green", "可以出租。安全条件良好，自主管理为主。"),
        ("yellow", "整改中。存在隐患，正在限期整改，加密巡查。"),
        ("red", "禁止出租。整改合格并经批准后方可解除。"),
    )


@dataclass(frozen=True, slots=True)
class Grid:
    """How the buildings are laid out; `scale` is 1 for a card of 205 x 46 mm."""

    columns: int
    rows: int
    scale: float
    card_width: float
    card_height: float


def render_no_rental_notice(notice: NoRentalNotice, fonts: FontPaths) -> bytes:
    """One A3 page; raise MissingGlyphError, BoardTooFullError, FontError, or UrlTooLong."""
    return _compile("no_rental.typ", asdict(notice), notice.url, fonts)


def render_estate_board(board: EstateBoard, fonts: FontPaths) -> bytes:
    """One A1 landscape page; raise MissingGlyphError, BoardTooFullError, FontError, or UrlTooLong."""
    totals = {
        name: sum(getattr(building, name) for building in board.buildings) for name in (*GRADES, "ungraded")
    }
    data = asdict(board) | {"totals": totals, "grid": asdict(grid_of(len(board.buildings)))}
    return _compile("estate_board.typ", data, board.url, fonts)


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
        raise BoardTooFullError(f"{_OVERFLOW}: {count} buildings on one board")
    return best


def _compile(template: str, data: dict[str, Any], url: str, fonts: FontPaths) -> bytes:
    """Raise BoardTooFullError when the template says that its content does not fit."""
    _require_glyphs(data, fonts)
    data["looks"] = {grade: look._asdict() for grade, look in LOOKS.items()}
    data["qr"] = _qr_svg(url)
    try:
        result = typst.compile(
            _TEMPLATES / template,
            root=_TEMPLATES,
            font_paths=_faces(fonts),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    except typst.TypstError as error:
        if _OVERFLOW in str(error):
            raise BoardTooFullError(str(error)) from error
        raise
    return bytes(result)


@lru_cache(maxsize=2)
def _faces(fonts: FontPaths) -> typst.Fonts:
    """Only the folders of the given files: a board must not depend on what fonts a host has.

    typst sets no text at all when a family is absent, so that is an error here.
    """
    folders = sorted({str(path.parent) for path in fonts})
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    weights = {face.weight for face in faces.fonts() if face.family == _FAMILY}
    if not {400, 700} <= weights:
        raise FontError(f"the font folder lacks {_FAMILY} Regular and Bold")
    return faces


@lru_cache(maxsize=2)
def _drawable(fonts: FontPaths) -> frozenset[int]:
    """Code points that both files can draw."""
    regular, bold = (TrueTypeFile(path).cmap for path in fonts)
    return frozenset(regular.keys() & bold.keys())


def _require_glyphs(data: object, fonts: FontPaths) -> None:
    drawable = _drawable(fonts)
    for character in json.dumps(data, ensure_ascii=False):
        if ord(character) not in drawable:
            raise MissingGlyphError(f"missing_glyph: {character} U+{ord(character):04X}")


def _qr_svg(url: str) -> str:
    """A QR code with its quiet zone as SVG, one path."""
    matrix = library_matrix(url.encode("utf-8"))
    side = len(matrix) + 8
    path = "".join(f"M{x + 4} {y + 4}h{w}v{h}h-{w}z" for x, y, w, h in cover(dark_cells(matrix)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{path}"/></svg>'
    )
