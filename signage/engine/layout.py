"""Where things stand on one sticker, in mm from its lower left corner, and how addresses are broken."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from signage.engine.fonts import FontSubset
from signage.engine.model import GeometryError, SheetGeometry

# Below this a phone at arm's length starts to lose codes on worn stickers (scan tests, printing notes).
MIN_MODULE_MM: Final = 0.55
QUIET_MODULES: Final = 4
# Size, line pitch (mm at text scale 1) and lines that fit the address box, largest first.
Steps = tuple[tuple[float, float, int], ...]
_WIDE_STEPS: Final[Steps] = (
    (2.75, 3.35, 2),
    (2.45, 2.85, 3),
    (2.3, 2.8, 3),
    (2.05, 2.25, 4),
    (1.85, 2.1, 4),
)
_CARD_STEPS: Final[Steps] = (
    (4.2, 5.1, 3),
    (3.6, 4.3, 4),
    (3.2, 3.8, 4),
    (2.75, 3.3, 5),
    (2.4, 2.85, 6),
)
_COMMUNITY: Final = (3.0, 2.6, 2.2)
# A run of letters and digits is one word and keeps the noun it counts (1607房, A2-3栋); every other
# character may end a line.
_RUNS: Final = re.compile(
    r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+(?:[-./#][0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+)*(?:单元|[号栋座楼层房室巷])?"
)
_NOT_FIRST: Final = frozenset("，。、；：！？）)】》")


class Line(NamedTuple):
    """Where one line of the heading stands: left end, vertical middle, wished size, room; mm."""

    x: float
    y: float
    size: float
    room: float


class Square(NamedTuple):
    """Lower left corner and side; mm."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class StickerLayout:
    """Measures of one sticker in mm; two designs, one drawing.

    Wide: the code takes the full height, the grade stands above the text. Card: the grade is a band over
    the whole width. `scale` is that of the text: 1 on a sticker of 64 x 34.
    """

    width: float
    height: float
    scale: float
    frame: float
    foot: float
    qr: float
    text_left: float
    head: float
    symbol: tuple[float, float, float]
    word: Line
    ask: Line
    steps: Steps
    address_middle: float
    logo: Square | None = None

    @classmethod
    def of(cls, geometry: SheetGeometry, *, has_logo: bool = False) -> "StickerLayout":
        """Raise GeometryError when the sticker is too narrow for its height.

        A logo stands at the right of a card, and what the grade asks moves to the left for it. The wide
        sticker has no room for one: beside the grade it would take that of what the grade asks.
        """
        width, height = geometry.sticker_width, geometry.sticker_height
        if width >= 60 / 34 * height:
            return cls._wide(width, height)
        if width >= 1.35 * height:
            return cls._card(width, height, has_logo=has_logo)
        raise GeometryError("a sticker must be at least 1.35 times as wide as high")

    @classmethod
    def _wide(cls, width: float, height: float) -> "StickerLayout":
        s = height / 34
        frame, foot, head = 1.2 * s, 5.4 * s, height - 9.9 * s
        qr = height - frame - foot
        left = frame + qr + 0.9 * s
        middle, disc = (head + height - frame * 0.4) / 2, 3.85 * s
        words = left + 2 * disc + 1.5 * s
        room = width - frame - words
        return cls(
            width, height, s, frame, foot, qr, left, head,
            symbol=(left + disc + 0.1 * s, middle, disc),
            word=Line(words - 0.05 * 5.75 * s, middle + 1.32 * s, 5.75 * s, room),
            ask=Line(words, middle - 2.75 * s, 2.3 * s, room),
            steps=_WIDE_STEPS,
            address_middle=foot + 10.05 * s,
        )  # fmt: skip

    @classmethod
    def _card(cls, width: float, height: float, *, has_logo: bool) -> "StickerLayout":
        u = width / 99
        frame, foot, head = 1.8 * u, 8.4 * u, height - 17 * u
        qr = head - foot
        left = frame + qr + 1.4 * u
        s = (width - frame - left) / 33.3
        middle, disc = (head + height) / 2, 6.4 * u
        return cls(
            width, height, s, frame, foot, qr, left, head,
            symbol=(frame + 1.4 * u + disc, middle, disc),
            word=Line(19 * u, middle, 11.4 * u, 42 * u),
            ask=Line((56.4 if has_logo else 65) * u, middle, 7.2 * u, 31 * u),
            steps=_CARD_STEPS,
            address_middle=foot + (5.2 * s + (head - foot - 4.1 * s)) / 2,
            logo=Square(width - frame - 9 * u, middle - 4.5 * u, 9 * u) if has_logo else None,
        )  # fmt: skip

    @property
    def text_width(self) -> float:
        """Width of the white text tile."""
        return self.width - self.frame - self.text_left

    @property
    def pad(self) -> float:
        """Space between the edge of the text tile and its text."""
        return 1.3 * self.scale

    def module(self, size: int) -> float:
        """Side of one QR module for a code of `size` modules."""
        return self.qr / (size + 2 * QUIET_MODULES)


class TooLong(ValueError):
    """A text does not fit its box at the smallest size."""


def community_size(font: FontSubset, text: str, room: float) -> float:
    """Font size at which a community name fits `room`, both in mm at text scale 1; raise TooLong."""
    width = font.width(text) / 1000
    for size in _COMMUNITY:
        if width * size <= room:
            return size
    raise TooLong(text)


class AddressFitter:
    """Breaks addresses for one font and one box width."""

    def __init__(self, font: FontSubset, room: float, steps: Steps = _WIDE_STEPS) -> None:
        """`room` is the width of the address box in mm at text scale 1."""
        self._width_of = font.widths.__getitem__
        self._steps = [(size, pitch, most, room * 1000 / size) for size, pitch, most in steps]

    def fit(self, address: str) -> tuple[float, float, list[str]]:
        """(size, pitch, lines), lengths in mm at text scale 1; raise TooLong, or KeyError naming a character."""
        ends = list(accumulate(map(self._width_of, address)))
        total = ends[-1] if ends else 0
        for size, pitch, most, room in self._steps:
            if total <= room * most:
                lines = _lines(address, ends, room)
                if 0 < len(lines) <= most:
                    return size, pitch, lines
        raise TooLong(address)


def _lines(address: str, ends: list[int], room: float) -> list[str]:
    """Lines of at most `room` (1/1000 em) of an address whose characters end at `ends`.

    None at all if a word is wider than the room: words are not broken.
    """
    lines, start, before = [], 0, 0
    while start < len(address):
        cut = bisect_right(ends, before + room)
        if cut < len(address):
            cut = _end_of_line(address, start, cut)
        if cut == start:
            return []
        lines.append(address[start:cut])
        start, before = cut, ends[cut - 1]
    return lines or [""]


def _end_of_line(address: str, start: int, cut: int) -> int:
    """`cut`, or the start of the word before it if it would break that or let a closing mark begin a line."""
    is_closing = address[cut] in _NOT_FIRST
    for run in _RUNS.finditer(address, start):
        if run.start() < cut < run.end():
            return run.start()
        if run.start() >= cut:
            break
        if is_closing and run.end() == cut:
            return run.start() if run.start() > start else cut
    return cut - 1 if is_closing and cut - 1 > start else cut


def grouped(unit_code: str) -> str:
    """A 25-digit unit code in its groups: district, street, community, building, unit, room.

    4403060140010100001000001 -> 440306 014 001 01 00001 000001; other lengths are left alone.
    """
    if len(unit_code) != 25:
        return unit_code
    cuts = (0, 6, 9, 12, 14, 19, 25)
    return " ".join([unit_code[a:b] for a, b in pairwise(cuts)])
