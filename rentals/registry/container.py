"""The container of a registry file: what it really is, whether it is a bomb, where a stray cell stands.

Runs in the child process only (`read_child.py`); standard library only.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import Any, BinaryIO

MAX_COLUMNS = 200
_PIECE = 1 << 20


class Refused(Exception):
    """The file cannot be read as a registry; `code` is a key of `problems.PROBLEMS`."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def check_zip(file: BinaryIO, limits: dict[str, Any]) -> None:
    """Refuse zip bombs by the central directory, then by counting what really comes out (directories lie)."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refused("broken_file") from error
    entries = archive.infolist()
    if len(entries) > limits["zip_entries"]:
        raise Refused("zip_bomb", reason="entries", found=len(entries))
    total = sum(entry.file_size for entry in entries)
    if total > limits["zip_total"]:
        raise Refused("zip_bomb", reason="size", found=total)
    for entry in entries:
        if entry.flag_bits & 1:
            raise Refused("password")
        if (
            entry.file_size > limits["zip_ratio"] * max(entry.compress_size, 1)
            and entry.file_size > limits["zip_free"]
        ):
            raise Refused("zip_bomb", reason="ratio", found=entry.file_size // max(entry.compress_size, 1))
    names = {entry.filename for entry in entries}
    if "xl/workbook.bin" in names:
        raise Refused("old_excel")
    if not any(name.lower() == "xl/workbook.xml" for name in names):
        raise Refused("not_a_workbook")
    for entry in entries:
        _count_inflated(file, entry)


def _count_inflated(file: BinaryIO, entry: zipfile.ZipInfo) -> None:
    """Inflate one entry into nothing; more bytes than the directory promised is a bomb."""
    if entry.compress_type not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        raise Refused("broken_file")
    if entry.compress_type == zipfile.ZIP_STORED:
        return
    file.seek(entry.header_offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise Refused("broken_file")
    name_length, extra_length = struct.unpack("<HH", head[26:30])
    file.seek(name_length + extra_length, io.SEEK_CUR)
    inflater, left, out = zlib.decompressobj(-15), entry.compress_size, 0
    try:
        while left > 0 and not inflater.eof:
            piece = file.read(min(left, 1 << 18))
            if not piece:
                raise Refused("broken_file")
            left -= len(piece)
            while piece and not inflater.eof:
                out += len(inflater.decompress(piece, _PIECE))
                if out > entry.file_size:
                    raise Refused("zip_bomb", reason="lie", found=out)
                piece = inflater.unconsumed_tail
    except zlib.error as error:
        raise Refused("broken_file") from error


def recognise(file: BinaryIO) -> str:
    """Return `xlsx` or `csv` by the first bytes; everything else is refused by what it really is."""
    head = file.read(4096)
    if not head.strip():
        raise Refused("empty_file")
    if head.startswith(b"PK"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        locked = "EncryptedPackage".encode("utf-16-le") in head + file.read(64 << 20)
        raise Refused("password" if locked else "old_excel")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"mime-version")):
        raise Refused("html_file")
    if start.startswith((b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise Refused("not_a_workbook")
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("not_a_workbook")
    return "csv"


_CELL_REFERENCE = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')


def farthest_cell(path: str, most_rows: int) -> str:
    """Return the reference of the cell that stretches the used range most (`XFD1048576`).

    Empty when all cells stand within 200 columns and `most_rows` rows: then nothing is astray.

    Streams the sheet XML in constant memory; called in a second child after the parser has died.
    """
    best, area = "", 0
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename, re.IGNORECASE):
                continue
            right, down = (0, ""), (0, "")
            with archive.open(entry) as stream:
                tail = b""
                while piece := stream.read(_PIECE):
                    text = tail + piece
                    for letters, digits in _CELL_REFERENCE.findall(text):
                        name = (letters + digits).decode()
                        right = max(right, (_column_number(letters), name))
                        down = max(down, (int(digits), name))
                    tail = text[-64:]
            if right[0] * down[0] > area and (right[0] > MAX_COLUMNS or down[0] > most_rows):
                area = right[0] * down[0]
                best = right[1] if right[0] > MAX_COLUMNS or right[1] == down[1] else down[1]
    return best


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
