"""The child process that opens a registry file: one bad file may kill it, never the worker that started it.

Started by `reader.py` with one JSON argument. Standard library and python-calamine only, no Django.
It answers on standard output in frames: one kind byte, four bytes of length (big-endian), then UTF-8 text:
`H` the sheet and its header (JSON), `R` rows (records end with U+001E, cells are parted by U+001F, the first
cell is the sheet row number), `E` a refusal with code and parameters (JSON), `Z` the end (JSON).
Why a child: calamine allocates the whole used range, so a stray cell at XFD1048576 in an 11 KB file asks for
549 GB and aborts the process (https://github.com/tafia/calamine/issues/693).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import re
import resource
import struct
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any, BinaryIO

from rentals.registry.container import MAX_COLUMNS, Refused, check_zip, farthest_cell, recognise

CELL, RECORD, TYPED = "\x1f", "\x1e", "\x01"
HEADER_WITHIN_ROWS = 20
HEADER_NAMES_NEEDED = 3
ROWS_PER_FRAME = 4096

Row = tuple[int, list[str]]


def header_key(text: str) -> str:
    """Return what is compared of a header: half-width, lower case, no spaces, line breaks or
    required-marks.
    """
    plain = unicodedata.normalize("NFKC", text).replace("m2", "㎡").replace("㎡", "m2").casefold()
    return re.sub(r"[\s*:_\u200b-\u200f\ufeff]+", "", plain)


def to_text(value: object) -> str:
    """Turn one cell into text. Whole floats lose `.0`; dates and times get the mark U+0001 (Excel made
    them).
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.date | dt.time):
        return TYPED + value.isoformat()
    return TYPED + str(value) if isinstance(value, dt.timedelta) else str(value)


# ---- rows -----------------------------------------------------------------------------------------------


def sheets_of_workbook(path: str) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield each visible sheet's name and rows; a sheet is parsed only when its rows are asked for."""
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_path(path)
        for number, sheet in enumerate(book.sheets_metadata):
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
                yield sheet.name, _sheet_rows(book, number)
    except PasswordError as error:
        raise Refused("password") from error
    except (CalamineError, ValueError) as error:
        raise Refused("broken_file") from error


def _sheet_rows(book: Any, number: int) -> Iterator[Row]:
    sheet = book.get_sheet_by_index(number)
    if sheet.start is None:
        return
    yield from enumerate(sheet.iter_rows(), 1)


def rows_of_csv(path: str) -> tuple[str, Iterator[Row]]:
    """Return the encoding found (BOM, then strict UTF-8, then GB18030) and the rows with their line
    numbers.
    """
    with open(path, "rb") as file:
        data = file.read()
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused("unknown_encoding")
    first = text[:20_000]
    delimiter = max(",\t;", key=first.count)
    return encoding, _csv_rows(
        csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    )


def _csv_rows(lines: Any) -> Iterator[Row]:
    try:
        yield from enumerate(lines, 1)
    except csv.Error as error:
        raise Refused("broken_file") from error


def find_header(first: list[Row], known: set[str]) -> tuple[int, int, list[str]]:
    """Return (position, how many known names, texts) of the best header among the first rows; (0, 0, [])
    if none.
    """
    best: tuple[int, int, list[str]] = (0, 0, [])
    for position, (_row_number, cells) in enumerate(first):
        texts = [to_text(cell).strip() for cell in cells[:MAX_COLUMNS]]
        found = len({header_key(text) for text in texts} & known)
        if found > best[1]:
            best = (position, found, texts)
    return best


# ---- the frames -----------------------------------------------------------------------------------------


def send(out: BinaryIO, kind: bytes, payload: str) -> None:
    data = payload.encode("utf-8", "replace")
    out.write(kind + struct.pack(">I", len(data)) + data)


def send_rows(out: BinaryIO, rows: Iterator[Row], width: int, most: int) -> int:
    """Send all rows that hold anything; more than `most` of them are refused. Returns how many."""
    count, lines = 0, []
    for row_number, cells in rows:
        texts = [cell if type(cell) is str else to_text(cell) for cell in cells[:width]]
        line = CELL.join(texts)
        if line.count(CELL) != len(texts) - 1 or RECORD in line:
            line = CELL.join([text.replace(CELL, " ").replace(RECORD, " ") for text in texts])
        if not line.strip(CELL + " \t\r\n\u00a0\u3000"):
            continue
        count += 1
        if count > most:
            raise Refused("too_many_rows", most=most)
        lines.append(f"{row_number}{CELL}{line}{CELL * (width - len(texts))}")
        if len(lines) == ROWS_PER_FRAME:
            send(out, b"R", RECORD.join(lines))
            lines.clear()
    if lines:
        send(out, b"R", RECORD.join(lines))
    return count


def read(path: str, known: set[str], limits: dict[str, Any], out: BinaryIO) -> None:
    """Find the first sheet with a header and send it. Raises `Refused`."""
    with open(path, "rb") as file:
        file.seek(0, io.SEEK_END)
        if file.tell() > limits["file_bytes"]:
            raise Refused("file_too_big", megabytes=limits["file_bytes"] >> 20)
        file.seek(0)
        kind = recognise(file)
        if kind == "xlsx":
            check_zip(file, limits)
    encoding, seen = "", []
    if kind == "csv":
        encoding, lines = rows_of_csv(path)
        sheets: Iterator[tuple[str, Iterator[Row]]] = iter([("", lines)])
    else:
        sheets = sheets_of_workbook(path)
    for name, rows in sheets:
        seen.append(name)
        first = list(itertools.islice(rows, HEADER_WITHIN_ROWS))
        position, score, texts = find_header(first, known)
        if score < HEADER_NAMES_NEEDED:
            continue
        width = max(number for number, text in enumerate(texts, 1) if text)
        facts = {"sheet": name, "kind": kind, "encoding": encoding, "seen": seen}
        send(
            out,
            b"H",
            json.dumps({**facts, "row": first[position][0], "header": texts[:width]}, ensure_ascii=False),
        )
        count = send_rows(out, itertools.chain(first[position + 1 :], rows), width, limits["rows"])
        if not count:
            raise Refused("no_rows")
        send(out, b"Z", json.dumps({"rows": count, "peak_bytes": peak_bytes()}))
        return
    raise Refused("no_header")


def peak_bytes() -> int:
    """Peak resident memory of this process (VmHWM; `getrusage` would count the parent's pages before
    exec).
    """
    try:
        with open("/proc/self/status", "rb") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith(b"VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def limit_resources(limits: dict[str, Any]) -> None:
    """Bound address space (bytes), processor time (s), open files, and switch core files and file writing
    off.
    """
    for what, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # a higher hard limit: the soft one ends the child by SIGXCPU, which tells it from one killed for memory
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 5))


def main() -> None:
    order = json.loads(sys.argv[1])
    sys.dont_write_bytecode = True
    limit_resources(order["limits"])
    out = sys.stdout.buffer
    try:
        if order["task"] == "farthest":
            send(out, b"Z", json.dumps({"cell": farthest_cell(order["path"], order["limits"]["rows"])}))
        else:
            csv.field_size_limit(1 << 20)
            read(order["path"], set(order["known"]), order["limits"], out)
    except Refused as refusal:
        send(out, b"E", json.dumps({"code": refusal.code, "params": refusal.params}))
    except MemoryError:
        send(out, b"E", json.dumps({"code": "too_much_memory", "params": {}}))
    except BaseException as error:
        # A Rust panic arrives as BaseException; whatever it is, the file is what is wrong.
        send(out, b"E", json.dumps({"code": "broken_file", "params": {"detail": type(error).__name__}}))
    out.flush()
