"""Lists as files: rights, scope, the audit row, long ones as a job for the person who asked."""

import contextlib
import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import RequestFactory
from django.utils import timezone
from python_calamine import CalamineWorkbook

from accounts.models import AuditEvent
from accounts.roles import Role
from communities.models import Post
from core.errors import NotAllowed
from fucheng.flows import list_export
from fucheng.web import exporting
from fucheng.web.exporting import Column, List
from jobs import running
from jobs.models import Job
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast

FORMULA = '=HYPERLINK("http://evil")'
HOMES = List(
    name="test-homes",
    title="房屋",
    columns=(
        Column("编码", "code"),
        Column("地址", "address"),
        Column("业主", lambda home: home.landlord.masked_name if home.landlord else ""),
        Column("网格", "building.grid.name"),
    ),
    rows=lambda user, wanted: (
        Unit.objects.visible_to(user)
        .filter(floor=wanted.get("floor", "1"))
        .select_related("building__grid", "landlord")
        .order_by("pk")
    ),
    words=lambda user, wanted: [("楼层", wanted.get("floor", "1"))],
)


@pytest.fixture
def homes(cast: Cast) -> list[Unit]:
    owner = factories.landlord()
    here = factories.units(
        factories.building(cast.fumin, grid=None), 2, owner=owner, floor="1", address=FORMULA
    )
    return here + factories.units(factories.building(cast.qiankeng), 1, owner=owner, floor="1")


def asked(user, file_format: str, wanted=None):
    request = RequestFactory().post("/", {"format": file_format})
    request.user = user
    return exporting.export(request, HOMES, wanted or {})


def body(response) -> bytes:
    with contextlib.closing(response):
        return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.django_db(transaction=True)
def test_csv_holds_the_rows_of_the_own_scope_masked_and_harmless(cast: Cast, homes) -> None:
    rows = list(csv.reader(io.StringIO(body(asked(cast.reviewer, "csv")).decode("utf-8-sig"))))
    assert rows[0] == ["编码", "地址", "业主", "网格"]
    assert [row[1] for row in rows[1:]] == [f"'{FORMULA}"] * 2
    assert {row[2] for row in rows[1:]} == {"王**"}
    assert {row[3] for row in rows[1:]} == {""}


@pytest.mark.django_db(transaction=True)
def test_xlsx_tells_the_filter_and_keeps_texts(cast: Cast, homes) -> None:
    response = asked(cast.leader, "xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(body(response)))
    about = dict(book.get_sheet_by_index(0).to_python())
    assert about["楼层"] == "1"
    assert "leader" in about.values()
    rows = book.get_sheet_by_index(1).to_python()
    assert len(rows) == 4
    assert rows[1][1] == FORMULA
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_each_export_writes_one_audit_row(cast: Cast, homes, file_format: str) -> None:
    body(asked(cast.leader, file_format, {"floor": "1"}))
    event = AuditEvent.objects.get(verb="export")
    assert (event.actor, event.subject, event.subject_id) == (cast.leader, "list", "test-homes")
    assert event.data == {"filter": {"floor": "1"}, "rows": 3, "format": file_format}


@pytest.mark.django_db(transaction=True)
def test_nobody_exports_without_the_right(cast: Cast, homes) -> None:
    for person in (cast.grid, cast.auditor, cast.landlord):
        with pytest.raises(NotAllowed):
            asked(person, "csv")
    assert not AuditEvent.objects.filter(verb="export").exists()


@pytest.fixture
def long_export(cast: Cast, homes, monkeypatch) -> Job:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    response = asked(cast.leader, "xlsx")
    job = Job.objects.get(kind="lists.export")
    assert (response.status_code, response.url) == (302, f"/exports/{job.pk}/")
    return job


@pytest.mark.django_db(transaction=True)
def test_a_long_list_becomes_one_job_and_a_file_for_the_asker_only(
    cast: Cast, long_export, client, monkeypatch
) -> None:
    asked(cast.leader, "xlsx")  # a second click
    assert Job.objects.filter(kind="lists.export").count() == 1
    assert running.drain(long_export.pk).state == "done"
    assert AuditEvent.objects.get(verb="export").data["rows"] == 3
    client.force_login(cast.leader)
    assert "exports" in client.get(f"/exports/{long_export.pk}/").content.decode()
    response = client.get(f"/exports/{long_export.pk}/file")
    book = CalamineWorkbook.from_filelike(io.BytesIO(body(response)))
    assert len(book.get_sheet_by_index(1).to_python()) == 4
    client.force_login(cast.office)
    assert client.get(f"/exports/{long_export.pk}/file").status_code == 404
    assert client.get(f"/exports/{long_export.pk}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_file_is_gone_after_seven_days(cast: Cast, long_export, client) -> None:
    running.drain(long_export.pk)
    name = Job.objects.get(pk=long_export.pk).result["file"]
    Job.objects.filter(pk=long_export.pk).update(finished_at=timezone.now() - timedelta(days=7))
    client.force_login(cast.leader)
    assert client.get(f"/exports/{long_export.pk}/file").status_code == 410
    assert default_storage.exists(name)
    assert list_export.purge(at=timezone.now()) == 1
    assert not default_storage.exists(name)
    assert list_export.purge(at=timezone.now()) == 0
    assert client.get(f"/exports/{long_export.pk}/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_post_gets_neither_job_nor_file(cast: Cast, long_export, client) -> None:
    Post.objects.filter(user=cast.leader).delete()
    assert running.drain(long_export.pk).state == "failed"
    factories.person("leader3", Role.LEADER)
    Post.objects.create(
        user=cast.leader, role=Role.REVIEWER, community=cast.fumin, starts_on=factories.NOON.date()
    )
    client.force_login(cast.leader)
    assert client.get(f"/exports/{long_export.pk}/file").status_code == 404
