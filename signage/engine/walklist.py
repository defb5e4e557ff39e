"""The list a grid worker walks with: a cover for each grid, then what to hang where and what it replaces. A4."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from signage.engine.fonts import FontPaths, FontSubset
from signage.engine.forms import text
from signage.engine.pdffile import bind, fastest_deflate

_POINTS_PER_MM = 72 / 25.4
_WIDTH, _HEIGHT, _SIDE = 210.0, 297.0, 15.0
_TOP, _ROW, _ON_A_PAGE = 268.0, 6.4, 38
# Left edges of the columns, and how much room the address has.
_NUMBER, _PLACE, _OLD, _NEW, _SHEET, _TICK = 15.0, 26.0, 112.0, 143.0, 174.0, 190.0
_PLACE_ROOM = _OLD - _PLACE - 3.5
_MISSING: Final = "〓"
_WORDS: Final = (
    "张贴清单网格领取人张贴人完成日期共枚其中换新首次打印页位置原牌新牌序地址无第到页…"
    "按社区、网格、楼栋、楼层、门牌排序。旧牌撕下后再贴新牌，贴好即扫码登记。：，。（）" + _MISSING
)


@dataclass(frozen=True, slots=True)
class Stop:
    """One sign on the walk; `old` is what hangs there now, "" for nothing."""

    place: str
    old: str
    new: str
    sheet: str


@dataclass(frozen=True, slots=True)
class Walk:
    """The stops of one grid. `facts` are lines of the cover: label and value."""

    community: str
    grid: str
    workers: str
    facts: tuple[tuple[str, str], ...]
    stops: tuple[Stop, ...]


def render_walk_list(title: str, walks: Sequence[Walk], fonts: FontPaths) -> bytes:
    """Covers and lists of all walks; a character the font lacks is shown as 〓: the list is for staff."""
    everything = {title, _WORDS}
    for walk in walks:
        everything |= {
            walk.community,
            walk.grid,
            walk.workers,
            *(part for fact in walk.facts for part in fact),
        }
        everything |= {part for s in walk.stops for part in (s.place, s.old, s.new, s.sheet)}
    characters = "".join(everything)
    pen = _Pen(FontSubset.for_text(characters, fonts.regular), FontSubset.for_text(characters, fonts.bold))
    pages: list[bytes] = []
    for walk in walks:
        pages.append(_cover(pen, title, walk))
        pages += [_list(pen, walk, start) for start in range(0, len(walk.stops), _ON_A_PAGE)]
    deflate = fastest_deflate()
    return bind(
        [deflate(page) for page in pages],
        size=(round(_WIDTH * _POINTS_PER_MM, 2), round(_HEIGHT * _POINTS_PER_MM, 2)),
        fonts={"/R": pen.regular.pdf, "/B": pen.bold.pdf},
        drawings={},
    )


class _Pen:
    def __init__(self, regular: FontSubset, bold: FontSubset) -> None:
        self.regular, self.bold = regular, bold

    def write(
        self, words: str, x: float, y: float, size: float, *, bold: bool = False, room: float = 0
    ) -> bytes:
        font = self.bold if bold else self.regular
        known = "".join(c if c in font.codes else _MISSING for c in words)
        if room and font.width(known) * size > room * 1000:
            size = max(size * 0.7, room * 1000 / font.width(known))
            while font.width(known) * size > room * 1000:
                known = known[:-2] + "…"
        return text(font, "B" if bold else "R", known, x, y, size)


def _scaled() -> bytes:
    return b"%.6f 0 0 %.6f 0 0 cm 0 g 0 G\n" % (_POINTS_PER_MM, _POINTS_PER_MM)


def _cover(pen: _Pen, title: str, walk: Walk) -> bytes:
    parts = [
        _scaled(),
        pen.write("张贴清单", _SIDE, 262, 6),
        pen.write(title, _SIDE, 252, 5, room=180),
        b"0.6 w 15 244 m 195 244 l S\n",
        pen.write(walk.community, _SIDE, 226, 9),
        pen.write(walk.grid, _SIDE, 206, 17, bold=True, room=180),
        pen.write(walk.workers, _SIDE, 188, 7, room=180),
    ]
    y = 164.0
    for label, value in walk.facts:
        parts += [pen.write(label, _SIDE, y, 5.2), pen.write(value, 62, y, 6.6, bold=True, room=130)]
        y -= 11
    y -= 4
    parts.append(
        pen.write("按社区、网格、楼栋、楼层、门牌排序。旧牌撕下后再贴新牌，贴好即扫码登记。", _SIDE, y, 4.6)
    )
    for label, x in (("领取人：", _SIDE), ("领取日期：", 110.0)):
        parts.append(pen.write(label, x, 52, 5))
    for label, x in (("张贴人：", _SIDE), ("完成日期：", 110.0)):
        parts.append(pen.write(label, x, 34, 5))
    parts.append(b"0.2 w 36 50 m 100 50 l 138 50 m 195 50 l 36 32 m 100 32 l 138 32 m 195 32 l S\n")
    return b"".join(parts)


def _list(pen: _Pen, walk: Walk, start: int) -> bytes:
    stops = walk.stops[start : start + _ON_A_PAGE]
    parts = [
        _scaled(),
        pen.write(f"{walk.community} {walk.grid}", _SIDE, 283, 4.6, bold=True, room=130),
        pen.write(f"{start + 1}–{start + len(stops)}（共 {len(walk.stops)}）", 160, 283, 4, room=36),
    ]
    heads = (("序", _NUMBER), ("地址", _PLACE), ("原牌", _OLD), ("新牌", _NEW), ("页-位置", _SHEET))
    parts += [pen.write(words, x, _TOP + 6.4, 3.4) for words, x in heads]
    parts.append(b"0.3 w 15 271.2 m 195 271.2 l S 0.1 w 0.8 G\n")
    for index, stop in enumerate(stops):
        y = _TOP - index * _ROW
        parts += [
            pen.write(str(start + index + 1), _NUMBER, y, 3.4),
            pen.write(stop.place, _PLACE, y, 3.6, room=_PLACE_ROOM),
            pen.write(stop.old or "无", _OLD, y, 3.2, room=_NEW - _OLD - 1.5),
            pen.write(stop.new, _NEW, y, 3.2, bold=True, room=_SHEET - _NEW - 1.5),
            pen.write(stop.sheet, _SHEET, y, 3.4, room=_TICK - _SHEET - 1),
            b"0.4 G %.1f %.2f 3.6 3.6 re S 0.8 G 15 %.2f m 195 %.2f l S\n"
            % (_TICK + 1, y - 1.8, y - _ROW / 2, y - _ROW / 2),
        ]
    return b"".join(parts)
