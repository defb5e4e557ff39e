"""Reads a whole print run back: every code decoded from a raster of its sheet, every text found on it once."""

from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

from signage.engine.verify import read_pages, squeeze

if TYPE_CHECKING:
    from signage.models import PrintRun

WRONG = ("missing", "doubled or foreign", "texts not there once")
# What stands on one sheet, by its number in the file.
Sheets = dict[int, list["Sticker"]]


class Sticker(NamedTuple):
    """What one sticker must say."""

    url: str
    unit_code: str
    address: str


def compare(pdf: bytes, sheets: Sheets) -> Counter[str]:
    """Counts of one file; runs in processes without Django."""
    found: Counter[str] = Counter()
    for page in read_pages(pdf):
        wanted = sheets.get(page.page, [])
        codes, due = Counter(page.urls), Counter(sticker.url for sticker in wanted)
        found["codes"] += codes.total()
        found["missing"] += (due - codes).total()
        found["doubled or foreign"] += (codes - due).total()
        found["texts not there once"] += sum(
            page.text.count(sticker.unit_code) != 1 or squeeze(sticker.address) not in page.text
            for sticker in wanted
        )
        found["pages"] += 1
    return found


def read_back(run: "PrintRun") -> Counter[str]:
    """All files of a run of stickers against its rows, two processes."""
    from django.core.files.storage import default_storage

    sheets = _sheets(run)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        work = []
        for file in run.files.all():
            with default_storage.open(file.file) as stored:
                work.append(pool.submit(compare, stored.read(), sheets.pop(file.seq, {})))
        found = sum((part.result() for part in work), Counter[str]())
    found["missing"] += sum(len(stickers) for pages in sheets.values() for stickers in pages.values())
    return found


def _sheets(run: "PrintRun") -> dict[int, Sheets]:
    """File, page and text of each sign as the rows tell them."""
    from signage.models import PublicToken
    from signage.services.pieces import url_of

    assert run.job is not None
    file_of = {
        ordinal: chunk.seq
        for chunk in run.job.chunks.all()
        for ordinal in range(chunk.payload["first"], chunk.payload["last"] + 1)
    }
    tokens = dict(PublicToken.objects.values_list("unit", "token"))
    pages = dict(run.signs.values_list("serial", "page"))
    sheets: dict[int, Sheets] = defaultdict(lambda: defaultdict(list))
    items = run.items.filter(refused="").values_list(
        "ordinal", "serial", "unit", "unit__code", "unit__address"
    )
    for ordinal, serial, unit, code, address in items:
        sheets[file_of[ordinal]][pages[serial]].append(Sticker(url_of(tokens[unit], serial), code, address))
    return {seq: dict(of_file) for seq, of_file in sheets.items()}
