"""The constant drawing of a sticker sheet: one form per grade, one for the cut marks. Content in mm."""

from typing import Final

from signage.engine.fonts import FontSubset, StickerFonts
from signage.engine.grades import LOOKS, polygon, rgb, rounded, symbol
from signage.engine.layout import Square, StickerLayout, TooLong
from signage.engine.model import Grade, SheetGeometry, StickerTexts
from signage.engine.pdffile import Picture

# Half of the height of a Chinese character above its baseline, in em: text is centred with it.
MIDDLE = 0.38
FORM_NAMES: Final[dict[Grade, bytes]] = {"green": b"/G", "yellow": b"/Y", "red": b"/D"}
_CORNER = 0.9


def text(font: FontSubset, name: str, words: str, x: float, y: float, size: float) -> bytes:
    """One line of text; (x, y) is the left end of its vertical middle."""
    place = f"BT /{name} {size:.3f} Tf {x:.3f} {y - MIDDLE * size:.3f} Td ".encode("ascii")
    return place + font.encode(words) + b"Tj ET\n"


def centred(font: FontSubset, name: str, words: str, x: float, y: float, size: float) -> bytes:
    """One line of text with its middle at (x, y)."""
    return text(font, name, words, x - font.width(words) * size / 2000, y, size)


def shrunk(font: FontSubset, words: str, size: float, room: float) -> float:
    """`size`, or less where the words would be wider than `room`; raise TooLong below half of it."""
    width = font.width(words) / 1000
    if width * size > 2 * room:
        raise TooLong(f"does-not-fit: {words}")
    return min(size, room / width) if width else size


def grade_form(
    grade: Grade, layout: StickerLayout, texts: StickerTexts, fonts: StickerFonts, logo: Picture | None = None
) -> bytes:
    """Frame, white tiles, symbol, grade word, what the grade asks, foot strip; the logo where it has room."""
    look, s = LOOKS[grade], layout.scale
    radius = 1.1 * s
    parts = [
        f"{rgb(look.colour)} rg 0 0 {layout.width:.3f} {layout.height:.3f} re f 1 g ",
        rounded(layout.frame, layout.foot, layout.qr, layout.qr, radius),
        rounded(
            layout.text_left,
            layout.foot,
            layout.text_width,
            layout.head - layout.foot,
            radius,
        ),
        "f ",
    ]
    parts.append(symbol(grade, *layout.symbol))
    parts.append(f"{rgb(look.ink)} rg ")
    drawing = "".join(parts).encode("ascii")
    for words, line in ((texts.words[grade], layout.word), (texts.asks[grade], layout.ask)):
        size = shrunk(fonts.bold, words, line.size, line.room)
        drawing += text(fonts.bold, "B", words, line.x, line.y, size)
    if logo is not None and layout.logo is not None:
        drawing += _logo(layout.logo, logo, radius)
    return drawing + _foot(layout, texts, fonts) + _rules(grade, layout)


def _logo(place: Square, logo: Picture, radius: float) -> bytes:
    """On a white tile, which every logo bears; `/L` is the picture."""
    tile = f"q 1 g {rounded(place.x, place.y, place.side, place.side, radius)}f "
    dot = (place.side - 0.9 * radius) / max(logo.width, logo.height)
    width, height = logo.width * dot, logo.height * dot
    x, y = place.x + (place.side - width) / 2, place.y + (place.side - height) / 2
    return f"{tile}{width:.3f} 0 0 {height:.3f} {x:.3f} {y:.3f} cm /L Do Q\n".encode("ascii")


def _foot(layout: StickerLayout, texts: StickerTexts, fonts: StickerFonts) -> bytes:
    s, bold, regular = layout.scale, fonts.bold, fonts.regular
    size = shrunk(bold, texts.scan, 3.1 * s, layout.qr - s)
    line = centred(bold, "B", texts.scan, layout.frame + layout.qr / 2, layout.foot / 2, size)
    left = layout.text_left + layout.pad
    room = layout.text_width - 2 * layout.pad - 9 * s  # the bars of red stand at the right
    for words, y, wish in ((texts.programme, 0.71, 2.0), (texts.hotline, 0.28, 2.0)):
        fitted = shrunk(regular, words, wish * s, room)
        line += text(regular, "R", words, left, layout.foot * y, fitted)
    return line


def _rules(grade: Grade, layout: StickerLayout) -> bytes:
    """The thin line under the community; on red the slanted bars that a grey print keeps."""
    left, right = (
        layout.text_left + layout.pad,
        layout.text_left + layout.text_width - layout.pad,
    )
    y = layout.head - 3.95 * layout.scale
    rule = f"0.75 G {0.12 * layout.scale:.3f} w {left:.3f} {y:.3f} m {right:.3f} {y:.3f} l S\n"
    return (rule + (_bars(layout) if grade == "red" else "")).encode("ascii")


def _bars(layout: StickerLayout) -> str:
    """White slanted bars at the right end of the foot strip: red and green are alike in grey."""
    s, right = layout.scale, layout.text_left + layout.text_width
    low, high = 1.2 * s, layout.foot - 1.2 * s
    lean = high - low
    bars = (right - lean - 0.8 * s - i * 1.7 * s for i in range(4))
    return (
        "1 g "
        + "".join(
            polygon(
                [
                    (x, low),
                    (x + 0.8 * s, low),
                    (x + 0.8 * s + lean, high),
                    (x + lean, high),
                ]
            )
            for x in bars
        )
        + "f\n"
    )


def cut_marks(geometry: SheetGeometry) -> bytes:
    """Short hair lines at the corners of every sticker, outside its frame. Content in mm."""
    reach, clear = _CORNER, 0.15
    lines = ["0.4 G 0.1 w "]
    for x, y in geometry.origins():
        right, top = x + geometry.sticker_width, y + geometry.sticker_height
        for edge_x, out_x in ((x, -1), (right, 1)):
            for edge_y, out_y in ((y, -1), (top, 1)):
                a, b = out_x * clear, out_x * (clear + reach)
                c, d = out_y * clear, out_y * (clear + reach)
                lines.append(f"{edge_x + a:.2f} {edge_y:.2f} m {edge_x + b:.2f} {edge_y:.2f} l ")
                lines.append(f"{edge_x:.2f} {edge_y + c:.2f} m {edge_x:.2f} {edge_y + d:.2f} l ")
    return "".join((*lines, "S\n")).encode("ascii")
