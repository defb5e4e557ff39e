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


def look_at(run: PrintRun, *, storage: str) -> Found:
    """Decodes the whole run; `storage` is asked for files that no row knows, where it is a folder."""
    files = list(run.files.all())
    with default_storage.open(files[0].file) as first:
        first.read(1)
    bytes_of = {file.seq: default_storage.open(file.file).read() for file in files}
    broken = sum(hashlib.sha256(bytes_of[file.seq]).hexdigest() != file.sha256 for file in files)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        read = dict(zip(bytes_of, pool.map(decode, bytes_of.values()), strict=True))
    codes = Counter(url for pages in read.values() for urls in pages for url in urls)
    tokens = dict(PublicToken.objects.values_list("unit", "token"))
    wanted = Counter(
        url_of(tokens[unit]) for unit in run.items.filter(refused="").values_list("unit", flat=True)
    )
    return Found(
        missing=len(wanted.keys() - codes.keys()),
        doubled=sum(n - 1 for url, n in codes.items() if n > 1),
        foreign=len(codes.keys() - wanted.keys()),
        misplaced=_misplaced(run, read, tokens),
        broken_files=broken,
        orphans=len(_orphans(storage)),
        refused=run.items.exclude(refused="").count(),
        codes=codes.total(),
        pages=sum(len(pages) for pages in read.values()),
        files=len(files),
    )


def _misplaced(run: PrintRun, read: dict[int, list[list[str]]], tokens: dict[int, str]) -> int:
    """Signs that are recorded on another page than the one their code was read on."""
    assert run.job is not None
    recorded = Counter()
    part_of = {
        ordinal: chunk.seq
        for chunk in run.job.chunks.all()
        for ordinal in range(chunk.payload["first"], chunk.payload["last"] + 1)
    }
    ordinals = dict(run.items.values_list("serial", "ordinal"))
    for serial, unit, page in run.signs.values_list("serial", "unit", "page"):
        recorded[part_of[ordinals[serial]], page, url_of(tokens[unit])] += 1
    printed = Counter(
        (seq, number, url)
        for seq, pages in read.items()
        for number, urls in enumerate(pages, 1)
        for url in urls
    )
    return sum((recorded - printed).values()) + sum((printed - recorded).values())


def _orphans(storage: str) -> list[Path]:
    if urlsplit(storage).scheme != "file":
        return []
    folder = Path(urlsplit(storage).path)
    known = set(PrintRun.objects.filter(files__isnull=False).values_list("files__file", flat=True))
    return [
        p for p in (folder / "prints").rglob("*") if p.is_file() and str(p.relative_to(folder)) not in known
    ]
