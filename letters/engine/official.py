"""A document in the shape of GB/T 9704-2012 by typst: A4, type area 156 x 225 mm, 22 lines of 28 characters.

Data reaches the template as JSON in `sys.inputs`, so no text is ever read as markup. The same data gives the
same bytes: fonts come from files, the time stamp from the document's own date.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import typst

from signage.engine.truetype import FontError, TrueTypeFile

_TEMPLATE = Path(__file__).with_name("official.typ")
_FAMILIES = {"Noto Serif SC", "Noto Sans SC"}

Kind = Literal["text", "head", "item"]


class MissingGlyphError(ValueError):
    """The fonts lack a character; the message is `missing_glyph: <character> U+....`."""


class LetterFonts(NamedTuple):
    """Song for the text and the titles, Hei for headings; TrueType files of one folder."""

    serif: Path
    serif_bold: Path
    sans: Path
    sans_bold: Path


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`head` is a heading of the first level (一、), `item` a numbered line under it."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """What is written on the paper, but for its number. `dated` is an ISO date."""

    office: str
    title: str
    addressee: str
    paragraphs: tuple[Paragraph, ...]
    dated: str
    note: str
    copies: str = ""

    @property
    def day(self) -> date:
        return date.fromisoformat(self.dated)

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, object]) -> "OfficialDocument":
        given = dict(data)
        paragraphs = given.pop("paragraphs")
        assert isinstance(paragraphs, list)  # noqa: S101 - our own frozen data
        return cls(paragraphs=tuple(Paragraph(**p) for p in paragraphs), **given)  # type: ignore[arg-type]


def render_official(document: OfficialDocument, number: str, fonts: LetterFonts) -> bytes:
    """The PDF; MissingGlyphError names the first character that a font lacks, FontError a missing font."""
    data = document.to_json() | {"number": number}
    _require_glyphs(data, fonts)
    midnight = datetime.combine(document.day, datetime.min.time(), UTC)
    return bytes(
        typst.compile(
            _TEMPLATE,
            root=_TEMPLATE.parent,
            font_paths=_faces(fonts),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=int(midnight.timestamp()),
        )
    )


@lru_cache(maxsize=2)
def _faces(fonts: LetterFonts) -> typst.Fonts:
    """Only the folders of the given files: a document must not depend on what fonts a host has."""
    folders = sorted({str(path.parent) for path in fonts})
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    for family in _FAMILIES:
        if not {400, 700} <= {face.weight for face in faces.fonts() if face.family == family}:
            raise FontError(f"the font folder lacks {family} Regular and Bold")
    return faces


@lru_cache(maxsize=2)
def _drawable(fonts: LetterFonts) -> frozenset[int]:
    """Code points that every one of the files can draw."""
    maps = [TrueTypeFile(path).cmap.keys() for path in fonts]
    return frozenset(maps[0]).intersection(*maps[1:])


def _require_glyphs(data: object, fonts: LetterFonts) -> None:
    drawable = _drawable(fonts)
    for character in json.dumps(data, ensure_ascii=False):
        if ord(character) not in drawable:
            raise MissingGlyphError(f"missing_glyph: {character} U+{ord(character):04X}")
