"""Uploads of the register as people make them: twice, too large, broken, only to see what would happen."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from python_calamine import CalamineWorkbook

from communities.models import Community
from core.errors import Conflict, Invalid, NotAllowed
from fucheng.flows import registry_import
from grading.models import Standing
from jobs import running
from jobs.models import Job
from rentals.models import ImportRun, Unit
from rentals.services import registry_import as service
from signage.models import PublicToken
from tests import factories
from tests.conftest import Cast
from tests.rentals.registry import files

NOON = factories.NOON


@pytest.fixture
def book(tmp_path: Path) -> bytes:
    """Two homes of 福民."""
    return files.workbook(tmp_path / "a.xlsx", [files.home(1), files.home(2)]).read_bytes()


def upload(cast: Cast, content: bytes, by: Any = None, at: datetime = NOON, **more: Any) -> ImportRun:
    file = SimpleUploadedFile("登记表.xlsx", content)
    given = {"dry_run": False, "on_error": "skip"} | more
    return registry_import.upload(file=file, by=by or cast.office, at=at, **given)


def kept() -> set[str]:
    return set(default_storage.listdir("imports")[1]) if default_storage.exists("imports") else set()


def drained(run: ImportRun) -> ImportRun:
    assert running.drain(run.job_id).state == "done"
    return ImportRun.objects.get(pk=run.pk)


def test_homes_come_in_with_standing_and_token(cast: Cast, book: bytes) -> None:
    run = drained(upload(cast, book))
    assert (run.state, run.added, run.file_name) == ("done", 2, "登记表.xlsx")
    assert Job.objects.get(pk=run.job_id).result == {"state": "done", "added": 2, "changed": 0, "bad": 0}
    assert Unit.objects.count() == Standing.objects.count() == PublicToken.objects.count() == 2


def test_a_double_click_is_one_import_and_one_kept_file(cast: Cast, book: bytes) -> None:
    before = kept()
    assert upload(cast, book) == upload(cast, book)
    assert ImportRun.objects.count() == Job.objects.count() == 1
    assert len(kept() - before) == 1


def test_the_same_file_as_dry_run_is_another_job(cast: Cast, book: bytes) -> None:
    assert upload(cast, book) != upload(cast, book, dry_run=True)


def test_a_dry_run_changes_nothing(cast: Cast, book: bytes) -> None:
    run = drained(upload(cast, book, dry_run=True))
    assert (run.state, run.added) == ("checked", 2)
    assert not Unit.objects.exists()
    assert not Standing.objects.exists()
    with pytest.raises(Conflict):
        registry_import.undo(run_id=run.pk, by=cast.office, at=NOON)


@pytest.mark.parametrize("size", [0, registry_import.LARGEST_FILE + 1])
def test_an_empty_or_too_large_file_is_refused_unread(cast: Cast, size: int) -> None:
    file = SimpleUploadedFile("a.xlsx", b"")
    file.size = size
    with pytest.raises(Invalid):
        registry_import.upload(file=file, dry_run=False, on_error="skip", by=cast.office, at=NOON)


@pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "leader", "auditor", "landlord"])
def test_who_may_not_import_leaves_no_file_behind(cast: Cast, book: bytes, who: str) -> None:
    before = kept()
    with pytest.raises(NotAllowed):
        upload(cast, book, getattr(cast, who))
    assert (kept(), ImportRun.objects.count()) == (before, 0)


def test_bad_rows_come_back_in_a_workbook(cast: Cast, tmp_path: Path) -> None:
    rows = [files.home(1), files.home(2, 房屋编码="4403")]
    path = files.workbook(tmp_path / "bad.xlsx", rows)
    run = drained(upload(cast, path.read_bytes()))
    assert (run.added, run.bad) == (1, 1)
    with default_storage.open(run.error_file) as made:
        book = CalamineWorkbook.from_filelike(BytesIO(made.read()))
    cells = {
        str(cell)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
    }
    assert "4403" in cells


def test_what_is_no_workbook_is_refused_and_brings_nothing(cast: Cast) -> None:
    run = drained(upload(cast, b"not a workbook at all"))
    assert (run.state, len(run.problems)) == ("refused", 1)
    assert not Standing.objects.exists()


def test_a_step_done_again_after_a_crash_changes_nothing(cast: Cast, book: bytes) -> None:
    run = drained(upload(cast, book))
    again = registry_import.RegistryImport()
    merge, opened = run.job.chunks.all()
    assert again.work(run.job, merge) == {}
    assert again.work(run.job, opened) == {"standings": 0, "tokens": 0}
    assert (Unit.objects.count(), ImportRun.objects.count()) == (2, 1)


def test_an_import_that_did_not_run_does_not_end_well(cast: Cast, book: bytes) -> None:
    run = upload(cast, book)
    with pytest.raises(Conflict):
        registry_import.RegistryImport().finish(run.job)


def test_undo_takes_everything_back_once(cast: Cast, book: bytes) -> None:
    run = drained(upload(cast, book))
    assert registry_import.undo(run_id=run.pk, by=cast.office, at=NOON).state == "undone"
    assert not Unit.objects.exists()
    assert not PublicToken.objects.exists()
    with pytest.raises(Conflict):
        registry_import.undo(run_id=run.pk, by=cast.office, at=NOON)


def test_communities_count_by_the_day_in_shenzhen(cast: Cast, book: bytes) -> None:
    Community.objects.filter(pk=cast.fumin.pk).update(starts_on=date(2026, 5, 12))
    just_after_midnight = datetime(2026, 5, 11, 16, 30, tzinfo=UTC)
    run = upload(cast, book, at=just_after_midnight)
    with registry_import.local_copy(run.file) as path:
        done = service.run_import(run_id=run.pk, path=path, by=cast.office, at=just_after_midnight)
    assert (done.added, done.bad) == (2, 0)


@pytest.mark.django_db(transaction=True)
def test_progress_is_told_while_it_reads(cast: Cast, book: bytes, monkeypatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(registry_import.jobs, "say", lambda job_id, step: said.append(step))
    drained(upload(cast, book))
    connection.close()
    assert said
