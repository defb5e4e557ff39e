"""Reads finished sheets back the way a phone and a search would: every QR decoded, every text extracted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import zxingcpp

from signage.engine.raster import Document, opened

_DPI = 200
_WIDEST = 5000  # pixels: the codes of an A0 board are large, its raster need not be


@dataclass(frozen=True, slots=True)
class PageReading:
    """What one page says; `page` counts from 1. `text` has no white space."""

    page: int
    urls: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of comparing a PDF with what it should hold; `ok` when nothing is missing or extra."""

    pages: tuple[PageReading, ...]
    missing_urls: frozenset[str] = field(default_factory=frozenset)
    unexpected_urls: frozenset[str] = field(default_factory=frozenset)
    missing_texts: frozenset[str] = field(default_factory=frozenset)

    @property
    def ok(self) -> bool:
        """True when every URL and text was found and no other URL."""
        return not (self.missing_urls or self.unexpected_urls or self.missing_texts)


def read_pages(pdf: bytes, pages: Iterable[int] | None = None, dpi: int = _DPI) -> list[PageReading]:
    """Rasterise pages (all, or those numbered) at `dpi`, decode every QR code, extract the text."""
    with opened(pdf) as document:
        numbers = range(1, len(document) + 1) if pages is None else pages
        return [_read(document, number, dpi) for number in numbers]


def verify(
    pdf: bytes,
    urls: Iterable[str],
    texts: Iterable[str] = (),
    pages: Sequence[int] | None = None,
) -> Verification:
    """Compare `pages` of a PDF with the URLs and texts they should hold; white space does not count."""
    readings = read_pages(pdf, pages)
    wanted, found = set(urls), {url for reading in readings for url in reading.urls}
    everything = "\n".join(reading.text for reading in readings)
    return Verification(
        pages=tuple(readings),
        missing_urls=frozenset(wanted - found),
        unexpected_urls=frozenset(found - wanted),
        missing_texts=frozenset(t for t in texts if squeeze(t) not in everything),
    )


def squeeze(text: str) -> str:
    """Text without white space: line breaks and gaps between groups are layout, not content."""
    return "".join(text.split())


def _read(document: Document, number: int, dpi: int) -> PageReading:
    with document.page(number) as page:
        codes = zxingcpp.read_barcodes(
            page.image(min(dpi / 72, _WIDEST / page.width_points), grey=True),
            formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
            try_rotate=False,
            try_downscale=False,
            try_invert=False,
        )
        text = squeeze(page.text())
    return PageReading(page=number, urls=tuple(code.text for code in codes), text=text)
