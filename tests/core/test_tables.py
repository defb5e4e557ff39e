"""Every text keeps its characters; none becomes a formula, in either format."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from core import tables

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\u3000="]
HEADINGS = [tables.Heading("内容"), tables.Heading("数", "number")]


def as_csv(rows) -> list[list[str]]:
    text = "".join(tables.csv_lines(HEADINGS, rows))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def as_xlsx(rows, headings=HEADINGS) -> bytes:
    file = io.BytesIO()
    tables.write_xlsx(file, headings, rows, title="表[1]/x", about_title="说明", about=[("名单", "=1+1")])
    return file.getvalue()


@pytest.mark.parametrize("start", STARTS)
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe_in_csv(start: str) -> None:
    text = f"{start}cmd|'/c calc'!A1"
    assert as_csv([(text, 1)])[1] == [f"'{text}", "1"]


@pytest.mark.parametrize("text", ["福民新村1栋101房", "a=b", "0755-12345", "'=1", ""])
def test_a_plain_text_stays_as_it_is_in_csv(text: str) -> None:
    assert as_csv([(text, 1)])[1][0] == text


@pytest.mark.parametrize("start", STARTS)
def test_a_text_that_looks_like_a_formula_is_a_text_cell_in_xlsx(start: str) -> None:
    text = f'{start}HYPERLINK("http://x")'
    raw = as_xlsx([(text, 1)])
    sheets = zipfile.ZipFile(io.BytesIO(raw))
    assert all(b"<f>" not in sheets.read(n) for n in sheets.namelist() if "worksheets" in n)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(1).to_python()
    assert rows[1][0].replace("\r", "\n").strip() == text.replace("\r", "\n").strip()


def test_codes_and_phones_stay_texts_and_numbers_stay_numbers() -> None:
    headings = [tables.Heading("编码"), tables.Heading("面积", "number"), tables.Heading("日", "date")]
    raw = as_xlsx([("4403060140010000001000001", Decimal("35.50"), date(2026, 5, 12))], headings)
    row = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(1).to_python()[1]
    assert row == ["4403060140010000001000001", 35.5, date(2026, 5, 12)]


def test_the_first_sheet_tells_what_the_file_is() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx([])))
    assert book.sheet_names == ["说明", "表 1  x"]
    assert book.get_sheet_by_index(0).to_python() == [["名单", "=1+1"]]


def test_moments_are_shown_in_local_time() -> None:
    moment = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)
    assert as_csv([(moment, 1)])[1][0] == "2026-05-13 01:30"
    headings = [tables.Heading("时间", "moment")]
    raw = as_xlsx([(moment,)], headings)
    cell = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(1).to_python()[1][0]
    assert cell == datetime(2026, 5, 13, 1, 30)


def test_an_empty_value_is_an_empty_cell() -> None:
    assert as_csv([(None, None)])[1] == ["", ""]
    assert (
        len(
            CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx([(None, None)])))
            .get_sheet_by_index(1)
            .to_python()
        )
        == 1
    )


def test_days_moments_and_numbers_are_readable_in_csv() -> None:
    moment = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)
    rows = as_csv([(date(2026, 5, 12), -5), (moment, Decimal("1.50")), (None, 0)])
    assert rows[1:] == [["2026-05-12", "-5"], ["2026-05-12 12:00", "1.50"], ["", "0"]]
