"""Damaged and hostile files as they come over the wire: each is taken or refused with words, nobody dies (F1).

One child takes them one after the other under a limit of memory, as a web process would; what it says at the
end is how many it took, how many it refused, its slowest file and its peak.
"""

import io
import multiprocessing
import os
import random
import resource
import time
import zipfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from tests.rentals.registry import files

PHOTOS = ("JPEG", "PNG", "WEBP")
BOOKS = ("xlsx", "zip")
LIMIT = 2 << 30  # bytes of address space; a bomb that got through would end the child
SLOWEST = 5.0
PEAK_MB = 400


class Outcome(NamedTuple):
    taken: int
    refused: int
    slowest: float
    peak_mb: float


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Bytes turned, runs doubled, cut out or filled, numbers made huge, the end cut off."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at, length = chance.randrange(len(data)), chance.randint(1, 64)
        match chance.randrange(6):
            case 0 | 1:
                data[at] = chance.randrange(256)
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                del data[at : at + length]
            case 4:
                data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0"))
            case _:
                data[at : at + length] = chance.randbytes(length)
        if not data:
            return b"\0"
    return bytes(data[: chance.randrange(1, len(data) + 1)] if chance.random() < 0.2 else data)


def whole(kind: str, folder: Path) -> bytes:
    """A good file of this kind to begin from."""
    if kind in PHOTOS:
        out = io.BytesIO()
        Image.effect_noise((320, 240), 60).convert("RGB").save(out, kind)
        return out.getvalue()
    book = files.workbook(folder / "good.xlsx", [files.home(n) for n in range(5)]).read_bytes()
    if kind == "xlsx":
        return book
    out = (
        io.BytesIO()
    )  # the same parts, stored: what is turned is inside a sheet, not inside a deflated stream
    with zipfile.ZipFile(io.BytesIO(book)) as parts, zipfile.ZipFile(out, "w") as stored:
        for name in parts.namelist():
            stored.writestr(name, parts.read(name))
    return out.getvalue()


def take(kind: str, raw: bytes, folder: Path) -> bool:
    """True when it was taken, False when it was refused with words; anything else is an error of ours."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from grading.services import photos
    from rentals.registry.problems import PROBLEMS, BrokenWorkbook

    if kind in PHOTOS:
        try:
            photos.store(SimpleUploadedFile("photo.jpg", raw, "image/jpeg"))
        except photos.UnusablePhoto:
            return False
        return True
    path = folder / "bad.xlsx"
    path.write_bytes(raw)
    try:
        said = {problem.code for problem in files.read(path)[1]}
        is_taken = True
    except BrokenWorkbook as broken:
        said, is_taken = {broken.code}, False
    assert said <= set(PROBLEMS)
    return is_taken


def child(kind: str, count: int, seed: int, folder: Path, answer: Connection) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "fucheng.settings.test"
    import django

    django.setup()
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    chance, raw = random.Random(seed), whole(kind, folder)
    taken, slowest = 0, 0.0
    for _ in range(count):
        began = time.perf_counter()
        taken += take(kind, mutated(raw, chance), folder)
        slowest = max(slowest, time.perf_counter() - began)
    peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    answer.send(Outcome(taken, count - taken, slowest, peak))


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        *((kind, 100) for kind in PHOTOS),
        *((kind, 20) for kind in BOOKS),
        *(pytest.param(kind, 2_600, marks=pytest.mark.deep) for kind in PHOTOS),
        *(pytest.param(kind, 1_100, marks=pytest.mark.deep) for kind in BOOKS),
    ],
)
def test_damaged_files_are_taken_or_refused_with_words(tmp_path: Path, kind: str, count: int) -> None:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=child, args=(kind, count, 2019, tmp_path, there))
    worker.start()
    there.close()
    outcome = here.recv()  # EOFError: the child died of a file
    worker.join()
    worker.close()
    here.close()
    assert outcome.taken + outcome.refused == count
    assert outcome.refused > count // 10
    assert outcome.slowest <= SLOWEST
    assert outcome.peak_mb <= PEAK_MB
