"""What goes back to the user: their rows, what is wrong, and never a formula."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from rentals.registry.problems import Problem
from rentals.registry.reader import Reader, open_registry
from rentals.registry.report import write_error_workbook
from rentals.registry.template import fill_template, write_template
from tests.rentals.registry import files

AT = dt.datetime(2026, 5, 12)
EVIL = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://x")',
    "http://example.org",
    "<&>\"'",
    " 空格 ",
]


def cells(path: Path) -> list[list[object]]:
    page = openpyxl.load_workbook(path).worksheets[0]
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    assert "<f>" not in files.sheet_xml(path)
    assert "hyperlink" not in files.sheet_xml(path)
    return [list(row) for row in page.iter_rows(values_only=True)]


def opened(source: Path) -> Reader:
    """The file after it was read once."""
    with open_registry(source) as reader:
        list(reader.chunks())
    return reader


@pytest.mark.parametrize("header", ["地址", "房号", "业主姓名", "备注", "水表号"])
def test_formula_characters_stay_text_in_the_error_workbook(tmp_path: Path, header: str) -> None:
    rows = [files.home(n, **{header: value, "社区": ""}) for n, value in enumerate(EVIL, 1)]
    source = files.workbook(tmp_path / "a.xlsx", rows, headers=[*files.HEADERS, "水表号"])
    _, problems, _ = files.read(source)
    assert write_error_workbook(opened(source), problems, tmp_path / "e.xlsx", at=AT) == len(EVIL)
    lines = cells(tmp_path / "e.xlsx")
    column = lines[0].index(header)
    assert [line[column] for line in lines[1:]] == EVIL


def test_error_workbook_names_row_value_and_cure(tmp_path: Path) -> None:
    source = files.workbook(tmp_path / "a.xlsx", [files.home(1), files.home(2, 房屋编码=4.40306e24)], above=2)
    _, problems, _ = files.read(source)
    write_error_workbook(opened(source), problems, tmp_path / "e.xlsx", at=AT)
    lines = cells(tmp_path / "e.xlsx")
    assert lines[0][:4] == ["原行号", "错误", "怎么办", "房屋编码"]
    assert lines[1][:3] == ["4", "", ""]
    assert lines[2][:2] == ["5", "房屋编码: 4.40306e+24"]
    assert lines[2][2] == problems[0].text()


def test_only_rows_with_problems_can_be_asked_for(tmp_path: Path) -> None:
    source = files.workbook(tmp_path / "a.xlsx", [files.home(1), files.home(2, 社区="")])
    _, problems, _ = files.read(source)
    assert write_error_workbook(opened(source), problems, tmp_path / "e.xlsx", at=AT, all_rows=False) == 1


def test_corrected_error_workbook_is_read_without_remarks(tmp_path: Path) -> None:
    source = files.workbook(tmp_path / "a.xlsx", [files.home(1)])
    write_error_workbook(opened(source), [Problem(2, "room", "", "required")], tmp_path / "e.xlsx", at=AT)
    good, problems, _ = files.read(tmp_path / "e.xlsx")
    assert (len(good), problems) == (1, [])


def test_control_characters_do_not_break_the_workbook(tmp_path: Path) -> None:
    row = [""] * len(files.HEADERS)
    row[5], row[8], row[20] = "a\0b", "c\rd", "e\x1ff"
    fill_template(tmp_path / "a.xlsx", [row])
    assert cells(tmp_path / "a.xlsx")[1][5].__class__ is str


def test_template_is_a_registry_that_reads_without_problems(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    good, problems, _ = files.read(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert (len(good), problems, book.sheetnames) == (1, [], ["登记表", "填写说明"])
    assert book.worksheets[0]["A3"].number_format in ("@", "General")
    assert book.worksheets[0].column_dimensions["A"].width > 20
    assert {v.type for v in book.worksheets[0].data_validations.dataValidation} == {"list", "textLength"}
