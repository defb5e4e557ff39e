"""A logo as it stands in a PDF: small, and flat on white."""

import io

from PIL import Image

from signage.engine.pdffile import Picture, fastest_deflate

# 600 dots per inch where it is largest, on a sticker of A6.
_LONG_SIDE = 280


def on_white(content: bytes) -> Picture:
    """A PNG, JPEG or WebP; what is transparent becomes white, as the tile below it."""
    drawn = Image.open(io.BytesIO(content)).convert("RGBA")
    drawn.thumbnail((_LONG_SIDE, _LONG_SIDE))
    flat = Image.new("RGB", drawn.size, "white")
    flat.paste(drawn, mask=drawn)
    return Picture(flat.width, flat.height, fastest_deflate()(flat.tobytes()))
