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
    BuildingBoard,
    EstateBoard,
    Room,
    VillageBoard,
    columns_of,
    grid_of,
    render_building_board,
    render_estate_board,
    render_village_board,
)
from signage.engine.model import SheetGeometry, Sticker, StickerTexts
from signage.engine.notices import (
    HazardNotice,
    ListedHazard,
    NoRentalNotice,
    StarPlaque,
    render_hazard_notice,
    render_no_rental_notice,
    render_star_plaque,
)
from signage.engine.preview import png_of_page
from signage.engine.raster import opened
from signage.engine.truetype import FontError
from signage.engine.typesetting import PAPER, BoardTooFullError, Imprint, MissingGlyphError, on_paper
from signage.engine.verify import read_pages, squeeze, verify

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
    return EstateBoard("FC0000009", "茜坑新村", "茜坑社区", URL, buildings, "2026-11-23")


def test_notice_says_everything_on_one_page(font_paths: FontPaths) -> None:
    pdf = render_no_rental_notice(NOTICE, font_paths)
    texts = [NOTICE.address, NOTICE.unit_code, NOTICE.serial, NOTICE.number, NOTICE.deadline_on]
    texts += [
        "禁止出租",
        "禁止级",
        NOTICE.imprint.hotline,
        *NOTICE.reasons,
        *NOTICE.lifting,
        *NOTICE.objecting,
    ]
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
    notice = replace(NOTICE, address=HOSTILE, reasons=(HOSTILE,), imprint=Imprint(office='#image("x")'))
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
        estate.imprint.hotline,
    ):
        assert words in text
    assert all(line in text for line in estate.imprint.reading.values())


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


def jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(out, "JPEG")
    return out.getvalue()


HAZARDS = HazardNotice(
    serial="FC0000003",
    number="福城隐挂〔2026〕3号",
    url=URL,
    community="茜坑社区",
    building="茜坑新村12号",
    address="茜坑路12号",
    building_code="4403060140010100001",
    hazards=(
        ListedHazard("安全出口上锁。", "2026年12月8日", "消防"),
        ListedHazard("楼道停放电动自行车。", ""),
    ),
    listed_on="2026年11月23日",
    deadline_on="2026年12月8日前",
    printed_on="2026-11-23",
)
PLAQUE = StarPlaque(
    "FC0000004", URL, "茜坑社区", "茜坑新村12号", 3, "2026年11月18日", "2027年11月17日", "2026-11-23"
)


def building_board(homes: int, **fields: object) -> BuildingBoard:
    grades = ("green", "green", "yellow", "red", "ungraded")
    rooms = tuple(Room(f"{100 + n}", grades[n % 5]) for n in range(homes))
    made = BuildingBoard(
        "FC0000002", "茜坑新村12号", "", "茜坑社区", "4403060140010100001", URL, rooms, "2026-11-23"
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def village_board(count: int) -> VillageBoard:
    return VillageBoard("FC0000005", "茜坑新村", "茜坑社区", URL, board(count).buildings, "2026-11-23")


def test_hazard_notice_says_place_hazards_deadline_and_duties(font_paths: FontPaths) -> None:
    texts = ["隐患挂牌公示", HAZARDS.building, HAZARDS.number, HAZARDS.serial, HAZARDS.deadline_on]
    texts += [h.fault for h in HAZARDS.hazards] + ["督办消防", "整改期限立即", *HAZARDS.duties]
    result = verify(render_hazard_notice(HAZARDS, font_paths), [URL], texts)
    assert result.ok, result.missing_texts
    assert len(result.pages) == 1


def test_a_photo_and_a_logo_are_drawn_where_there_are_some(font_paths: FontPaths) -> None:
    pictured = replace(HAZARDS, photo=jpeg("#1133cc"), imprint=Imprint(logo=jpeg("#cc11cc")))
    pdf = render_hazard_notice(pictured, font_paths)
    assert verify(pdf, [URL], [h.fault for h in HAZARDS.hazards]).ok
    with opened(pdf) as document, document.page(1) as page:
        found = page.image(0.8).convert("RGB").getcolors(maxcolors=1_000_000) or []
    blue = sum(n for n, (r, g, b) in found if b > 150 and r < 80)  # type: ignore[misc]
    pink = sum(n for n, (r, g, b) in found if b > 150 and r > 150 and g < 80)  # type: ignore[misc]
    assert blue > 10_000
    assert pink > 50


def test_hazards_without_end_are_refused_and_not_cut_off(font_paths: FontPaths) -> None:
    with pytest.raises(BoardTooFullError):
        render_hazard_notice(replace(HAZARDS, hazards=HAZARDS.hazards * 40), font_paths)


@pytest.mark.parametrize("stars", [1, 3, 5])
def test_plaque_says_how_many_stars_until_when(font_paths: FontPaths, stars: int) -> None:
    plaque = replace(PLAQUE, stars=stars)
    words = f"{'一二三四五'[stars - 1]}星级安全文明楼栋"
    texts = [words, plaque.building, plaque.awarded_on, plaque.valid_until, plaque.imprint.hotline]
    assert verify(render_star_plaque(plaque, font_paths), [URL], texts).ok


@pytest.mark.parametrize("homes", [1, 9, 60, 240])
def test_building_board_shows_every_home_under_its_grade(font_paths: FontPaths, homes: int) -> None:
    made = building_board(homes, stars=3)
    pages = read_pages(render_building_board(made, font_paths))
    text = pages[0].text
    assert len(pages) == 1
    assert pages[0].urls == (URL,)
    assert all(room.name in text for room in made.rooms)
    greens = [room.name for room in made.rooms if room.grade == "green"]
    assert f"宽管级{len(greens)}套{''.join(greens)}" in text
    assert "三星级安全文明楼栋" in text


def test_building_with_more_homes_than_a_board_holds_is_refused(font_paths: FontPaths) -> None:
    with pytest.raises(BoardTooFullError):
        render_building_board(building_board(3000), font_paths)


@pytest.mark.parametrize(("count", "sheets"), [(0, 1), (1, 1), (120, 1), (510, 1), (511, 2)])
def test_village_board_takes_as_many_sheets_as_its_buildings_need(
    font_paths: FontPaths, count: int, sheets: int
) -> None:
    made = village_board(count)
    result = verify(render_village_board(made, font_paths), [URL], [b.name for b in made.buildings])
    assert result.ok, result.missing_texts
    assert len(result.pages) == sheets
    assert all(page.urls == (URL,) for page in result.pages)


def test_the_table_of_a_village_never_leaves_its_sheet() -> None:
    for count in range(1, 511):
        table = columns_of(count)
        assert table.columns * table.rows >= count
        assert table.rows * table.height <= 765.01
        assert table.columns * (table.width + 12) - 12 <= 785.01


@pytest.mark.parametrize(("paper", "wide"), [("a0", 1189), ("a1", 841), ("a3", 420)])
def test_a_board_on_another_paper_is_the_same_larger_or_smaller(
    font_paths: FontPaths, paper: str, wide: float
) -> None:
    pdf = on_paper(render_estate_board(board(9), font_paths), paper)
    assert verify(pdf, [URL], [b.name for b in board(9).buildings]).ok
    with opened(pdf) as document, document.page(1) as page:
        assert abs(page.width_points * 25.4 / 72 - wide) < 0.1
    assert PAPER[paper][1] == wide


@pytest.mark.parametrize(
    "imprint",
    [
        Imprint(reading={"green": "可以出租，" * 30, "yellow": "整改中", "red": "禁止"}),
        Imprint(office="福城街道办事处" * 30),
    ],
)
def test_wording_of_the_office_that_does_not_fit_is_named(font_paths: FontPaths, imprint: Imprint) -> None:
    with pytest.raises(BoardTooFullError, match="does-not-fit"):
        render_building_board(building_board(9, imprint=imprint), font_paths)


def test_in_grey_every_grade_on_a_board_is_told_by_word_and_by_shape(font_paths: FontPaths) -> None:
    """One home a grade: the four chips differ in grey although nothing but their symbol does."""
    shapes = []
    for grade in ("green", "yellow", "red", "ungraded"):
        pdf = render_building_board(building_board(1, rooms=(Room("101", grade),)), font_paths)
        with opened(pdf) as document, document.page(1) as page:
            grey = page.image(1.5, grey=True).convert("L").crop((70, 500, 420, 720))
            word = {"green": "宽管级", "yellow": "严管级", "red": "禁止级", "ungraded": "未评级"}[grade]
            assert f"{word}1套101" in squeeze(page.text())
        shapes.append(grey.point(lambda v: 255 * (v > 200)).tobytes())
    assert len(set(shapes)) == 4
