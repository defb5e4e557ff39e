"""QR codes of many URLs that share a prefix: look-up tables made and checked with the `qrcode` library.

For one version, level, mask and URL length every module is an affine function over GF(2) of the data
bits (ISO/IEC 18004: Reed-Solomon and masking are XOR), so a matrix is a base XOR one entry per
token character. Modules that no token can change are one form of the file (docs/adr/0008).
"""

from functools import lru_cache, reduce
from operator import getitem, xor
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.util import QRData

from signage.engine.qrpath import Cell, cover, rectangles, thickened, tile_paths, tiles_of

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TOKEN_LENGTH: Final = 22
MARK: Final = "?n="  # between the token and the print, where an address names which print it is
PRINT_LENGTH: Final = 6
# Mask 4 lost least to blur of all eight in the scan tests; level Q restores 25 % (GB/T 18284).
MASK: Final = 4
_BYTES: Final = 4  # qrcode.util.MODE_8BIT_BYTE, which is typed wider than QRData takes
Matrix = tuple[tuple[bool, ...], ...]


class QrTableError(RuntimeError):
    """The tables and the qrcode library disagree: nothing may be printed with them."""


class UrlTooLong(ValueError):
    """No QR version holds the URL at level Q."""


@lru_cache(maxsize=512)
def version_for(length: int) -> int:
    """Smallest QR version that holds `length` bytes at level Q; raise UrlTooLong."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, mask_pattern=MASK)
    code.add_data(QRData(b"x" * length, mode=_BYTES, check_data=False))
    try:
        return int(code.best_fit())
    except (DataOverflowError, ValueError) as error:
        raise UrlTooLong(f"{length} bytes") from error


def library_matrix(url: bytes) -> Matrix:
    """Modules of one URL by the qrcode library, row by row from the top; True is dark."""
    code = qrcode.QRCode(
        version=version_for(len(url)),
        error_correction=ERROR_CORRECT_Q,
        mask_pattern=MASK,
        border=0,
    )
    code.add_data(QRData(url, mode=_BYTES, check_data=False))
    code.make(fit=False)
    return tuple(tuple(bool(module) for module in row) for row in code.modules)


def dark_cells(matrix: Matrix) -> set[Cell]:
    """(x, y) of every dark module, y from the top."""
    return {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


class QrTable:
    """Codes of `prefix` + any token of 22 characters of ALPHABET, and with `has_print` of MARK and any 6 more.

    About 160 library calls to make, 200 with the print. Read-only once made, so threads may share it.
    """

    def __init__(self, prefix: str, *, has_print: bool = False) -> None:
        """Build the tables and check them; raise QrTableError or UrlTooLong."""
        self.prefix, self._mark = prefix, MARK if has_print else ""
        self._count = TOKEN_LENGTH + (PRINT_LENGTH if has_print else 0)
        zeros = self.url_of("0" * self._count)
        self._plain_length = len(zeros)
        self.version = version_for(len(zeros.encode("utf-8")))
        self.size = 17 + 4 * self.version
        self._base = library_matrix(zeros.encode("utf-8"))
        flips = self._flips()
        changing = {cell for by_bit in flips for cells in by_bit for cell in cells}
        constant = dark_cells(self._base) - changing
        self._tiles = tiles_of(changing)
        self._paths = [tile_paths(tile, self.size) for tile in self._tiles]
        self.form = thickened(cover(constant), self.size) + b"f\n"
        self._start, self._turns = self._tables(flips)
        self._check()

    def url_of(self, characters: str) -> str:
        """The address with these characters in the places that change."""
        return self.prefix + characters[:TOKEN_LENGTH] + self._mark + characters[TOKEN_LENGTH:]

    def path(self, url: str) -> bytes | None:
        """PDF path of the dark modules that `form` lacks, 1 unit each, origin at the lower left.

        None if the URL does not fit the table.
        """
        value = self._value(url)
        if value is None:
            return None
        return b"".join(map(getitem, self._paths, value.to_bytes(len(self._paths), "big")))

    def matrix(self, url: str) -> Matrix | None:
        """Modules of one URL by the tables, for the check against the library; None if it does not fit."""
        value = self._value(url)
        if value is None:
            return None
        rows = [list(row) for row in self._base]
        for tile, byte in zip(self._tiles, value.to_bytes(len(self._tiles), "big"), strict=True):
            for bit, (x, y) in enumerate(tile):
                rows[y][x] = bool(byte >> bit & 1)
        return tuple(tuple(row) for row in rows)

    def _value(self, url: str) -> int | None:
        if len(url) != self._plain_length or not url.startswith(self.prefix):
            return None
        end = len(self.prefix) + TOKEN_LENGTH
        if not url.startswith(self._mark, end):
            return None
        token = url[len(self.prefix) : end] + url[end + len(self._mark) :]
        try:
            return reduce(xor, map(getitem, self._turns, token), self._start)
        except KeyError:
            return None

    def _flips(self) -> list[list[set[Cell]]]:
        """For each changing position and bit 0-6, the cells that change when that bit of '0' is flipped."""
        flips = []
        for position in range(self._count):
            by_bit = []
            for bit in range(7):
                token = ["0"] * self._count
                token[position] = chr(ord("0") ^ 1 << bit)
                by_bit.append(self._difference(library_matrix(self.url_of("".join(token)).encode())))
            flips.append(by_bit)
        return flips

    def _difference(self, matrix: Matrix) -> set[Cell]:
        return {
            (x, y)
            for y, (mine, other) in enumerate(zip(self._base, matrix, strict=True))
            if mine != other
            for x in range(self.size)
            if mine[x] != other[x]
        }

    def _tables(self, flips: list[list[set[Cell]]]) -> tuple[int, list[dict[str, int]]]:
        """The start value and one {character: XOR} per position; tile 0 is the highest byte."""
        last = len(self._tiles) - 1
        weight = {
            cell: 1 << (8 * (last - index) + bit)
            for index, tile in enumerate(self._tiles)
            for bit, cell in enumerate(tile)
        }
        start = sum(value for (x, y), value in weight.items() if self._base[y][x])
        turns = []
        for by_bit in flips:
            values = [sum(weight[cell] for cell in cells) for cells in by_bit]
            turns.append({character: _turned(character, values) for character in ALPHABET})
        return start, turns

    def _check(self) -> None:
        """Compare a fixed sample that uses every character and position with the library."""
        for shift in range(0, len(ALPHABET), 8):
            url = self.url_of("".join(ALPHABET[(shift + 7 * i + i * i) % 62] for i in range(self._count)))
            if self.matrix(url) != library_matrix(url.encode()):
                raise QrTableError(f"QR table of {self.prefix!r} differs from the library at {url!r}")


def _turned(character: str, values: list[int]) -> int:
    """XOR of the values of those bits in which `character` differs from "0"."""
    bits = ord(character) ^ ord("0")
    return reduce(xor, [value for bit, value in enumerate(values) if bits >> bit & 1], 0)


@lru_cache(maxsize=4)
def table_for(prefix: str, *, has_print: bool = False) -> QrTable:
    """The table of a prefix, kept for the life of the process."""
    return QrTable(prefix, has_print=has_print)


def table_like(url: str) -> QrTable:
    """The table of all addresses that differ from `url` in token and print only; raise UrlTooLong."""
    plain, mark, _print = url.rpartition(MARK)
    return table_for(plain[:-TOKEN_LENGTH], has_print=True) if mark else table_for(url[:-TOKEN_LENGTH])


def qr_path(url: str, table: QrTable | None) -> tuple[bytes, int]:
    """(operators before the fill, modules per side) from the table, else by one library call; raise UrlTooLong."""
    if table is not None:
        path = table.path(url)
        if path is not None:
            return b"/Q Do " + path, table.size
    matrix = library_matrix(url.encode("utf-8"))
    return rectangles(cover(dark_cells(matrix)), len(matrix)), len(matrix)
