"""How a board becomes PDF: templates and data to typst, every character checked, one size to another.

Data reaches the templates as JSON in `sys.inputs`, so no text is ever read as markup. Nothing on a board
names a person: boards hang in public (Personal Information Protection Law, arts. 6 and 25).
"""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pikepdf
import typst

from signage.engine.fonts import FontPaths
from signage.engine.grades import LOOKS
from signage.engine.model import Grade
from signage.engine.qrpath import cover
from signage.engine.qrtable import dark_cells, library_matrix
from signage.engine.truetype import FontError, TrueTypeFile

_TEMPLATES = Path(__file__).parent / "templates"
_FAMILY = "Noto Sans SC"
_OVERFLOW = "does-not-fit"
_POINTS_PER_MM = 72 / 25.4
# ISO 216, upright, mm.
PAPER: Final[dict[str, tuple[float, float]]] = {
    "a0": (841, 1189),
    "a1": (594, 841),
    "a2": (420, 594),
    "a3": (297, 420),
    "a4": (210, 297),
}


class BoardError(ValueError):
    """A board cannot be drawn as asked."""


class MissingGlyphError(BoardError):
    """The font lacks a character; the message is `missing_glyph: <character> U+....`."""


class BoardTooFullError(BoardError):
    """The content does not fit the page at the smallest size; nothing is cut off in silence."""


def too_full(what: str) -> BoardTooFullError:
    return BoardTooFullError(f"{_OVERFLOW}: {what}")


def star_words(stars: int) -> str:
    """三星级安全文明楼栋; "" for a building without stars."""
    return f"{'一二三四五'[stars - 1]}星级安全文明楼栋" if stars else ""


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who speaks on a board, and what is the same on all of them; settings of the street office."""

    office: str = "福城街道办事处"
    programme: str = "福城街道出租屋分级管理"
    hotline: str = "0755-12345678"
    scan: str = "扫码查最新等级"
    reading: dict[Grade, str] = field(
        default_factory=lambda: {
            "green": "可以出租。安全条件良好，自主管理为主。",
            "yellow": "整改中。存在隐患，正在限期整改，加密巡查。",
            "red": "禁止出租。整改合格并经批准后方可解除。",
        }
    )
    logo: bytes = b""


def typeset(
    template: str,
    board: Any,
    fonts: FontPaths,
    *,
    more: Mapping[str, Any] | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """The PDF of a board (a frozen dataclass with `url` and `imprint`) by its template.

    `more` are computed values, `pictures` what the template may draw by name. Raise MissingGlyphError,
    BoardTooFullError when the template says that its content does not fit, FontError, or UrlTooLong.
    """
    data = _without_bytes(asdict(board)) | dict(more or {})
    _require_glyphs(data, fonts)
    shown = {"logo": board.imprint.logo, **(pictures or {})}
    # As numbers: `sys.inputs` holds text only.
    data["pictures"] = {name: list(content) for name, content in shown.items() if content}
    data["looks"] = {grade: look._asdict() for grade, look in LOOKS.items()}
    data["qr"] = _qr_svg(board.url)
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


def on_paper(pdf: bytes, paper: str) -> bytes:
    """The same pages on another A size, lying or upright as they were: everything grows or shrinks alike."""
    short, long = (side * _POINTS_PER_MM for side in PAPER[paper])
    with pikepdf.open(io.BytesIO(pdf)) as book:
        for page in book.pages:
            width, height = (float(page.mediabox[i]) for i in (2, 3))
            wide, high = (long, short) if width > height else (short, long)
            if abs(wide - width) < 1:
                return pdf
            page.contents_add(b"q %.6f 0 0 %.6f 0 0 cm" % (wide / width, high / height), prepend=True)
            page.contents_add(b"Q")
            for box in ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
                if box in page.obj or box == "/MediaBox":
                    page.obj[box] = pikepdf.Array([0, 0, round(wide, 2), round(high, 2)])
        out = io.BytesIO()
        book.save(out, deterministic_id=True)
        return out.getvalue()


def _without_bytes(value: Any) -> Any:
    """Data without the pictures, which are files beside it."""
    if isinstance(value, dict):
        return {key: _without_bytes(item) for key, item in value.items() if not isinstance(item, bytes)}
    if isinstance(value, (list, tuple)):
        return [_without_bytes(item) for item in value]
    return value


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
