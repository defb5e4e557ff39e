"""Draws one sticker as PDF operators: what changes from sticker to sticker. Constant parts: `forms`."""

from signage.engine.fonts import StickerFonts
from signage.engine.forms import FORM_NAMES, MIDDLE, shrunk, text
from signage.engine.layout import (
    MIN_MODULE_MM,
    QUIET_MODULES,
    AddressFitter,
    StickerLayout,
    TooLong,
    community_size,
    grouped,
)
from signage.engine.model import Placement, SheetGeometry, Sticker, StickerTexts
from signage.engine.qrtable import QrTable, UrlTooLong, qr_path

# Sizes and baselines in mm at text scale 1: serial, unit code, dates, community.
_SERIAL, _CODE, _DATES = 2.3, 2.1, 1.85
_CODE_Y, _DATES_Y, _COMMUNITY_Y = 3.3, 0.95, 2.05
_SERIAL_ROOM = 14.4
# The bottom margin must be this high (mm) to take the sheet note.
_NOTE_MM = 4.0


class Refused(Exception):
    """One sticker cannot be drawn; the message is the reason, "<code>: <detail>"."""


class Pen:
    """Holds what is computed once per file; `draw` is the hot path and only joins bytes."""

    def __init__(
        self,
        geometry: SheetGeometry,
        texts: StickerTexts,
        fonts: StickerFonts,
        table: QrTable | None,
    ) -> None:
        """Raise GeometryError when the sticker cannot be laid out."""
        self._geometry, self._layout = geometry, (layout := StickerLayout.of(geometry))
        self._regular, self._bold = fonts.regular, fonts.bold
        self._texts, self._table = texts, table
        scale = layout.scale
        self._left = layout.text_left + layout.pad
        self._room = layout.text_width - 2 * layout.pad
        self._fitter = AddressFitter(fonts.regular, self._room / scale, layout.steps)
        self._starts = [b"q 1 0 0 1 %.2f %.2f cm" % origin for origin in geometry.origins()]
        self._communities: dict[str, bytes] = {}
        self._dates: dict[tuple[str, str], bytes] = {}
        self._address_heads: dict[tuple[float, int], bytes] = {}
        self._scales: dict[int, bytes] = {}
        self._code_size = shrunk(self._regular, grouped("4" * 25), _CODE * scale, self._room)
        self._code = b"/R %.3f Tf 1 0 0 1 %.2f %.2f Tm " % (
            self._code_size,
            self._left,
            layout.foot + _CODE_Y * scale,
        )
        self._serial_y = layout.head - _COMMUNITY_Y * scale - 0.365 * _SERIAL * scale

    def draw(self, sticker: Sticker, slot: int) -> bytes:
        """Content of one sticker in its slot (0 is the first of the sheet); raise Refused."""
        form = FORM_NAMES.get(sticker.grade)
        if form is None:
            raise Refused(f"unknown_grade: {sticker.grade}")
        try:
            path, size = qr_path(sticker.url, self._table)
            words = self._words(sticker)
        except UrlTooLong:
            raise Refused(f"url_too_long: {len(sticker.url)} characters") from None
        except KeyError as error:
            raise Refused(missing_glyph(str(error.args[0]))) from None
        scale = self._scales.get(size) or self._scale(size)
        start = self._starts[slot]
        return b"%b%b Do 0 g q %b%bf Q BT\n%bET Q\n" % (start, form, scale, path, words)

    def note(self, positions: list[Placement]) -> bytes:
        """The line in the bottom margin: page, first and last serial of the last sheet of `positions`."""
        geometry = self._geometry
        if not geometry.sheet_note or geometry.margin_y < _NOTE_MM:
            return b""
        page = positions[-1].page
        serials = [p.serial for p in positions[-geometry.per_page :] if p.page == page]
        words = f"{page} · {serials[0]} – {serials[-1]}"
        return b"0.35 g " + text(
            self._regular, "R", words, geometry.margin_x, geometry.margin_y / 2 - 0.2, 2.0
        )

    def _words(self, sticker: Sticker) -> bytes:
        encode = self._regular.encode
        try:
            size, pitch, lines = self._fitter.fit(sticker.address)
        except TooLong:
            raise Refused(f"address_too_long: {len(sticker.address)} characters") from None
        count, code = len(lines), grouped(sticker.unit_code)
        if len(code) > 30 and self._regular.width(code) * self._code_size > self._room * 1000:
            raise Refused(f"unit_code_too_long: {len(sticker.unit_code)} characters")
        dates = (sticker.graded_on, sticker.printed_on)
        head = self._address_heads.get((size, count)) or self._address_head(size, pitch, count)
        return b"%b%b%b%bTj\n%b%bTj\n%b" % (
            self._communities.get(sticker.community) or self._community(sticker.community),
            self._serial(sticker.serial),
            head,
            b"Tj T* ".join([encode(line) for line in lines]),
            self._code,
            encode(code),
            self._dates.get(dates) or self._dated(dates),
        )

    def _scale(self, size: int) -> bytes:
        layout = self._layout
        module = layout.module(size)
        if module < MIN_MODULE_MM:
            raise Refused(f"url_too_long: QR module would be {module:.2f} mm")
        quiet = QUIET_MODULES * module
        matrix = (module, module, layout.frame + quiet, layout.foot + quiet)
        self._scales[size] = b"%.5f 0 0 %.5f %.3f %.3f cm\n" % matrix
        return self._scales[size]

    def _address_head(self, size: float, pitch: float, count: int) -> bytes:
        scale = self._layout.scale
        lift = (count - 1) * pitch / 2 - MIDDLE * size
        first = self._layout.address_middle + lift * scale
        values = (size * scale, pitch * scale, self._left, first)
        made = b"/R %.3f Tf %.2f TL 1 0 0 1 %.2f %.2f Tm " % values
        self._address_heads[size, count] = made
        return made

    def _community(self, name: str) -> bytes:
        layout = self._layout
        try:
            room = self._room / layout.scale - _SERIAL_ROOM - 0.5
            size = community_size(self._bold, name, room) * layout.scale
        except TooLong:
            raise Refused(f"community_too_long: {len(name)} characters") from None
        y = layout.head - _COMMUNITY_Y * layout.scale - MIDDLE * size
        head = b"/B %.3f Tf 1 0 0 1 %.2f %.2f Tm " % (size, self._left, y)
        self._communities[name] = made = head + self._bold.encode(name) + b"Tj\n"
        return made

    def _serial(self, serial: str) -> bytes:
        size = _SERIAL * self._layout.scale
        width = self._bold.width(serial) * size / 1000
        if width > _SERIAL_ROOM * self._layout.scale:
            raise Refused(f"serial_too_long: {len(serial)} characters")
        place = (size, self._left + self._room - width, self._serial_y, self._bold.encode(serial))
        return b"/B %.3f Tf 1 0 0 1 %.2f %.2f Tm %bTj\n" % place

    def _dated(self, dates: tuple[str, str]) -> bytes:
        words = f"{self._texts.graded} {dates[0]}   {self._texts.printed} {dates[1]}"
        size = shrunk(self._regular, words, _DATES * self._layout.scale, self._room)
        y = self._layout.foot + _DATES_Y * self._layout.scale
        head = b"/R %.3f Tf 1 0 0 1 %.2f %.2f Tm " % (size, self._left, y)
        self._dates[dates] = made = head + self._regular.encode(words) + b"Tj\n"
        return made


def missing_glyph(character: str) -> str:
    """The reason that names a character the font cannot draw."""
    return f"missing_glyph: {character} U+{ord(character):04X}"
