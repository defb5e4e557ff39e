"""Files as people send them: what is read, and what is refused with what to do."""

import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rentals.registry import reader
from rentals.registry.columns import COLUMNS
from rentals.registry.problems import PROBLEMS, REMARKS, BrokenWorkbook
from rentals.registry.reader import Limits, open_registry
from tests.rentals.registry import files


def refusal(path: Path, limits: Limits | None = None) -> BrokenWorkbook:
    with pytest.raises(BrokenWorkbook) as caught, open_registry(path, limits) as opened:
        list(opened.chunks())
    assert caught.value.problem().text()
    return caught.value


def test_workbook_good_rows_are_read_with_sheet_row_numbers(tmp_path: Path) -> None:
    rows, problems, _ = files.read(files.workbook(tmp_path / "a.xlsx", [files.home(1), files.home(2)]))
    assert [(row["row"], row["room"]) for row in rows] == [("2", "301"), ("3", "302")]
    assert problems == []


@pytest.mark.parametrize("above", [1, 3, 19])
def test_header_below_title_rows_is_found(tmp_path: Path, above: int) -> None:
    rows, _, check = files.read(files.workbook(tmp_path / "a.xlsx", [files.home()], above=above))
    assert (rows[0]["row"], check.sheet.header_row) == (str(above + 2), above + 1)


def test_header_below_row_twenty_is_not_looked_for(tmp_path: Path) -> None:
    assert refusal(files.workbook(tmp_path / "a.xlsx", [files.home()], above=20)).code == "no_header"


def test_columns_any_order_and_aliases_are_matched(tmp_path: Path) -> None:
    renamed = {
        "房屋编码": "房屋编号*",
        "面积(㎡)": "面积（平方米）",
        "地址": " 详细\n地址 ",
        "房号": "房间号",
    }
    headers = [renamed.get(h, h) for h in reversed(files.HEADERS)]
    row = {renamed.get(h, h): v for h, v in files.home().items()}
    rows, problems, _ = files.read(files.workbook(tmp_path / "a.xlsx", [row], headers=headers))
    assert (rows[0]["area"], rows[0]["room"], problems) == ("25.50", "301", [])


def test_unknown_column_is_ignored_with_a_remark(tmp_path: Path) -> None:
    headers = [*files.HEADERS, "水表号"]
    rows, problems, _ = files.read(files.workbook(tmp_path / "a.xlsx", [files.home()], headers=headers))
    assert len(rows) == 1
    assert [(p.code, p.row, p.params["header"], p.is_remark) for p in problems] == [
        ("unknown_column", 1, "水表号", True)
    ]


def test_missing_required_columns_are_named(tmp_path: Path) -> None:
    headers = [h for h in files.HEADERS if h not in ("地址", "网格")]
    broken = refusal(files.workbook(tmp_path / "a.xlsx", [files.home()], headers=headers))
    assert (broken.code, broken.params) == ("missing_columns", {"columns": "网格、地址", "row": 1})


def test_missing_optional_column_reads_as_empty(tmp_path: Path) -> None:
    headers = [h for h in files.HEADERS if h != "备注"]
    rows, _, check = files.read(files.workbook(tmp_path / "a.xlsx", [files.home()], headers=headers))
    assert rows[0]["note"] == ""
    assert "note" not in check.present


def test_same_column_twice_is_refused(tmp_path: Path) -> None:
    headers = [*files.HEADERS, "房屋编号"]
    assert (
        refusal(files.workbook(tmp_path / "a.xlsx", [files.home()], headers=headers)).code
        == "repeated_column"
    )


def test_second_sheet_with_header_is_read_when_the_first_has_none(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("空")
    book.add_worksheet("说明").write(0, 0, "请填写")
    page = book.add_worksheet("登记表")
    for column, (header, value) in enumerate(files.home().items()):
        page.write(0, column, header)
        page.write(1, column, value)
    book.close()
    rows, _, check = files.read(tmp_path / "a.xlsx")
    assert (len(rows), check.sheet.name) == (1, "登记表")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_encodings_give_the_same_rows(tmp_path: Path, encoding: str) -> None:
    rows, problems, _ = files.read(files.csv_file(tmp_path / "a.csv", [files.home()], encoding))
    assert (rows[0]["community"], rows[0]["address"], problems) == ("福民", files.GOOD["地址"], [])


def test_csv_with_neither_encoding_is_refused(tmp_path: Path) -> None:
    path = files.csv_file(tmp_path / "a.csv", [files.home()], "utf-8")
    path.write_bytes(path.read_bytes() + b"\xff\xff\x81")
    assert refusal(path).code == "unknown_encoding"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"  \r\n ", "empty_file"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "html_file"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "html_file"),
        (b"MIME-Version: 1.0\r\n", "html_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_excel"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (b"%PDF-1.7 ...", "not_a_workbook"),
        (b"\x89PNG\r\n\x1a\n", "not_a_workbook"),
        (b"abc\0def", "not_a_workbook"),
        (b"PK\x03\x04 and then nothing", "broken_file"),
        ("随便一行\n又一行".encode(), "no_header"),
    ],
)
def test_other_files_are_refused_by_what_they_are(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "registry.xlsx"
    path.write_bytes(content)
    assert refusal(path).code == code


def test_zip_without_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refusal(tmp_path / "a.xlsx").code == "not_a_workbook"


def test_header_without_rows_is_refused(tmp_path: Path) -> None:
    assert refusal(files.workbook(tmp_path / "a.xlsx", [])).code == "no_rows"


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "a.xlsx", [files.home(n) for n in range(12)])
    assert refusal(path, Limits(rows=10)).params == {"most": 10}


def test_file_over_the_size_limit_is_refused(tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "a.xlsx", [files.home()])
    assert refusal(path, Limits(file_bytes=1000)).code == "file_too_big"


def test_far_stray_cell_kills_only_the_child_and_is_named(tmp_path: Path) -> None:
    stray = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = files.minimal_xlsx(tmp_path / "a.xlsx", files.header_xml() + stray)
    start = time.perf_counter()
    broken = refusal(path)
    assert (broken.code, broken.params) == ("stray_cell", {"cell": "XFD1048576"})
    assert time.perf_counter() - start < 5
    assert len(files.read(files.workbook(tmp_path / "b.xlsx", [files.home()]))[0]) == 1


def test_sheet_larger_than_memory_without_stray_cell_says_so(tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "a.xlsx", [files.home(n) for n in range(3000)])
    assert refusal(path, Limits(memory_bytes=24 << 20)).code in {"too_much_memory", "broken_file"}


@pytest.mark.parametrize(
    ("killed_by", "code"),
    [("SIGXCPU", "too_slow"), ("SIGKILL", "too_much_memory"), ("SIGSEGV", "broken_file")],
)
def test_killed_child_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_by: str, code: str
) -> None:
    start = reader._start

    def dies(task: str, path: Path, limits: Limits, columns: object = ()) -> subprocess.Popen[bytes]:
        if task != "read":
            return start(task, path, limits)
        script = f"import os, signal; os.kill(os.getpid(), signal.{killed_by})"
        return subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    monkeypatch.setattr(reader, "_start", dies)
    assert refusal(files.workbook(tmp_path / "a.xlsx", [files.home()])).code == code


def test_zip_bomb_is_refused_before_parsing(tmp_path: Path) -> None:
    path = files.minimal_xlsx(tmp_path / "a.xlsx", files.header_xml() + " " * (200 << 20))
    start = time.perf_counter()
    broken = refusal(path)
    assert (broken.code, broken.params["reason"]) == ("zip_bomb", "ratio")
    assert time.perf_counter() - start < 1
    assert path.stat().st_size < 600_000


@pytest.mark.parametrize(
    ("limits", "reason"), [(Limits(zip_entries=2), "entries"), (Limits(zip_total=500), "size")]
)
def test_zip_with_too_much_inside_is_refused(tmp_path: Path, limits: Limits, reason: str) -> None:
    assert refusal(files.workbook(tmp_path / "a.xlsx", [files.home()]), limits).params["reason"] == reason


def test_zip_directory_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    path = files.minimal_xlsx(tmp_path / "a.xlsx", files.header_xml() + " " * (40 << 20))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    for start in range(len(data)):
        if data[start : start + 4] == struct.pack("<I", size):
            data[start : start + 4] = struct.pack("<I", 1000)
    path.write_bytes(data)
    assert refusal(path).params["reason"] == "lie"


def test_zip_entry_with_password_is_refused(tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "a.xlsx", [files.home()])
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert refusal(path).code == "password"


def test_every_message_has_a_text_and_known_remarks() -> None:
    assert set(PROBLEMS) >= REMARKS
    assert all(message.endswith(".") for message in PROBLEMS.values())
    assert len({column.field for column in COLUMNS}) == 21


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_workbook_never_harms_the_parent(tmp_path: Path, data: st.DataObject) -> None:
    good = files.workbook(tmp_path / "good.xlsx", [files.home(n) for n in range(5)]).read_bytes()
    mutated = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        mutated[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "bad.xlsx"
    path.write_bytes(mutated[: data.draw(st.integers(1, len(good)))] if data.draw(st.booleans()) else mutated)
    try:
        codes = {problem.code for problem in files.read(path)[1]}
    except BrokenWorkbook as broken:
        codes = {broken.code}
    assert codes <= set(PROBLEMS)
