"""Previews are drawn by web threads, and PDFium allows one thread at a time."""

import subprocess
import sys
from pathlib import Path

from letters.engine.official import OfficialDocument, Paragraph, render_official
from letters.services.rendering import fonts

# In a process of its own: what this guards against is a segmentation fault.
MANY_AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signage.engine.preview import png_of_page
pdf = Path(sys.argv[1]).read_bytes()
with ThreadPoolExecutor(8) as threads:
    pictures = set(threads.map(lambda _: png_of_page(pdf, 1, 500), range(64)))
print(len(pictures))
"""


def test_eight_threads_draw_the_same_preview_at_once(tmp_path: Path) -> None:
    letter = OfficialDocument(
        office="深圳市龙华区福城街道办事处",
        title="出租屋限期整改通知书",
        addressee="王小明",
        paragraphs=(Paragraph("text", "疏散通道被堵塞。" * 80),),
        dated="2019-08-02",
        note="",
        copies="",
    )
    pdf = tmp_path / "letter.pdf"
    pdf.write_bytes(render_official(letter, "福城租整〔2019〕12号", fonts()))
    done = subprocess.run(
        [sys.executable, "-c", MANY_AT_ONCE, str(pdf)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr
