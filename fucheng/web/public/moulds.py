"""Templates rendered once for each shape of what they show, with holes for the words that are each one's own.

A street has 170,699 homes but few shapes of page: grade, language, which banners. Nothing kept here can be
out of date, since whatever decides the shape is the key, and what fills the holes comes from the rows.
"""

import html
import re
from collections.abc import Hashable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

KEPT = 4096  # shapes, of a few kB each
_MARKS = [chr(0xFDD0 + n) for n in range(32)]  # noncharacters: no text has them
_HOLE = re.compile(r"[\uFDD0-\uFDEF]")


class Reading(NamedTuple):
    """The reader's choices, kept in the links instead of in a cookie."""

    is_english: bool
    is_elder: bool

    @property
    def language(self) -> str:
        return "en" if self.is_english else "zh-hans"

    @property
    def carry(self) -> str:
        """To go on to another page and read on in the same way."""
        return self.to({})

    def to(self, asked: Mapping[str, str]) -> str:
        """The same page asked in this way."""
        chosen = {"lang": "en" if self.is_english else "zh"} | ({"elder": "1"} if self.is_elder else {})
        return f"?{urlencode({**asked, **chosen})}"


def rendered(
    template: str, context: Mapping[str, object], reading: Reading, asked: Mapping[str, str]
) -> SafeString:
    """`asked` stays in the links to the same page in the other language and size."""
    shown = {
        "lang": reading.language,
        "elder": reading.is_elder,
        "carry": reading.carry,
        "other_lang": reading._replace(is_english=not reading.is_english).to(asked),
        "other_size": reading._replace(is_elder=not reading.is_elder).to(asked),
        **context,
    }
    with translation.override(reading.language):
        return render_to_string(template, shown)


def cast(
    template: str,
    reading: Reading,
    shape: Mapping[str, Hashable],
    own: Mapping[str, str | None],
    asked: Mapping[str, str] = MappingProxyType({}),
) -> SafeString:
    """The template with both: it may decide by `shape`, but only print what is `own`, or ask whether it is there."""
    holes = tuple(name for name, value in own.items() if value)
    pieces = _mould(template, reading, tuple(shape.items()), tuple(own), holes, tuple(asked.items()))
    words = [_safe(own[name]) for name in holes]
    return mark_safe("".join([piece if isinstance(piece, str) else words[piece] for piece in pieces]))  # noqa: S308


def _safe(words: str | None) -> str:
    return words if isinstance(words, SafeString) else html.escape(words or "")


@lru_cache(maxsize=KEPT)
def _mould(
    template: str,
    reading: Reading,
    shape: tuple[tuple[str, Hashable], ...],
    own: tuple[str, ...],
    holes: tuple[str, ...],
    asked: tuple[tuple[str, str], ...],
) -> list[str | int]:
    """The text between the holes, and the number of the hole between."""
    marks = dict(zip(holes, _MARKS, strict=False))
    page = rendered(template, {**dict.fromkeys(own), **marks, **dict(shape)}, reading, dict(asked))
    pieces: list[str | int] = []
    end = 0
    for hole in _HOLE.finditer(page):
        pieces += [page[end : hole.start()], ord(hole[0]) - ord(_MARKS[0])]
        end = hole.end()
    return [*pieces, page[end:]]
