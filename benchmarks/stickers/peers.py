"""The usual ways to make the same sheet, written as their own manuals show them. Each returns PDF bytes."""

import base64
import html
import io
from collections.abc import Iterator
from pathlib import Path

import qrcode
from qrcode.constants import ERROR_CORRECT_Q

from signage.engine.grades import LOOKS
from signage.engine.layout import grouped
from signage.engine.model import SheetGeometry, Sticker, StickerTexts

_TEXTS, _A4 = StickerTexts(), SheetGeometry()


def _sheets(stickers: list[Sticker]) -> Iterator[list[Sticker]]:
    for start in range(0, len(stickers), _A4.per_page):
        yield stickers[start : start + _A4.per_page]


def naive(stickers: list[Sticker], regular: Path) -> bytes:
    """qrcode -> PNG by Pillow -> ReportLab drawImage: the tutorial way."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("Noto", str(regular)))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(_A4.page_width * mm, _A4.page_height * mm))
    for sheet in _sheets(stickers):
        for sticker, (x, y) in zip(sheet, _A4.origins(), strict=False):
            look = LOOKS[sticker.grade]
            code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=4)
            code.add_data(sticker.url)
            png = io.BytesIO()
            code.make_image().save(png)
            png.seek(0)
            canvas.setFillColor(HexColor(look.colour))
            canvas.rect(x * mm, y * mm, 64 * mm, 34 * mm, stroke=0, fill=1)
            canvas.setFillColor(HexColor("#ffffff"))
            canvas.rect((x + 29) * mm, (y + 5.4) * mm, 34 * mm, 18.7 * mm, stroke=0, fill=1)
            canvas.drawImage(ImageReader(png), (x + 1.2) * mm, (y + 5.4) * mm, 27.4 * mm, 27.4 * mm)
            canvas.setFillColor(HexColor(look.ink))
            for words, dx, dy, size in (
                (_TEXTS.words[sticker.grade], 39, 27, 16),
                (_TEXTS.asks[sticker.grade], 39, 24.6, 6),
                (_TEXTS.scan, 4, 2, 8),
                (_TEXTS.programme, 30, 3, 5.5),
                (_TEXTS.hotline, 30, 0.8, 5.5),
            ):
                canvas.setFont("Noto", size)
                canvas.drawString((x + dx) * mm, (y + dy) * mm, words)
            canvas.setFillColor(HexColor("#000000"))
            lines = [sticker.address[i : i + 14] for i in range(0, len(sticker.address), 14)]
            texts = [
                (sticker.community, 21, 8),
                (sticker.serial, 21, 6),
                (grouped(sticker.unit_code), 9, 5.5),
            ]
            texts += [(line, 18 - 3 * n, 6.5) for n, line in enumerate(lines)]
            texts.append((f"{sticker.graded_on} {sticker.printed_on}", 6.4, 5))
            for words, dy, size in texts:
                canvas.setFont("Noto", size)
                canvas.drawString((x + (47 if words == sticker.serial else 30)) * mm, (y + dy) * mm, words)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


_STYLE = """
@page { size: A4; margin: 5mm 7mm } body { margin: 0; font-family: Noto }
@font-face { font-family: Noto; src: url('%s') }
.s { float: left; width: 64mm; height: 34mm; margin: 0 1mm 1.5mm 0; position: relative; color: #000 }
.s > * { position: absolute; margin: 0 }
.q { left: 1.2mm; top: 1.2mm; width: 27.4mm; height: 27.4mm; background: #fff }
.t { left: 29mm; top: 9.9mm; width: 31.4mm; height: 18.7mm; background: #fff;
  font-size: 2.4mm; padding: 0 1.3mm }
.w { left: 39mm; top: 1mm; font-size: 5.7mm } .f { left: 4mm; bottom: 1mm; font-size: 3mm }
.p { left: 30mm; bottom: .5mm; font-size: 2mm } .sheet { break-after: page; height: 286mm }
"""


def _label(sticker: Sticker, code: str) -> str:
    look, e = LOOKS[sticker.grade], html.escape
    return (
        f'<div class="s" style="background:{look.colour}">{code}<p class="w" style="color:{look.ink}">'
        f'{_TEXTS.words[sticker.grade]}</p><div class="t">'
        f"<b>{e(sticker.community)}</b> {sticker.serial}<br>"
        f"{e(sticker.address)}<br>{grouped(sticker.unit_code)}<br>"
        f"{sticker.graded_on} {sticker.printed_on}</div>"
        f'<p class="f" style="color:{look.ink}">{_TEXTS.scan}</p>'
        f'<p class="p" style="color:{look.ink}">{_TEXTS.programme}<br>{_TEXTS.hotline}</p></div>'
    )


def _weasyprint(stickers: list[Sticker], regular: Path, codes: list[str]) -> bytes:
    from weasyprint import HTML

    drawn = iter(codes)
    body = "".join(
        f'<div class="sheet">{"".join(_label(sticker, next(drawn)) for sticker in sheet)}</div>'
        for sheet in _sheets(stickers)
    )
    style = _STYLE % regular.resolve().as_uri()
    pdf = HTML(string=f"<html><style>{style}</style><body>{body}</body></html>").write_pdf()
    assert isinstance(pdf, bytes)
    return pdf


def weasyprint_svg(stickers: list[Sticker], regular: Path) -> bytes:
    """WeasyPrint, each QR an inline SVG with one path."""
    codes = []
    for sticker in stickers:
        code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=4)
        code.add_data(sticker.url)
        rows = code.get_matrix()
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        codes.append(f'<svg class="q" viewBox="0 0 {len(rows)} {len(rows)}"><path d="{path}"/></svg>')
    return _weasyprint(stickers, regular, codes)


def inventree_sheet(stickers: list[Sticker], regular: Path) -> bytes:
    """InvenTree's label sheet: PNG by qrcode (box 20, border 1), base64 in one HTML page, WeasyPrint.

    Its Django template per label is left out, so this is a lower bound of its cost.
    """
    codes = []
    for sticker in stickers:
        code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, box_size=20, border=1)
        code.add_data(sticker.url)
        png = io.BytesIO()
        code.make_image().save(png)
        codes.append(
            f'<img class="q" src="data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}">'
        )
    return _weasyprint(stickers, regular, codes)
