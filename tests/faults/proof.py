"""What came out of a run: every code of every file decoded and compared with the frozen items."""

import hashlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

from django.core.files.storage import default_storage

from signage.models import PrintRun, PublicToken
from signage.services.pieces import url_of
from tests.faults.decoder import decode


@dataclass(frozen=True)
class Found:
    """Counts that must be 0, and what was looked at."""

    missing: int
    doubled: int
    foreign: int
    misplaced: int
    broken_files: int
    orphans: int
    refused: int
    codes: int
    pages: int
    files: int

    @property
    def is_clean(self) -> bool:
        wrong = (self.missing, self.doubled, self.foreign, self.misplaced, self.broken_files, self.orphans)
        return not any(wrong)


class Look:
    """Reads all that is known of a run at once; its codes are decoded beside, `found` waits for them."""

    def __init__(self, run: PrintRun, pool: ProcessPoolExecutor, *, storage: str) -> None:
        files = list(run.files.all())
        tokens = dict(PublicToken.objects.values_list("unit", "token"))
        items = run.items.filter(refused="")
        self.wanted = Counter(url_of(tokens[u], serial) for u, serial in items.values_list("unit", "serial"))
        self.recorded = _recorded(run, tokens)
        self.orphans = len(orphans(storage))
        self.refused = run.items.exclude(refused="").count()
        self.broken, self.pages = 0, {}
        for file in files:
            with default_storage.open(file.file) as stored:
                pdf = stored.read()
            self.broken += hashlib.sha256(pdf).hexdigest() != file.sha256
            self.pages[file.seq] = pool.submit(decode, pdf)

    def found(self) -> Found:
        read = {seq: pages.result() for seq, pages in self.pages.items()}
        codes = Counter(url for pages in read.values() for urls in pages for url in urls)
        printed = Counter(
            (seq, number, url)
            for seq, pages in read.items()
            for number, urls in enumerate(pages, 1)
            for url in urls
        )
        return Found(
            missing=len(self.wanted.keys() - codes.keys()),
            doubled=sum(n - 1 for n in codes.values()),
            foreign=len(codes.keys() - self.wanted.keys()),
            misplaced=sum((self.recorded - printed).values()),
            broken_files=self.broken,
            orphans=self.orphans,
            refused=self.refused,
            codes=codes.total(),
            pages=sum(map(len, read.values())),
            files=len(read),
        )


def decoders() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


def look_at(run: PrintRun, *, storage: str) -> Found:
    """Decodes the whole run; `storage` is asked for files that no row knows, where it is a folder."""
    with decoders() as pool:
        return Look(run, pool, storage=storage).found()


def _recorded(run: PrintRun, tokens: dict[int, str]) -> Counter[tuple[int, int, str]]:
    """File, page and code of each sign as the rows tell them."""
    assert run.job is not None
    part_of = {
        ordinal: chunk.seq
        for chunk in run.job.chunks.all()
        for ordinal in range(chunk.payload["first"], chunk.payload["last"] + 1)
    }
    ordinals = dict(run.items.values_list("serial", "ordinal"))
    signs = run.signs.values_list("serial", "unit", "page")
    return Counter(
        (part_of[ordinals[serial]], page, url_of(tokens[unit], serial)) for serial, unit, page in signs
    )


def orphans(storage: str) -> list[Path]:
    """Files of print runs that no row knows."""
    if urlsplit(storage).scheme != "file":
        return []
    folder = Path(urlsplit(storage).path)
    known = set(PrintRun.objects.filter(files__isnull=False).values_list("files__file", flat=True))
    kept = (p for p in (folder / "prints").rglob("*") if p.is_file())
    return [p for p in kept if str(p.relative_to(folder)) not in known]
