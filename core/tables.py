"""Tables as files, CSV and XLSX, in which a text stays a text: no value can become a formula or a link."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Literal

import xlsxwriter
from django.utils import timezone

MOST_ROWS = 1_048_575  # of one sheet, below its heading
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM = "\ufeff"  # without it Excel reads UTF-8 as GB18030

Kind = Literal["text", "number", "date", "moment"]


@dataclass(frozen=True)
class Heading:
    title: str
    kind: Kind = "text"
    width: int = 16


def harmless(text: str) -> str:
    """A text as CSV may hold it: an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(_FORMULA_STARTS) else text


def csv_lines(headings: Sequence[Heading], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file line by line, for a streamed answer: BOM, headings, rows."""
    writer = csv.writer(_Echo())
    yield _BOM + writer.writerow([harmless(heading.title) for heading in headings])
    for row in rows:
        yield writer.writerow([_csv_cell(value) for value in row])


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return str(value)
    return harmless(str(value))


def write_xlsx(
    file: IO[bytes],
    headings: Sequence[Heading],
    rows: Iterable[Sequence[Any]],
    *,
    title: str,
    about_title: str,
    about: Sequence[tuple[str, str]],
) -> int:
    """Writes a workbook with constant memory and returns the number of rows.

    First sheet `about_title`: what the list is, line by line. Second sheet `title`: the rows, codes and
    phones as text, heading frozen and filterable.
    """
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    formats = {
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "#,##0.##"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    front = book.add_worksheet(_sheet_name(about_title))
    front.set_column(0, 0, 18)
    front.set_column(1, 1, 90)
    for number, (name, words) in enumerate(about):
        front.write_string(number, 0, name, bold)
        front.write_string(number, 1, words, wrapped)
    sheet = book.add_worksheet(_sheet_name(title))
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, heading.width)
        sheet.write_string(0, column, heading.title, bold)
    count = 0
    for count, row in enumerate(rows, 1):
        for column, (heading, value) in enumerate(zip(headings, row, strict=True)):
            _write(sheet, count, column, value, formats[heading.kind])
    sheet.autofilter(0, 0, count, max(len(headings) - 1, 0))
    book.close()
    return count


def _sheet_name(title: str) -> str:
    """At most 31 characters, without the seven that Excel forbids."""
    return "".join(" " if character in "[]:*?/\\'" else character for character in title)[:31]


def _write(sheet: Any, row: int, column: int, value: Any, cell_format: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, timezone.localtime(value).replace(tzinfo=None), cell_format)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), cell_format)  # noqa: DTZ001
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(row, column, value, cell_format)
    else:
        sheet.write_string(row, column, str(value)[:32_767], cell_format)
