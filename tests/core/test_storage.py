"""A stored file is whole or not there, whatever happens while it is written."""

import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from core.storage import FORGOTTEN_AFTER, UNFINISHED, WholeFileStorage


@pytest.fixture
def storage(tmp_path: Path) -> WholeFileStorage:
    return WholeFileStorage(location=str(tmp_path))


def test_a_file_is_kept_and_nothing_else(storage: WholeFileStorage, tmp_path: Path) -> None:
    name = storage.save("prints/ab/abc.pdf", ContentFile(b"whole"))
    with storage.open(name) as kept:
        assert kept.read() == b"whole"
    assert not list((tmp_path / UNFINISHED).iterdir())
    assert storage.path(name) == str(tmp_path / "prints/ab/abc.pdf")


def test_a_disk_that_fills_up_leaves_no_half_file(
    storage: WholeFileStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        storage.save("prints/ab/abc.pdf", Full(b"half and more"))
    assert not storage.exists("prints/ab/abc.pdf")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_two_who_keep_the_same_at_once_keep_one(storage: WholeFileStorage, monkeypatch) -> None:
    """The second passes the look for a free name before the first has its file."""
    monkeypatch.setattr(storage, "get_available_name", lambda name, max_length=None: name)
    assert (
        storage.save("a.pdf", ContentFile(b"same")) == storage.save("a.pdf", ContentFile(b"same")) == "a.pdf"
    )


def test_another_file_of_the_same_name_gets_another_name(storage: WholeFileStorage) -> None:
    first, second = storage.save("a.pdf", ContentFile(b"one")), storage._save("a.pdf", ContentFile("two"))
    assert first != second
    for name, content in ((first, b"one"), (second, b"two")):
        with storage.open(name) as kept:
            assert kept.read() == content


def test_what_a_killed_writer_left_is_swept_after_an_hour(storage: WholeFileStorage, tmp_path: Path) -> None:
    (tmp_path / UNFINISHED).mkdir()
    old, young = tmp_path / UNFINISHED / "old", tmp_path / UNFINISHED / "young"
    old.touch()
    young.touch()
    past = young.stat().st_mtime - FORGOTTEN_AFTER - 1
    os.utime(old, (past, past))
    storage.save("a.pdf", ContentFile(b"x"))
    assert [p.name for p in (tmp_path / UNFINISHED).iterdir()] == ["young"]
