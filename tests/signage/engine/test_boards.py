"""Boards and notices: one page, everything on it, hostile text drawn literally, overflow never silent."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from signage.engine import FontPaths, render_stickers
from signage.engine.boards import (
    BoardBuilding,
    BoardTooFullError,
    EstateBoard,
    MissingGlyphError,
    NoRentalNotice,
    grid_of,
    render_estate_board,
    render_no_rental_notice,
)
from signage.engine.model import SheetGeometry, Sticker, StickerTexts
from signage.engine.preview import png_of_page
from signage.engine.truetype import FontError
from signage.engine.verify import squeeze, verify

URL = "https://fc.example.cn/u/AbCdEfGhIjKlMnOpQrStUv"
NOTICE = NoRentalNotice(
    serial="FC-0001234",
    number="福城租评〔2026〕12号",
    url=URL,
    community="茜坑社区",
    address="深圳市龙华区福城街道茜坑新村12号金科公寓3栋B单元1607房",
    unit_code="4403060140010100001000001",
    reasons=("疏散通道被堵塞，唯一安全出口上锁。", "电动自行车在室内停放、充电。"),
    decided_on="2026年11月18日",
    deadline_on="2026年12月18日前",
    printed_on="2026年11月23日",
)
HOSTILE = "#panic() *粗* $x$ @a <b> \\ ]} // #sys.inputs \"'`"


def board(count: int, **fields: int) -> EstateBoard:
    buildings = tuple(
        BoardBuilding(f"茜坑新村{number}号", number, 7, number % 3, last_visit_on="2026-11-20", **fields)
        for number in range(1, count + 1)
    )
    return EstateBoard("茜坑新村", "茜坑社区", URL, buildings, "2026-11-23")


def test_notice_says_everything_on_one_page(font_paths: FontPaths) -> None:
    pdf = render_no_rental_notice(NOTICE, font_paths)
    texts = [NOTICE.address, NOTICE.unit_code, NOTICE.serial, NOTICE.number, NOTICE.deadline_on]
    texts += ["禁止出租", "禁止级", NOTICE.hotline, *NOTICE.reasons, *NOTICE.lifting, *NOTICE.objecting]
    result = verify(pdf, [URL], texts)
    assert result.ok, result.missing_texts
    assert len(result.pages) == 1


def test_notice_with_many_reasons_shrinks_and_keeps_them_all(font_paths: FontPaths) -> None:
    notice = replace(NOTICE, reasons=tuple(f"第{n}项隐患：疏散通道被堵塞，出口上锁。" for n in range(1, 13)))
    result = verify(render_no_rental_notice(notice, font_paths), [URL], notice.reasons)
    assert result.ok, result.missing_texts
    assert len(result.pages) == 1


def test_notice_that_cannot_fit_is_an_error(font_paths: FontPaths) -> None:
    with pytest.raises(BoardTooFullError):
        render_no_rental_notice(replace(NOTICE, reasons=("疏散通道被堵塞。" * 8,) * 60), font_paths)


def test_hostile_text_on_a_notice_is_drawn_literally(font_paths: FontPaths) -> None:
    notice = replace(NOTICE, address=HOSTILE, reasons=(HOSTILE,), office='#image("x")')
    result = verify(render_no_rental_notice(notice, font_paths), [URL])
    # Typography may curl quotes; every other character must be there as it was given.
    assert squeeze(HOSTILE.split('"')[0]) in result.pages[0].text
    assert "#image(" in result.pages[0].text


def test_notice_without_a_deadline_leaves_its_box_out(font_paths: FontPaths) -> None:
    pdf = render_no_rental_notice(replace(NOTICE, deadline_on=""), font_paths)
    assert "整改期限" not in verify(pdf, [URL]).pages[0].text


def test_missing_glyph_on_a_board_is_refused_by_name(font_paths: FontPaths) -> None:
    with pytest.raises(MissingGlyphError, match=re.escape("missing_glyph: 𡒄 U+21484")):
        render_no_rental_notice(replace(NOTICE, address="福城𡒄路"), font_paths)


@pytest.mark.parametrize("count", [1, 7, 21, 60, 100])
def test_board_shows_every_building_on_one_page(font_paths: FontPaths, count: int) -> None:
    estate = board(count)
    result = verify(render_estate_board(estate, font_paths), [URL], [b.name for b in estate.buildings])
    assert result.ok, result.missing_texts
    assert len(result.pages) == 1


def test_board_sums_the_grades_and_says_how_to_read_them(font_paths: FontPaths) -> None:
    estate = board(9, ungraded=2)
    text = verify(render_estate_board(estate, font_paths), [URL]).pages[0].text
    for words in (
        "出租屋安全信息告示牌",
        "宽管级45套",
        "严管级63套",
        "禁止级9套",
        "未评级18套",
        estate.hotline,
    ):
        assert words in text
    assert all(line in text for _, line in estate.reading)


def test_building_without_a_visit_says_so(font_paths: FontPaths) -> None:
    estate = replace(board(1), buildings=(BoardBuilding("1号", 1, 0, 0),))
    assert "未巡查" in verify(render_estate_board(estate, font_paths), [URL]).pages[0].text


def test_too_many_buildings_or_too_long_a_name_is_an_error(font_paths: FontPaths) -> None:
    with pytest.raises(BoardTooFullError):
        grid_of(145)
    long = replace(board(1), buildings=(BoardBuilding("很长的楼名" * 60, 1, 0, 0),))
    with pytest.raises(BoardTooFullError):
        render_estate_board(long, font_paths)


def test_grid_uses_the_area_and_never_leaves_it() -> None:
    for count in range(1, 145):
        grid = grid_of(count)
        assert grid.columns * grid.rows >= count
        assert grid.rows * (grid.card_height + 6) - 6 <= 318.01
        assert grid.columns * (grid.card_width + 6) - 6 <= 785.01


def test_folder_without_the_fonts_is_an_error(tmp_path: Path, font_paths: FontPaths) -> None:
    for source in font_paths:
        (tmp_path / source.name).write_bytes(font_paths.regular.read_bytes())
    paths = FontPaths(tmp_path / font_paths.regular.name, tmp_path / font_paths.bold.name)
    with pytest.raises(FontError, match="lacks"):
        render_no_rental_notice(NOTICE, paths)


def test_preview_is_a_png_of_the_asked_width(font_paths: FontPaths) -> None:
    sticker = Sticker("FC-0000001", URL, "red", "茜坑社区", "福城街道1号", "1", "2026-11-18", "2026-11-23")
    pdf = render_stickers([sticker], SheetGeometry(), StickerTexts(), font_paths).pdf
    image = Image.open(io.BytesIO(png_of_page(pdf, 1, width=600)))
    assert (image.format, image.width) == ("PNG", 600)
    with pytest.raises(IndexError):
        png_of_page(pdf, 2)
