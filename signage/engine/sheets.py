"""Sheets of stickers as one PDF: one page content stream per sheet, constant parts as forms.

Refusal codes: missing_glyph, address_too_long, community_too_long, unit_code_too_long, serial_too_long,
url_too_long, unknown_grade.
"""

from collections.abc import Sequence

from signage.engine.fonts import FontPaths, StickerFonts
from signage.engine.forms import FORM_NAMES, cut_marks, grade_form
from signage.engine.layout import StickerLayout
from signage.engine.model import (
    GRADES,
    Placement,
    Refusal,
    RenderedSheets,
    SheetGeometry,
    Sticker,
    StickerTexts,
)
from signage.engine.pdffile import bind, fastest_deflate
from signage.engine.pen import Pen, Refused, missing_glyph
from signage.engine.pictures import on_white
from signage.engine.qrtable import QrTable, UrlTooLong, table_like

_POINTS_PER_MM = 72 / 25.4
# Making a table costs about as much as this many library calls.
_TABLE_PAYS_FROM = 200


def render_stickers(
    stickers: Sequence[Sticker],
    geometry: SheetGeometry,
    texts: StickerTexts,
    fonts: FontPaths | StickerFonts,
    start_at: int = 1,
) -> RenderedSheets:
    """One PDF of all stickers that can be drawn; the others are in `refused` with the reason.

    `fonts`: paths, or the subsets of the whole job. `start_at`: first free position of the first sheet,
    1 to `geometry.per_page`, for a sheet that is partly used. Raise GeometryError, FontError, and
    ValueError for a `start_at` off the sheet or fixed wording that the font cannot draw or that does not fit.
    """
    if not 1 <= start_at <= geometry.per_page:
        raise ValueError(f"start_at must be 1 to {geometry.per_page}")
    subsets = StickerFonts.for_stickers(fonts, stickers, texts) if isinstance(fonts, FontPaths) else fonts
    for character in texts.characters():
        if character not in subsets.regular.codes or character not in subsets.bold.codes:
            raise ValueError(missing_glyph(character))
    table = _table(stickers)
    pen = Pen(geometry, texts, subsets, table)
    pages: list[bytes] = []
    current: list[bytes] = []
    positions: list[Placement] = []
    refused: list[Refusal] = []
    deflate, slot = fastest_deflate(), start_at - 1
    for sticker in stickers:
        try:
            current.append(pen.draw(sticker, slot))
        except Refused as refusal:
            refused.append(Refusal(sticker.serial, str(refusal)))
            continue
        slot += 1
        positions.append(Placement(sticker.serial, len(pages) + 1, slot))
        if slot == geometry.per_page:
            pages.append(deflate(_page(current, pen.note(positions))))
            current, slot = [], 0
    if current:
        pages.append(deflate(_page(current, pen.note(positions))))
    pdf = _assemble(pages, geometry, texts, subsets, table)
    return RenderedSheets(pdf=pdf, pages=len(pages), positions=positions, refused=refused)


def _table(stickers: Sequence[Sticker]) -> QrTable | None:
    """The table of the prefix that the first URL has; None for a job too small to pay for one."""
    if len(stickers) < _TABLE_PAYS_FROM:
        return None
    try:
        return table_like(stickers[0].url)
    except UrlTooLong:
        return None


def _page(parts: list[bytes], note: bytes) -> bytes:
    scale = b"%.6f 0 0 %.6f 0 0 cm /M Do\n" % (_POINTS_PER_MM, _POINTS_PER_MM)
    return b"".join((scale, *parts, note))


def _assemble(
    pages: list[bytes],
    geometry: SheetGeometry,
    texts: StickerTexts,
    fonts: StickerFonts,
    table: QrTable | None,
) -> bytes:
    layout, deflate = StickerLayout.of(geometry, has_logo=bool(texts.logo)), fastest_deflate()
    logo = on_white(texts.logo) if texts.logo and layout.logo else None
    sheet = (geometry.page_width, geometry.page_height)
    drawings = {
        FORM_NAMES[grade].decode(): (grade_form(grade, layout, texts, fonts, logo), sheet) for grade in GRADES
    }
    drawings["/M"] = (cut_marks(geometry) if geometry.cut_marks else b" ", sheet)
    if table is not None:
        drawings["/Q"] = (table.form, (table.size, table.size))
    return bind(
        pages,
        size=(round(sheet[0] * _POINTS_PER_MM, 2), round(sheet[1] * _POINTS_PER_MM, 2)),
        fonts={"/R": fonts.regular.pdf, "/B": fonts.bold.pdf},
        drawings={name: (deflate(drawing), box) for name, (drawing, box) in drawings.items()},
        pictures={"/L": logo} if logo else {},
    )
