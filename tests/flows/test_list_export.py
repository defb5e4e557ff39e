"""A list as a workbook: found by a fresh worker, told while it is written, never larger than a sheet."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from core import tables
from core.errors import Invalid, NotAllowed
from fucheng.flows import list_export
from jobs import running
from jobs.models import Job
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON
HOMES = "story-homes"


@pytest.fixture
def listed(cast: Cast) -> Iterator[list_export.List]:
    factories.units(factories.building(cast.fumin), 5)
    yield list_export.List(
        name=HOMES,
        title="房屋",
        columns=[list_export.Column("编码", "code"), list_export.Column("业主", "landlord.masked_name")],
        rows=lambda user, wanted: Unit.objects.visible_to(user).order_by("pk"),
        words=lambda user, wanted: [("社区", "全部")],
    )
    del list_export._LISTS[HOMES]


def ask(cast: Cast, name: str = HOMES, **wanted: str) -> Job:
    return list_export.ask(name=name, wanted=wanted, by=cast.leader, at=NOON, language="en")


@pytest.mark.django_db(transaction=True)
def test_progress_is_told_while_rows_are_written(cast: Cast, listed, monkeypatch) -> None:
    monkeypatch.setattr(list_export, "SAY_EVERY", 2)
    said: list[str] = []
    monkeypatch.setattr(list_export.jobs, "say", lambda job_id, step: said.append(step))
    job = running.drain(ask(cast).pk)
    assert (job.state, job.result["rows"]) == ("done", 5)
    assert said == ["2 rows written", "4 rows written"]
    assert list_export.is_kept(job, at=timezone.now())


def test_a_list_that_fills_more_than_a_sheet_is_refused(cast: Cast, listed, monkeypatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 4)
    with pytest.raises(Invalid):
        ask(cast)
    assert not Job.objects.exists()


def test_filters_that_differ_only_far_behind_are_two_jobs(cast: Cast, listed) -> None:
    assert ask(cast, q="福" * 200) == ask(cast, q="福" * 200) != ask(cast, q="福" * 199 + "民")


def test_a_post_without_the_right_asks_in_vain(cast: Cast, listed) -> None:
    with pytest.raises(NotAllowed):
        list_export.ask(name=HOMES, wanted={}, by=cast.grid, at=NOON, language="en")


def test_a_worker_learns_of_the_pages_lists_by_loading_the_addresses(monkeypatch) -> None:
    known: list[str] = []

    def load(module: str) -> None:
        known.append(module)
        monkeypatch.setitem(list_export._LISTS, "late", "the list")

    monkeypatch.setattr(list_export, "import_module", load)
    assert list_export.list_named("late") == list_export.list_named("late") == "the list"
    assert known == ["fucheng.urls"]
