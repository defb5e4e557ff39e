"""Registry files for tests: whole ones from dictionaries, and broken ones built by hand."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from rentals.registry.check import GOOD_FIELDS, RegistryCheck
from rentals.registry.columns import COLUMNS
from rentals.registry.problems import Problem
from rentals.registry.reader import open_registry

HEADERS = [column.header for column in COLUMNS]
GOOD: dict[str, Any] = dict(
    zip(
        HEADERS,
        (
            "4403060140020100001000001", "4403060140020100001", "福民", "福民第03网格", "福民新村",
            "广东省深圳市龙华区福城街道福民社区福民新村三巷5栋301房", "三巷5栋", "3", "301", "城中村", "25.50",
            "张三", "000000197003010012", "10012345678", "", "", "2", "114.023456", "22.745678", "WGS-84", "",
        ),
        strict=True,
    )
)  # fmt: skip


def home(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A good row with its own code; changes are given by Chinese header."""
    return GOOD | {"房屋编码": f"4403060140020100001{number:06d}", "房号": f"{300 + number}"} | changes


def workbook(
    path: Path,
    rows: Sequence[dict[str, Any]],
    *,
    headers: Sequence[str] = HEADERS,
    above: int = 0,
    sheet: str = "登记表",
) -> Path:
    """Write rows with `above` title rows over the header; values keep their Python types."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": dt.datetime(2019, 7, 1)})
    page = book.add_worksheet(sheet)
    for number in range(above):
        page.write(number, 0, f"福城街道出租屋登记表 {number}")
    for column, header in enumerate(headers):
        page.write(above, column, header)
        for number, row in enumerate(rows, above + 1):
            if row.get(header) not in (None, ""):
                page.write(number, column, row[header])
    book.close()
    return path


def csv_file(
    path: Path, rows: Iterable[dict[str, Any]], encoding: str, headers: Sequence[str] = HEADERS
) -> Path:
    lines = [",".join(headers), *(",".join(str(row.get(header, "")) for header in headers) for row in rows)]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def minimal_xlsx(path: Path, sheet_xml: str) -> Path:
    """An .xlsx with nothing but one sheet whose XML is given."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{kind}"><sheets><sheet name="登记表" sheetId="1" r:id="rId1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{sheet_xml}</sheetData></worksheet>',
        )
    return path


def header_xml() -> str:
    cells = "".join(
        f'<c r="{chr(65 + n)}1" t="inlineStr"><is><t>{h}</t></is></c>' for n, h in enumerate(HEADERS)
    )
    return f'<row r="1">{cells}</row>'


def read(
    path: Path, communities: frozenset[str] | None = None
) -> tuple[list[dict[str, str]], list[Problem], RegistryCheck]:
    """Return the good rows by field, the problems and the check itself, as the import sees them."""
    with open_registry(path) as reader:
        check = RegistryCheck(reader.sheet, communities=communities)
        rows = [
            dict(zip(GOOD_FIELDS, row, strict=True))
            for chunk in check.good_rows(reader.chunks())
            for row in chunk
        ]
    return [row for row in rows if row["code"] not in check.retracted], check.problems, check


def sheet_xml(path: Path) -> str:
    """All sheet XML of a workbook as one text."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if "/worksheets/" in name)
