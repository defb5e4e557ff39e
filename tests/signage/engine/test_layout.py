"""Breaking of addresses, grouping of codes, and what the grades look like in grey."""

import pickle
import re
from itertools import combinations
from pathlib import Path

import pytest

from signage.engine import FontPaths, FontSubset
from signage.engine.grades import LOOKS, contrast, symbol
from signage.engine.layout import AddressFitter, TooLong, grouped
from signage.engine.model import GRADES
from signage.engine.truetype import FontError

ADDRESS = "深圳市龙华区福城街道大水坑新村一路1288号金科公寓A2-3栋B单元1607房"


@pytest.fixture(scope="module")
def subset(font_paths: FontPaths) -> FontSubset:
    return FontSubset.for_text(ADDRESS + "，、（）", font_paths.regular)


@pytest.mark.parametrize("room", range(12, 40))
def test_runs_of_digits_and_letters_are_never_broken(subset: FontSubset, room: int) -> None:
    try:
        _, _, lines = AddressFitter(subset, room).fit(ADDRESS)
    except TooLong:
        return
    assert "".join(lines) == ADDRESS
    for word in re.findall(r"[0-9A-Za-z-]+[号栋房]?", ADDRESS):
        assert any(word in line for line in lines)


def test_no_line_is_wider_than_the_box(subset: FontSubset) -> None:
    for room in range(22, 40):
        size, _, lines = AddressFitter(subset, room).fit(ADDRESS)
        assert max(subset.width(line) for line in lines) * size / 1000 <= room


def test_no_line_starts_with_a_closing_mark(subset: FontSubset) -> None:
    _, _, lines = AddressFitter(subset, 31).fit("福城街道大水坑新村金科公寓，" * 2)
    assert not any(line.startswith("，") for line in lines)


def test_short_address_is_larger_than_long_one(subset: FontSubset) -> None:
    fitter = AddressFitter(subset, 31)
    assert fitter.fit("福城街道1号")[0] > fitter.fit(ADDRESS)[0]


def test_unit_code_is_grouped_for_reading() -> None:
    assert grouped("4403060140010100001000001") == "440306 014 001 01 00001 000001"
    assert grouped("123") == "123"


def test_subset_pickles_small(subset: FontSubset) -> None:
    data = pickle.dumps(subset)
    assert pickle.loads(data) == subset
    assert len(data) < 100_000


def test_subset_opens_in_fonttools_with_the_outlines_of_the_font(
    font_paths: FontPaths,
) -> None:
    import io
    import zlib

    from fontTools.pens.recordingPen import DecomposingRecordingPen
    from fontTools.ttLib import TTFont

    subset = FontSubset.for_text("福城é", font_paths.regular)
    small, whole = (
        TTFont(io.BytesIO(zlib.decompress(subset.pdf.file))),
        TTFont(font_paths.regular),
    )
    gids = zlib.decompress(subset.pdf.cid_to_gid)
    for character in "福城é8":
        cid = int.from_bytes(subset.codes[character], "big")
        gid = int.from_bytes(gids[2 * cid : 2 * cid + 2], "big")
        ours, theirs = (DecomposingRecordingPen(font.getGlyphSet()) for font in (small, whole))
        small.getGlyphSet()[small.getGlyphName(gid)].draw(ours)
        whole.getGlyphSet()[whole.getBestCmap()[ord(character)]].draw(theirs)
        assert ours.value == theirs.value
        assert subset.widths[character] == round(whole["hmtx"][whole.getBestCmap()[ord(character)]][0])


@pytest.mark.parametrize("content", [None, b"OTTO" + b"\0" * 40, b"", b"\0\1\0\0" + b"\0" * 40])
def test_file_that_is_no_truetype_font_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "font.ttf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FontError):
        FontSubset.for_text("福", path)


@pytest.mark.parametrize("grade", GRADES)
def test_grade_text_has_contrast_in_colour_and_grey(grade: str) -> None:
    look = LOOKS[grade]  # type: ignore[index]
    assert contrast(look.colour, look.ink) >= 5


def test_grades_differ_in_symbol_and_in_grey_or_marks() -> None:
    drawings = {grade: re.sub(r"[\d. -]+ (rg|RG)", "", symbol(grade, 0, 0, 4)) for grade in GRADES}
    assert all(drawings[a] != drawings[b] for a, b in combinations(GRADES, 2))
    assert contrast(LOOKS["yellow"].colour, LOOKS["green"].colour) > 3
    assert contrast(LOOKS["yellow"].colour, LOOKS["red"].colour) > 3
