"""Font subsets for the sticker writer: which characters are drawable, their codes, widths and PDF objects.

CIDs are private numbers, so a character of plane 2 costs no more than any other: CIDToGIDMap leads from
the CID to the glyph and ToUnicode back to the character, which is what search and copy use.
"""

import struct
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from signage.engine.model import Sticker, StickerTexts
from signage.engine.truetype import TrueTypeFile

# Bytes that would need an escape inside a PDF literal string: CIDs that hold one are not given out.
_UNSAFE = frozenset(b"()\\\r\n")
# Drawn on every sheet whatever the data: serials, dates, page notes.
_ALWAYS = " -./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ–·"


class FontPaths(NamedTuple):
    """The two font files, TrueType outlines."""

    regular: Path
    bold: Path


class PdfFont(NamedTuple):
    """Deflated streams and dictionaries of one embedded font, without object numbers."""

    name: str
    descriptor: str
    widths: str
    file: bytes
    file_length: int
    cid_to_gid: bytes
    to_unicode: bytes


@dataclass(frozen=True, slots=True)
class FontSubset:
    """One font cut to the characters of a job; pickles to about 0.4 MB and serves any number of files.

    `codes` maps a character to its two-byte PDF code, `widths` to its advance in 1/1000 em.
    """

    codes: dict[str, bytes]
    widths: dict[str, int]
    missing: frozenset[str]
    pdf: PdfFont

    @classmethod
    def for_text(cls, characters: Iterable[str], path: Path) -> Self:
        """Cut the font at `path`; characters it lacks go to `missing`. Raise FontError for a bad file."""
        font = TrueTypeFile(path)
        wanted = sorted({*characters, *_ALWAYS})
        present = [c for c in wanted if font.cmap.get(ord(c))]
        glyph_of = {c: font.cmap[ord(c)] for c in present}
        data, new = font.subset(sorted(set(glyph_of.values())))
        cids = dict(zip(present, _safe_cids(), strict=False))
        widths = {c: font.width(glyph_of[c]) for c in present}
        gids = bytearray(2 * (max(cids.values()) + 1))
        for character, cid in cids.items():
            struct.pack_into(">H", gids, 2 * cid, new[glyph_of[character]])
        bold = "Bold" in path.stem
        name = "FUCHEN+NotoSansSC-" + ("Bold" if bold else "Regular")
        return cls(
            codes={c: struct.pack(">H", cid) for c, cid in cids.items()},
            widths=widths,
            missing=frozenset(wanted) - frozenset(present),
            pdf=PdfFont(
                name=name,
                descriptor=(
                    f"/Type/FontDescriptor/FontName/{name}/Flags 4/ItalicAngle 0"
                    f"/FontBBox[{' '.join(map(str, font.bbox))}]/Ascent {font.ascent}"
                    f"/Descent {font.descent}/CapHeight 733/StemV {140 if bold else 80}"
                ),
                widths=_width_array({cids[c]: width for c, width in widths.items()}),
                file=zlib.compress(data, 6),
                file_length=len(data),
                cid_to_gid=zlib.compress(bytes(gids), 6),
                to_unicode=zlib.compress(_to_unicode(cids), 6),
            ),
        )

    def encode(self, text: str) -> bytes:
        """PDF literal string of `text`, brackets included; raise KeyError naming an unknown character."""
        return b"(%b)" % b"".join(map(self.codes.__getitem__, text))

    def width(self, text: str) -> int:
        """Advance of `text` in 1/1000 em; raise KeyError naming an unknown character."""
        return sum(map(self.widths.__getitem__, text))


@dataclass(frozen=True, slots=True)
class StickerFonts:
    """Regular for addresses and codes, bold for grade words, communities and serials."""

    regular: FontSubset
    bold: FontSubset

    @classmethod
    def for_stickers(cls, paths: FontPaths, stickers: Collection[Sticker], texts: StickerTexts) -> Self:
        """One pair of subsets for a whole job; make it once and hand it to every file of the job."""
        regular = set(texts.characters()).union(
            "".join([sticker.address for sticker in stickers]),
            "".join([sticker.unit_code for sticker in stickers]),
            *{sticker.graded_on for sticker in stickers},
            *{sticker.printed_on for sticker in stickers},
        )
        bold = set(texts.characters()).union(
            "".join([sticker.serial for sticker in stickers]), *{sticker.community for sticker in stickers}
        )
        return cls(
            FontSubset.for_text(regular, paths.regular),
            FontSubset.for_text(bold, paths.bold),
        )


def _safe_cids() -> Iterable[int]:
    return (
        high << 8 | low
        for high in range(1, 256)
        if high not in _UNSAFE
        for low in range(256)
        if low not in _UNSAFE
    )


def _width_array(widths: dict[int, int]) -> str:
    """The /W array; the default width is 1000, which is every Chinese character."""
    return " ".join(f"{cid}[{width}]" for cid, width in sorted(widths.items()) if width != 1000)


def _to_unicode(cids: dict[str, int]) -> bytes:
    """CMap from CID to UTF-16BE, in blocks of 100 (Adobe Technical Note 5411)."""
    pairs = [f"<{cid:04x}><{c.encode('utf-16-be').hex()}>" for c, cid in sorted(cids.items())]
    blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    body = "".join(f"{len(b)} beginbfchar\n{chr(10).join(b)}\nendbfchar\n" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
        "/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
        "1 begincodespacerange<0000><ffff>endcodespacerange\n"
        f"{body}endcmap CMapName currentdict/CMap defineresource pop end end"
    ).encode("ascii")
