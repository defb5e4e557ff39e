"""A page of a finished PDF as PNG, for screens; the PDF itself is what gets printed."""

import io

from signage.engine.raster import opened


def png_of_page(pdf: bytes, page: int = 1, width: int = 1200) -> bytes:
    """PNG of one page (counted from 1), `width` pixels wide; raise IndexError when there is no such page."""
    with opened(pdf) as document, document.page(page) as sheet:
        image = sheet.image(width / sheet.width_points)
    buffer = io.BytesIO()
    # 64 colours hold flat fills and smoothed text; a sheet is a third of its full-colour size.
    image.quantize(64).save(buffer, "PNG")
    return buffer.getvalue()
