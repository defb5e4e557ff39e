"""Sheets of stickers: every code decodes, every text is found, what cannot be drawn is refused by name."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from PIL import Image

from signage.engine import (
    FontPaths,
    RenderedSheets,
    SheetGeometry,
    Sticker,
    StickerFonts,
    StickerTexts,
    render_stickers,
)
from signage.engine.layout import StickerLayout
from signage.engine.model import STICKER_SHEETS, GeometryError
from signage.engine.qrtable import library_matrix
from signage.engine.raster import opened
from signage.engine.verify import Verification, read_pages, verify

A4 = SheetGeometry()
TEXTS = StickerTexts()
MakeStickers = Callable[[int], list[Sticker]]
MakeSticker = Callable[..., Sticker]


def checked(sheets: RenderedSheets, stickers: list[Sticker]) -> Verification:
    texts = [t for s in stickers for t in (s.address, s.unit_code, s.serial, s.community)]
    return verify(sheets.pdf, [s.url for s in stickers], texts)


def test_two_sheets_every_code_and_text_is_read_back(
    font_paths: FontPaths, make_stickers: MakeStickers
) -> None:
    stickers = make_stickers(48)
    sheets = render_stickers(stickers, A4, TEXTS, font_paths)
    assert (sheets.pages, sheets.refused) == (2, [])
    assert checked(sheets, stickers).ok


@pytest.mark.slow
def test_five_thousand_every_code_and_text_is_read_back(
    font_paths: FontPaths, make_stickers: MakeStickers
) -> None:
    stickers = make_stickers(5000)
    sheets = render_stickers(stickers, A4, TEXTS, font_paths)
    assert len(sheets.positions) == 5000
    assert checked(sheets, stickers).ok


def test_finished_file_is_valid_pdf_with_only_embedded_fonts(
    font_paths: FontPaths, make_stickers: MakeStickers
) -> None:
    sheets = render_stickers(make_stickers(30), A4, TEXTS, font_paths)
    with pikepdf.open(io.BytesIO(sheets.pdf)) as pdf:
        assert not pdf.check_pdf_syntax()
        fonts = pdf.pages[0].resources.Font
        assert sorted(fonts.keys()) == ["/B", "/R"]
        assert all("/FontFile2" in f.DescendantFonts[0].FontDescriptor for f in fonts.values())


def test_grade_words_and_fixed_wording_stand_on_the_sheet(
    font_paths: FontPaths, make_sticker: MakeSticker
) -> None:
    stickers = [make_sticker(n, grade=g) for n, g in enumerate(("green", "yellow", "red"), 1)]
    text = read_pages(render_stickers(stickers, A4, TEXTS, font_paths).pdf)[0].text
    for words in (
        "宽管级",
        "严管级",
        "禁止级",
        "可以出租",
        "整改中",
        "禁止出租",
        "扫码查最新等级",
    ):
        assert words in text
    assert "福城街道出租屋分级管理" in text


def test_missing_glyph_is_refused_by_name_and_others_are_delivered(
    font_paths: FontPaths, make_sticker: MakeSticker
) -> None:
    odd = make_sticker(2, address="福城街道𡒄路8号")
    stickers = [make_sticker(1), odd, make_sticker(3)]
    sheets = render_stickers(stickers, A4, TEXTS, font_paths)
    assert [(r.serial, r.code, r.detail) for r in sheets.refused] == [
        (odd.serial, "missing_glyph", "𡒄 U+21484")
    ]
    assert [p.position for p in sheets.positions] == [1, 2]
    assert checked(sheets, [stickers[0], stickers[2]]).ok


def test_missing_glyph_in_community_is_refused(font_paths: FontPaths, make_sticker: MakeSticker) -> None:
    sheets = render_stickers([make_sticker(1, community="𠝹社区")], A4, TEXTS, font_paths)
    assert sheets.refused[0].reason == "missing_glyph: 𠝹 U+20779"
    assert sheets.pages == 0


def test_plane_two_character_of_the_font_is_drawn_and_extracted(
    font_paths: FontPaths, make_sticker: MakeSticker
) -> None:
    sticker = make_sticker(1, address="福城街道𪨶路8号𬒗楼")
    sheets = render_stickers([sticker], A4, TEXTS, font_paths)
    assert sheets.refused == []
    assert checked(sheets, [sticker]).ok


def test_address_too_long_is_refused_and_others_are_delivered(
    font_paths: FontPaths, make_sticker: MakeSticker
) -> None:
    sheets = render_stickers(
        [make_sticker(1, address="福城街道" * 30), make_sticker(2)],
        A4,
        TEXTS,
        font_paths,
    )
    assert [r.code for r in sheets.refused] == ["address_too_long"]
    assert len(sheets.positions) == 1


def test_word_wider_than_the_box_is_refused(font_paths: FontPaths, make_sticker: MakeSticker) -> None:
    sheets = render_stickers([make_sticker(1, address="A" * 60)], A4, TEXTS, font_paths)
    assert [r.code for r in sheets.refused] == ["address_too_long"]


def test_longest_address_that_fits_is_read_back(font_paths: FontPaths, make_sticker: MakeSticker) -> None:
    sticker = make_sticker(
        1,
        address="深圳市龙华区福城街道" + "福民社区茜坑新村金科公寓" * 3 + "12栋1607房",
    )
    sheets = render_stickers([sticker], A4, TEXTS, font_paths)
    assert sheets.refused == []
    assert checked(sheets, [sticker]).ok


def test_community_too_long_is_refused(font_paths: FontPaths, make_sticker: MakeSticker) -> None:
    sheets = render_stickers([make_sticker(1, community="很长很长的社区名称居委会")], A4, TEXTS, font_paths)
    assert [r.code for r in sheets.refused] == ["community_too_long"]


def test_unknown_grade_is_refused(font_paths: FontPaths, make_sticker: MakeSticker) -> None:
    sheets = render_stickers([make_sticker(1, grade="blue")], A4, TEXTS, font_paths)
    assert sheets.refused[0].reason == "unknown_grade: blue"


def test_odd_urls_fall_back_to_the_library(font_paths: FontPaths, make_stickers: MakeStickers) -> None:
    stickers = make_stickers(250)
    odd = [
        "https://fc.example.cn/u/short",
        "https://other.example/u/AbCdEfGhIjKlMnOpQrStUv",
        "https://fc.example.cn/u/-_cdEfGhIjKlMnOpQrStUv",
        "HTTP://例子.CN/U/1",
    ]
    changed = [
        Sticker(**{f: getattr(s, f) for f in s.__slots__} | {"url": url})
        for s, url in zip(stickers[1:5], odd, strict=True)
    ]
    stickers[1:5] = changed
    sheets = render_stickers(stickers, A4, TEXTS, font_paths)
    assert sheets.refused == []
    assert checked(sheets, stickers).ok


def test_url_too_long_for_the_smallest_module_is_refused(
    font_paths: FontPaths, make_sticker: MakeSticker
) -> None:
    urls = [
        "https://fc.example.cn/u/" + "x" * 60,
        "https://fc.example.cn/u/" + "x" * 4000,
    ]
    stickers = [make_sticker(n, url=url) for n, url in enumerate(urls)]
    sheets = render_stickers(stickers, A4, TEXTS, font_paths)
    assert [r.code for r in sheets.refused] == ["url_too_long", "url_too_long"]


def test_start_at_leaves_the_used_positions_empty(font_paths: FontPaths, make_stickers: MakeStickers) -> None:
    sheets = render_stickers(make_stickers(10), A4, TEXTS, font_paths, start_at=20)
    assert [(p.page, p.position) for p in sheets.positions] == [
        (1, 20),
        (1, 21),
        (1, 22),
        (1, 23),
        (1, 24),
        (2, 1),
        (2, 2),
        (2, 3),
        (2, 4),
        (2, 5),
    ]
    assert [len(page.urls) for page in read_pages(sheets.pdf)] == [5, 5]


@pytest.mark.parametrize("start_at", [0, 25, -1])
def test_start_at_off_the_sheet_is_an_error(font_paths: FontPaths, start_at: int) -> None:
    with pytest.raises(ValueError, match="1 to 24"):
        render_stickers([], A4, TEXTS, font_paths, start_at=start_at)


def test_no_stickers_give_no_pages(font_paths: FontPaths) -> None:
    assert render_stickers([], A4, TEXTS, font_paths).pages == 0


def test_subsets_of_a_job_serve_several_files(font_paths: FontPaths, make_stickers: MakeStickers) -> None:
    stickers = make_stickers(48)
    fonts = StickerFonts.for_stickers(font_paths, stickers, TEXTS)
    for part in (stickers[:24], stickers[24:]):
        assert checked(render_stickers(part, A4, TEXTS, fonts), part).ok


def test_fixed_wording_that_the_font_lacks_is_an_error(font_paths: FontPaths) -> None:
    with pytest.raises(ValueError, match="𡒄"):
        render_stickers([], A4, StickerTexts(programme="福城𡒄"), font_paths)


@pytest.mark.parametrize(
    "address",
    [
        r"#set page(fill: red) *粗* $x$ \ 8号",
        "(((未闭合) Tj ET Q 8号",
        "\\) Tj /R 99 Tf (\\",
        "<script>1</script>&amp;%PDF",
        "%s {0} %d 8号",
    ],
)
def test_hostile_text_is_drawn_literally(
    font_paths: FontPaths, make_sticker: MakeSticker, address: str
) -> None:
    sticker = make_sticker(1, address=address)
    sheets = render_stickers([sticker], A4, TEXTS, font_paths)
    assert sheets.refused == []
    assert checked(sheets, [sticker]).ok


@pytest.mark.parametrize("character", ["\u202e", "\n", "\x00", "\ufeff"])
def test_control_and_direction_characters_are_refused(
    font_paths: FontPaths, make_sticker: MakeSticker, character: str
) -> None:
    sheets = render_stickers([make_sticker(1, address=f"福{character}城")], A4, TEXTS, font_paths)
    assert [r.code for r in sheets.refused] == ["missing_glyph"]
    assert re.search(r"U\+[0-9A-F]{4}$", sheets.refused[0].reason)


def test_smaller_stickers_are_scaled_and_read_back(
    font_paths: FontPaths, make_stickers: MakeStickers
) -> None:
    stickers = make_stickers(12)
    geometry = SheetGeometry(sticker_width=60, sticker_height=31, rows=9, gap_x=0, gap_y=0, cut_marks=False)
    assert checked(render_stickers(stickers, geometry, TEXTS, font_paths), stickers).ok


@pytest.mark.parametrize("measures", [{"columns": 0}, {"sticker_width": 80.0}, {"rows": 9}, {"gap_y": 9.0}])
def test_grid_larger_than_the_page_is_an_error(measures: dict[str, float]) -> None:
    with pytest.raises(GeometryError):
        SheetGeometry(**measures)  # type: ignore[arg-type]


def test_too_square_sticker_is_an_error(font_paths: FontPaths, make_stickers: MakeStickers) -> None:
    geometry = SheetGeometry(sticker_width=44, sticker_height=34)
    with pytest.raises(GeometryError):
        render_stickers(make_stickers(1), geometry, TEXTS, font_paths)


def test_serial_and_unit_code_too_long_are_refused(font_paths: FontPaths, make_sticker: MakeSticker) -> None:
    stickers = [make_sticker(1, serial="FC-00012340001"), make_sticker(2, unit_code="4" * 60)]
    sheets = render_stickers(stickers, A4, TEXTS, font_paths)
    assert [r.code for r in sheets.refused] == ["serial_too_long", "unit_code_too_long"]


@pytest.mark.parametrize("dpi", [150, 200, 301])
def test_no_seam_shows_between_dark_modules(
    font_paths: FontPaths, make_sticker: MakeSticker, dpi: int
) -> None:
    sticker = make_sticker(1)
    pdf = render_stickers([sticker], A4, TEXTS, font_paths).pdf
    matrix = library_matrix(sticker.url.encode())
    layout, (left, bottom) = StickerLayout.of(A4), A4.origins()[0]
    module, per_mm = layout.module(len(matrix)), dpi / 25.4
    with opened(pdf) as document, document.page(1) as page:
        image = page.image(dpi / 72, grey=True)

    def shade(column: float, row: float) -> int:
        x = left + layout.frame + (4 + column) * module
        y = bottom + layout.foot + (4 + len(matrix) - row) * module
        value = image.getpixel((int(x * per_mm), int((A4.page_height - y) * per_mm)))
        assert isinstance(value, int)
        return value

    for y, row in enumerate(matrix[:-1]):
        for x, dark in enumerate(row[:-1]):
            if dark and row[x + 1]:
                assert shade(x + 1, y + 0.5) < 40
            if dark and matrix[y + 1][x]:
                assert shade(x + 0.5, y + 1) < 40


@pytest.mark.parametrize(("size", "sheets"), [("64x34", 1), ("99x67", 2), ("a6", 12)])
def test_every_size_is_read_back(
    font_paths: FontPaths, make_stickers: MakeStickers, size: str, sheets: int
) -> None:
    stickers = make_stickers(12)
    made = render_stickers(stickers, STICKER_SHEETS[size], TEXTS, font_paths)
    assert (made.pages, made.refused) == (sheets, [])
    assert checked(made, stickers).ok


@pytest.mark.parametrize(("size", "least"), [("64x34", 27), ("99x67", 40), ("a6", 60)])
def test_the_code_is_as_large_as_the_sticker_allows(size: str, least: float) -> None:
    layout = StickerLayout.of(STICKER_SHEETS[size])
    assert layout.qr >= least
    assert layout.frame + layout.qr < layout.text_left
    assert layout.text_left + layout.text_width <= layout.width


def logo(size: tuple[int, int] = (300, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, "#cc11cc").save(out, "PNG")
    return out.getvalue()


def pink(pdf: bytes) -> int:
    """Dots of the logo on the first page, at two dots a millimetre."""
    with opened(pdf) as document, document.page(1) as page:
        found: Any = page.image(2 * 25.4 / 72).convert("RGB").getcolors(maxcolors=1_000_000)
    return sum(n for n, (r, g, b) in found if r > 150 and b > 150 and g < 80)


@pytest.mark.parametrize("size", ["99x67", "a6"])
def test_a_logo_is_drawn_on_the_larger_stickers_and_costs_no_byte_a_sticker(
    font_paths: FontPaths, make_stickers: MakeStickers, size: str
) -> None:
    stickers, sheet = make_stickers(9), STICKER_SHEETS[size]
    plain = render_stickers(stickers, sheet, TEXTS, font_paths).pdf
    made = render_stickers(stickers, sheet, replace(TEXTS, logo=logo()), font_paths)
    assert checked(made, stickers).ok
    assert (pink(plain), pink(made.pdf) > 150) == (0, True)
    with pikepdf.open(io.BytesIO(plain)) as before, pikepdf.open(io.BytesIO(made.pdf)) as after:
        images = [o for o in after.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]
        assert len(images) == 1
        assert [p.Contents.read_bytes() for p in after.pages] == [
            p.Contents.read_bytes() for p in before.pages
        ]


def test_a_wide_logo_stays_inside_its_tile(font_paths: FontPaths, make_sticker: MakeSticker) -> None:
    sheet = STICKER_SHEETS["a6"]
    square, wide, high = (
        pink(render_stickers([make_sticker(1)], sheet, replace(TEXTS, logo=logo(size)), font_paths).pdf)
        for size in ((300, 300), (600, 200), (200, 600))
    )
    assert square / 4 < wide < square / 2
    assert square / 4 < high < square / 2


def test_the_smallest_sticker_has_no_room_for_a_logo(
    font_paths: FontPaths, make_sticker: MakeSticker
) -> None:
    plain = render_stickers([make_sticker(1)], A4, TEXTS, font_paths).pdf
    assert render_stickers([make_sticker(1)], A4, replace(TEXTS, logo=logo()), font_paths).pdf == plain


@pytest.mark.parametrize("size", ["99x67", "a6"])
def test_a_logo_shrinks_neither_the_code_nor_the_grade(size: str) -> None:
    plain, with_logo = (StickerLayout.of(STICKER_SHEETS[size], has_logo=has) for has in (False, True))
    assert with_logo.logo is not None
    assert (with_logo.qr, with_logo.word, with_logo.symbol) == (plain.qr, plain.word, plain.symbol)
    assert (with_logo.ask.size, with_logo.ask.room) == (plain.ask.size, plain.ask.room)
    assert with_logo.ask.x + with_logo.ask.room < with_logo.logo.x
    assert with_logo.logo.y >= with_logo.head
    assert with_logo.logo.x + with_logo.logo.side <= with_logo.width - with_logo.frame + 1e-9


def test_longest_address_of_the_small_sticker_fits_the_large_ones(
    font_paths: FontPaths, make_sticker: MakeSticker
) -> None:
    address = "深圳市龙华区福城街道" + "福民社区茜坑新村金科公寓" * 3 + "12栋1607房"
    for sheet in STICKER_SHEETS.values():
        assert render_stickers([make_sticker(1, address=address)], sheet, TEXTS, font_paths).refused == []


def test_fixed_wording_that_is_too_long_is_an_error_that_names_it(font_paths: FontPaths) -> None:
    for sheet in STICKER_SHEETS.values():
        with pytest.raises(ValueError, match="does-not-fit: 福城街道"):
            render_stickers([], sheet, StickerTexts(programme="福城街道出租屋分级管理" * 6), font_paths)


def test_offsets_of_a_printer_move_the_whole_sheet(font_paths: FontPaths, make_sticker: MakeSticker) -> None:
    def frame(sheet: SheetGeometry) -> tuple[int, int, int, int]:
        pdf = render_stickers([make_sticker(1, grade="red")], sheet, TEXTS, font_paths).pdf
        with opened(pdf) as document, document.page(1) as page:
            dark = page.image(72 / 25.4, grey=True).convert("L").point(lambda v: 255 * (v < 120))
        return dark.getbbox() or (0, 0, 0, 0)

    bare = {"cut_marks": False, "sheet_note": False}
    plain, moved = frame(SheetGeometry(**bare)), frame(SheetGeometry(**bare, offset_x=3, offset_y=-4))  # type: ignore[arg-type]
    per_mm = (72 / 25.4) ** 2
    assert abs((moved[0] - plain[0]) / per_mm - 3) < 0.3
    assert abs((moved[1] - plain[1]) / per_mm - 4) < 0.3
