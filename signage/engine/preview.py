"""A page of a finished PDF as PNG, for screens; the PDF itself is what gets printed."""

import io

import pypdfium2 as pdfium


def png_of_page(pdf: bytes, page: int = 1, width: int = 1200) -> bytes:
    """PNG of one page (counted from 1), `width` pixels wide; raise IndexError when there is no such page."""
    document = pdfium.PdfDocument(pdf)
    try:
        if not 1 <= page <= len(document):
            raise IndexError(f"page {page} of {len(document)}")
        sheet = document[page - 1]
        try:
            image = sheet.render(scale=width / sheet.get_width()).to_pil()
        finally:
            sheet.close()
    finally:
        document.close()
    buffer = io.BytesIO()
    image.quantize(64).save(buffer, "PNG", optimize=False)
    return buffer.getvalue()
