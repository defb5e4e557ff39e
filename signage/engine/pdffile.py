"""A small PDF 1.7 container: numbered objects, streams, cross-reference table. No encryption, no updates.

By hand because a general PDF library as container costs 15-20 % of the time of a sheet and its import
alone 11 MB in every worker, for eleven kinds of object; pikepdf checks the files in the tests.
"""

import importlib
import zlib
from collections.abc import Callable

from signage.engine.fonts import PdfFont


def _stdlib(data: bytes) -> bytes:
    return zlib.compress(data, 6)


def fastest_deflate() -> Callable[[bytes], bytes]:
    """libdeflate level 6 when the optional `deflate` wheel is there, else zlib level 6."""
    try:
        libdeflate = importlib.import_module("deflate")
    except ImportError:
        return _stdlib
    return lambda data: bytes(libdeflate.zlib_compress(data, 6))


class PdfFile:
    """Objects are numbered from 1 in the order of `reserve` and `add`."""

    def __init__(self) -> None:
        self._parts: list[bytes] = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
        self._length = len(self._parts[0])
        self._offsets: list[int] = []

    def reserve(self) -> int:
        """A number whose object follows later by `fill`."""
        self._offsets.append(0)
        return len(self._offsets)

    def fill(self, number: int, body: bytes) -> int:
        """Write the object of a reserved number."""
        data = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        self._offsets[number - 1] = self._length
        self._parts.append(data)
        self._length += len(data)
        return number

    def add(self, body: str) -> int:
        """Write one plain object."""
        return self.fill(self.reserve(), body.encode("ascii"))

    def stream(self, deflated: bytes, extra: str = "") -> int:
        """Write one stream that is already deflated."""
        head = f"<<{extra}/Filter/FlateDecode/Length {len(deflated)}>>stream\n".encode("ascii")
        return self.fill(self.reserve(), head + deflated + b"\nendstream")

    def font(self, font: PdfFont) -> int:
        """Write an embedded CID font."""
        file = self.stream(font.file, f"/Length1 {font.file_length}")
        descriptor = self.add(f"<<{font.descriptor}/FontFile2 {file} 0 R>>")
        gids = self.stream(font.cid_to_gid)
        unicode = self.stream(font.to_unicode)
        descendant = self.add(
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{font.name}"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {descriptor} 0 R/DW 1000/W[{font.widths}]/CIDToGIDMap {gids} 0 R>>"
        )
        return self.add(
            f"<</Type/Font/Subtype/Type0/BaseFont/{font.name}/Encoding/Identity-H"
            f"/DescendantFonts[{descendant} 0 R]/ToUnicode {unicode} 0 R>>"
        )

    def finish(self, catalog: int) -> bytes:
        """The bytes of the file."""
        rows = [
            b"0000000000 65535 f \n",
            *(b"%010d 00000 n \n" % offset for offset in self._offsets),
        ]
        trailer = b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        self._parts += [
            b"xref\n0 %d\n" % len(rows),
            *rows,
            trailer % (len(rows), catalog, self._length),
        ]
        return b"".join(self._parts)
