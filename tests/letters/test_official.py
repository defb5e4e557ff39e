"""The shape of GB/T 9704-2012, measured on the finished PDF."""

import io
from dataclasses import replace

import pypdfium2
import pytest

from letters.engine.official import (
    MissingGlyphError,
    OfficialDocument,
    Paragraph,
    render_official,
)
from letters.services.rendering import fonts
from tests.letters.conftest import texts

MM = 72 / 25.4
NUMBER = "福城租整〔2019〕12号"


def render(document: OfficialDocument, number: str = NUMBER) -> bytes:
    return render_official(document, number, fonts())


def lines_of(pdf: bytes, page: int) -> list[tuple[float, float, float]]:
    """(left, top, right) in mm from the upper left corner of every run of characters on one line."""
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as book:
        sheet = book[page]
        text = sheet.get_textpage()
        rows: dict[int, list[tuple[float, float, float, float]]] = {}
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index, loose=True)
            if right > left:
                rows.setdefault(round((top + bottom) / 2), []).append((left, bottom, right, top))
        height = sheet.get_height()
        return [
            (min(b[0] for b in row) / MM, (height - key) / MM, max(b[2] for b in row) / MM)
            for key, row in sorted(rows.items(), reverse=True)
        ]


def long(document: OfficialDocument, characters: int) -> OfficialDocument:
    return replace(document, paragraphs=(Paragraph("text", "字" * characters), *document.paragraphs))


def test_the_page_is_a4_and_the_text_stands_in_the_type_area(small: OfficialDocument) -> None:
    pdf = render(long(small, 28 * 60))
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as book:
        assert [round(side / MM) for side in book[0].get_size()] == [210, 297]
    second = lines_of(pdf, 1)[:22]
    assert min(left for left, _top, _right in second) == pytest.approx(
        26, abs=0.6
    )  # even page: bound at right
    assert max(right for _left, _top, right in second) == pytest.approx(182, abs=0.6)


def test_a_full_page_holds_22_lines_of_28_characters(small: OfficialDocument) -> None:
    pdf = render(long(small, 28 * 60))
    second = texts(pdf)[1]
    assert second.count("字") == 22 * 28
    tops = [top for _left, top, _right in lines_of(pdf, 1)[:22]]
    assert tops[0] == pytest.approx(37 + 2.8, abs=1)
    assert tops[-1] - tops[0] == pytest.approx(225 / 22 * 21, abs=0.5)


def test_office_number_title_addressee_signature_and_imprint_are_in_their_order(
    small: OfficialDocument,
) -> None:
    page = "".join(texts(render(small)))
    order = [small.office, NUMBER, small.title, "王小明：", "一、问题", small.office, "2019年8月2日"]
    order += ["（服务热线：0755-12345678）", "—1—", "抄送：福民社区工作站。", "2019年8月2日印发"]
    places = []
    for words in order:
        places.append(page.index(words, places[-1] + 1 if places else 0))
    assert places == sorted(places)


def test_page_numbers_stand_outside_one_character_in(small: OfficialDocument) -> None:
    pdf = render(long(small, 28 * 60))
    odd, even = lines_of(pdf, 0)[-1], lines_of(pdf, 1)[-1]
    assert odd[2] == pytest.approx(184 - 14 / MM, abs=1)  # right edge of the type area, less one character
    assert even[0] == pytest.approx(26 + 14 / MM, abs=0.7)
    assert "—2—" in texts(pdf)[1]


@pytest.mark.parametrize("characters", range(0, 900, 97))
def test_no_page_holds_a_signature_without_text(small: OfficialDocument, characters: int) -> None:
    pages = texts(render(long(small, characters)))
    (signed,) = [page for page in pages if "（服务热线" in page]
    assert "疏散通道被堵塞。" in signed


def test_a_page_with_the_imprint_alone_has_no_number(small: OfficialDocument) -> None:
    first, second = texts(render(small))
    assert "—1—" in first
    assert second == "抄送：福民社区工作站。深圳市龙华区福城街道办事处2019年8月2日印发"


def test_the_same_data_gives_the_same_bytes(small: OfficialDocument) -> None:
    again = OfficialDocument.from_json(
        {**small.to_json(), "paragraphs": [{"kind": p.kind, "text": p.text} for p in small.paragraphs]}
    )
    assert render(small) == render(again)
    assert render(small) != render(small, "福城租整〔2019〕13号")


def test_a_character_that_no_font_has_is_named(small: OfficialDocument) -> None:
    with pytest.raises(MissingGlyphError, match="missing_glyph: 𪚥 U\\+2A6A5"):
        render(replace(small, addressee="王𪚥"))


@pytest.mark.parametrize("words", ["#panic()", "*粗* _斜_", "$x$ @a <b> \\ // [链接](x)", "“引号”《书名》—…"])
def test_what_looks_like_markup_is_text(small: OfficialDocument, words: str) -> None:
    marked = replace(small, paragraphs=(Paragraph("text", words), *small.paragraphs))
    assert "".join(words.split()) in texts(render(marked))[0]


def test_days_are_written_without_leading_zeros(small: OfficialDocument) -> None:
    assert "2019年8月2日印发" in texts(render(replace(small, dated="2019-08-02")))[-1]
