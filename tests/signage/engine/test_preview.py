"""Previews are drawn by web threads, and PDFium allows one thread at a time."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from signage.engine import FontPaths, SheetGeometry, Sticker, StickerTexts, render_stickers
from signage.engine.raster import opened

# In a process of its own, because two threads in PDFium can end one; or draw each other's page.
MANY_AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signage.engine.preview import png_of_page
pdf, pages = Path(sys.argv[1]).read_bytes(), range(1, int(sys.argv[2]) + 1)
alone = [png_of_page(pdf, page, 500) for page in pages]
with ThreadPoolExecutor(8) as threads:
    together = list(threads.map(lambda page: png_of_page(pdf, page, 500), [*pages] * 6))
print(sum(a != b for a, b in zip(alone * 6, together)), "of", len(together), "differ")
"""


def test_eight_threads_draw_previews_at_once(
    font_paths: FontPaths, make_stickers: Callable[[int], list[Sticker]], tmp_path: Path
) -> None:
    sheets = render_stickers(make_stickers(800), SheetGeometry(), StickerTexts(), font_paths)
    pdf = tmp_path / "sheets.pdf"
    pdf.write_bytes(sheets.pdf)
    done = subprocess.run(
        [sys.executable, "-c", MANY_AT_ONCE, str(pdf), str(sheets.pages)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = f"0 of {6 * sheets.pages} differ"
    assert (done.returncode, done.stdout.strip()) == (0, said), done.stderr


def test_a_second_thread_waits_until_the_first_has_closed_its_paper(
    font_paths: FontPaths, make_stickers: Callable[[int], list[Sticker]]
) -> None:
    pdf = render_stickers(make_stickers(1), SheetGeometry(), StickerTexts(), font_paths).pdf
    pages: list[int] = []

    def count_pages() -> None:
        with opened(pdf) as paper:
            pages.append(len(paper))

    second = Thread(target=count_pages)
    with opened(pdf):
        second.start()
        second.join(0.5)
        assert pages == []
    second.join(10)
    assert pages == [1]
