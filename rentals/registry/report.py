"""The user's own rows with what is wrong and what to do beside them, as a workbook that holds no
formula.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter

from rentals.registry.columns import REPORT_HEADERS
from rentals.registry.problems import Problem
from rentals.registry.read_child import TYPED
from rentals.registry.reader import Reader, Sheet
from rentals.registry.sheet_writer import SAFE_OPTIONS, fill_sheet


def write_error_workbook(
    reader: Reader, problems: Iterable[Problem], path: str | Path, *, at: dt.datetime, all_rows: bool = True
) -> int:
    """Copy the registry file that was read with three columns in front: row number, what is wrong, what to do.

    Cells at fault are coloured; a filter stands on the header. With `all_rows` every row is copied,
    otherwise only those with a problem or remark. Returns the number of rows.
    """
    by_row = _by_row(problems)
    marks: dict[int, set[int]] = {}
    rows = _copies(reader, by_row, all_rows, marks)
    return fill_sheet(
        path, _shell(reader.sheet, by_row.get(0, [])), rows, first_row=2, created=at, marks=marks
    )


def _by_row(problems: Iterable[Problem]) -> dict[int, list[Problem]]:
    by_row: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_row[problem.row].append(problem)
    return by_row


def _copies(
    reader: Reader, by_row: dict[int, list[Problem]], all_rows: bool, marks: dict[int, set[int]]
) -> Iterator[Sequence[str]]:
    """Yield the rows to write (from row 2 on) and note in `marks` which cells of them are at fault."""
    for at, (number, *cells) in enumerate(reader.again(None if all_rows else by_row.keys()), start=2):
        found = by_row.get(int(number), ())
        columns = {reader.sheet.columns.get(p.column) for p in found if not p.is_remark}
        if marked := {column + len(REPORT_HEADERS) for column in columns if column is not None}:
            marks[at] = marked
        wrong = "\n".join(f"{p.header}: {p.value or '-'}" for p in found)
        yield (number, wrong, "\n".join(p.text() for p in found), *(c.removeprefix(TYPED) for c in cells))


def _shell(sheet: Sheet, of_file: Sequence[Problem]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, dict(SAFE_OPTIONS))
    text = book.add_format({"num_format": "@", "valign": "top"})
    marked = book.add_format({"num_format": "@", "valign": "top", "bg_color": "#F8D0CC"})
    bold = book.add_format({"bold": True, "border": 1, "bg_color": "#E7ECF3"})
    page = book.add_worksheet(REPORT_HEADERS[1])
    page.freeze_panes(1, len(REPORT_HEADERS))
    page.set_column(0, 0, 8)
    page.set_column(1, 1, 34)
    page.set_column(2, 2, 70)
    page.set_column(3, len(sheet.header) + 2, 18)
    for number, header in enumerate((*REPORT_HEADERS, *sheet.header)):
        page.write_string(0, number, header, bold)
    page.autofilter(0, 0, 1_048_575, len(sheet.header) + 2)
    page.write_blank(1, 0, None, text)
    page.write_blank(1, 1, None, marked)
    if of_file:
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 110)
        for number, problem in enumerate(of_file):
            notes.write_string(number, 0, problem.text())
    book.close()
    return out.getvalue()
