"""Pages of a PDF as images and text, by pypdfium2. The one place that touches that untyped library.

PDFium keeps state for the whole process and may be called by one thread at a time (its own
documentation, and pypdfium2's README under "Thread incompatibility"); two previews at once ended
a web process by a segmentation fault. So a document is opened, read and closed under one lock, and
nothing of PDFium's outlives it.
"""

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

# Loaded by name: pypdfium2 ships no types, and this keeps its untyped calls in one typed wrapper.
_pdfium: Any = importlib.import_module("pypdfium2")
_ONE_THREAD = threading.Lock()


class Page:
    """One open page; use it inside `opened`."""

    def __init__(self, page: Any) -> None:
        self._page = page

    @property
    def width_points(self) -> float:
        """Width in points (1/72 inch)."""
        return float(self._page.get_width())

    def image(self, scale: float, *, grey: bool = False) -> Image.Image:
        """The page at `scale` pixels per point."""
        bitmap = self._page.render(scale=scale, grayscale=grey)
        try:
            # A copy, as Pillow may share the bitmap's memory.
            picture: Image.Image = bitmap.to_pil().copy()
        finally:
            bitmap.close()
        return picture

    def text(self) -> str:
        """The text that search and copy would find."""
        words = self._page.get_textpage()
        try:
            return str(words.get_text_bounded())
        finally:
            words.close()


class Document:
    """An open PDF; pages count from 1."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    @contextmanager
    def page(self, number: int) -> Iterator[Page]:
        """Open one page; raise IndexError when there is none of that number."""
        if not 1 <= number <= len(self):
            raise IndexError(f"page {number} of {len(self)}")
        page = self._document[number - 1]
        try:
            yield Page(page)
        finally:
            page.close()


@contextmanager
def opened(pdf: bytes) -> Iterator[Document]:
    """Open a PDF held in memory; other threads wait until it is closed."""
    with _ONE_THREAD:
        document = _pdfium.PdfDocument(pdf)
        try:
            yield Document(document)
        finally:
            document.close()
