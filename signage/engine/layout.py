"""Where things stand on one sticker, in mm from its lower left corner, and how addresses are broken.

Designed at 64 x 34 and scaled as a whole; the white QR tile keeps the full height over the foot strip.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from signage.engine.fonts import FontSubset
from signage.engine.model import GeometryError, SheetGeometry

# Below this a phone at arm's length starts to lose codes on worn stickers (scan tests, printing notes).
MIN_MODULE_MM: Final = 0.55
QUIET_MODULES: Final = 4
# Size, line pitch (mm at design scale) and lines that fit the address box, largest first.
_STEPS: Final = (
    (2.75, 3.35, 2),
    (2.45, 2.85, 3),
    (2.3, 2.8, 3),
    (2.05, 2.25, 4),
    (1.85, 2.1, 4),
)
_COMMUNITY: Final = (3.0, 2.6, 2.2)
# A run of letters and digits is one word and keeps the noun it counts (1607房, A2-3栋); every other
# character may end a line.
_WORDS: Final = re.compile(
    r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+(?:[-./#][0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+)*(?:单元|[号栋座楼层房室巷])?|.",
    re.DOTALL,
)
_NOT_FIRST: Final = frozenset("，。、；：！？）)】》")
_MOST_WORDS: Final = 50_000


@dataclass(frozen=True, slots=True)
class StickerLayout:
    """Measures of one sticker in mm. `scale` is 1 at 64 x 34."""

    width: float
    height: float
    scale: float

    @classmethod
    def of(cls, geometry: SheetGeometry) -> "StickerLayout":
        """Raise GeometryError when the sticker is too narrow for its height."""
        scale = geometry.sticker_height / 34
        if geometry.sticker_width < 60 * scale:
            raise GeometryError("a sticker must be at least 1.77 times as wide as high")
        return cls(geometry.sticker_width, geometry.sticker_height, scale)

    @property
    def frame(self) -> float:
        """Width of the coloured frame."""
        return 1.2 * self.scale

    @property
    def foot(self) -> float:
        """Height of the coloured strip below the tiles."""
        return 5.4 * self.scale

    @property
    def qr(self) -> float:
        """Side of the white QR tile, quiet zone included."""
        return self.height - self.frame - self.foot

    @property
    def text_left(self) -> float:
        """Left edge of the white text tile."""
        return self.frame + self.qr + 0.9 * self.scale

    @property
    def text_width(self) -> float:
        """Width of the white text tile."""
        return self.width - self.frame - self.text_left

    @property
    def head(self) -> float:
        """Bottom of the heading, top of the text tile."""
        return self.height - 9.9 * self.scale

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
    """Font size (design mm) at which a community name fits `room` design mm; raise TooLong."""
    width = font.width(text) / 1000
    for size in _COMMUNITY:
        if width * size <= room:
            return size
    raise TooLong(text)


class AddressFitter:
    """Breaks addresses for one font and one box width; remembers the widths of words it has met."""

    def __init__(self, font: FontSubset, room: float) -> None:
        """`room` is the width of the address box in design mm."""
        self._font = font
        self._widths = dict(font.widths)
        self._steps = [(size, pitch, most, room * 1000 / size) for size, pitch, most in _STEPS]

    def fit(self, address: str) -> tuple[float, float, list[str]]:
        """(size, pitch, lines), lengths in design mm; raise TooLong, or KeyError naming a character."""
        words = _WORDS.findall(address)
        known = self._widths.get
        widths = [known(word) or self._measure(word) for word in words]
        total, widest = sum(widths), max(widths, default=0)
        for size, pitch, most, room in self._steps:
            if total <= room * most and widest <= room:
                lines = _wrap(words, widths, room)
                if len(lines) <= most:
                    return size, pitch, lines
        raise TooLong(address)

    def _measure(self, word: str) -> int:
        if len(self._widths) > _MOST_WORDS:
            self._widths = dict(self._font.widths)
        self._widths[word] = width = self._font.width(word)
        return width


def _wrap(words: list[str], widths: list[int], room: float) -> list[str]:
    """Lines of at most `room` (1/1000 em) without breaking a word; no line starts with a closing mark."""
    lines: list[str] = []
    start = used = 0
    for index, width in enumerate(widths):
        used += width
        if used > room and index > start:
            cut = index - 1 if words[index] in _NOT_FIRST and index - 1 > start else index
            lines.append("".join(words[start:cut]))
            start, used = cut, sum(widths[cut : index + 1])
    lines.append("".join(words[start:]))
    return lines


def grouped(unit_code: str) -> str:
    """A 25-digit unit code in its groups: district, street, community, building, unit, room.

    4403060140010100001000001 -> 440306 014 001 01 00001 000001; other lengths are left alone.
    """
    if len(unit_code) != 25:
        return unit_code
    cuts = (0, 6, 9, 12, 14, 19, 25)
    return " ".join(unit_code[a:b] for a, b in pairwise(cuts))
