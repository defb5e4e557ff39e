"""J8: each task run twice in a row, and twice at once, does what it does once. A new task without a case fails."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent
from fucheng.celery import app
from fucheng.flows import print_run
from grading.models import GradeChange, HazardEvent, PhotoPrint, RuleSet, VacancyCheck
from grading.services import photos, rule_sets
from grading.services.hazards import Seen
from jobs.models import Job, Pulse
from letters.models import Notice, TextMessage
from signage.models import Sign
from tests import factories
from tests.conftest import Cast
from tests.flows.conftest import Place
from tests.races import race, won
from tests.test_arrows import OURS

NOON, DAY, HOUR = factories.NOON, timedelta(days=1), timedelta(hours=1)
VOLATILE = {"jobs_pulse"}  # when somebody was last heard
app.loader.import_default_modules()  # the tasks of all apps


@dataclass(frozen=True)
class Case:
    """`prepare` makes work for the task and returns its arguments; `effect` counts what was done."""

    prepare: Callable[[Cast, Place], tuple[Any, ...]]
    effect: Callable[[], int]
    once: int = 1
    at: datetime = NOON


def printed(cast: Cast, place: Place) -> tuple[int | None]:
    for home in place.homes:
        factories.graded(home, "green")
    return (print_run.order(product="sticker", wanted={}, by=cast.office, at=NOON, title="五月").job_id,)


def ordered(cast: Cast, place: Place) -> tuple[()]:
    printed(cast, place)
    return ()


def owed_letter(cast: Cast, place: Place) -> tuple[()]:
    from tests.letters.test_documents import red

    red(cast, place)
    Job.objects.all().delete()
    return ()


def decayed(cast: Cast, place: Place) -> tuple[()]:
    factories.rules_always_said("H05", decay_days=10)
    rule_sets._book.cache_clear()
    codes = ("L01", "H05", "Z09", "Z08", "E06")
    factories.pay_visit(place.building, cast.grid, [Seen(code, place.home.pk) for code in codes])
    mended = [Seen("H05", place.home.pk, "mended")]
    factories.pay_visit(place.building, cast.grid, mended, at=NOON + DAY)
    factories.graded(place.home, "yellow")
    return ()


def newer_rules(cast: Cast, place: Place) -> tuple[()]:
    draft = factories.draft()
    RuleSet.objects.filter(pk=draft.pk).update(state="simulated")
    RuleSet.objects.filter(pk=draft.pk).update(
        state="published", effective_on=(NOON + DAY).date(), published_by=cast.office, published_at=NOON,
        publish_reason="会议通过",
    )  # fmt: skip
    return ()


def overdue(cast: Cast, place: Place) -> tuple[()]:
    factories.pay_visit(place.building, cast.grid, [Seen("H05", place.home.pk)])
    return ()


def new_photo(cast: Cast, place: Place) -> tuple[()]:
    digest = photos.store(factories.picture())
    seen = [Seen("E01", None, photos=(digest,))]
    factories.pay_visit(place.building, cast.grid, seen)
    return ()


def red_before_looks(cast: Cast, place: Place) -> tuple[()]:
    factories.graded(place.home, "red")
    return ()


def ended_job(cast: Cast, place: Place) -> tuple[()]:
    job = Job.objects.create(kind="signage.print_run", requested_by=cast.office, requested_at=NOON)
    Job.objects.filter(pk=job.pk).update(state="failed", finished_at=NOON)
    return ()


def near_deadline(cast: Cast, place: Place) -> tuple[()]:
    factories.hazard("F02", place.home, due_on=(NOON + 2 * DAY).date(), opened_at=NOON - 5 * DAY)
    return ()


CASES = {
    "jobs.ring": Case(printed, Sign.objects.count, once=3),
    "jobs.sweep": Case(ordered, Pulse.objects.count),
    "fucheng.reassess_ended": Case(
        decayed,
        GradeChange.objects.open().filter(from_grade="yellow", to_grade="green").count,
        at=NOON + 11 * DAY,
    ),
    "letters.sweep": Case(owed_letter, Job.objects.filter(kind="letters.rendering").count),
    "fucheng.retire_rules": Case(
        newer_rules,
        AuditEvent.objects.filter(subject="rule_set", after__state="retired").count,
        at=NOON + 2 * DAY,
    ),
    "fucheng.escalate_overdue": Case(
        overdue, HazardEvent.objects.filter(what="escalated").count, at=NOON + 10 * DAY
    ),
    "fucheng.follow_time": Case(red_before_looks, VacancyCheck.objects.count),
    "letters.jobs": Case(ended_job, Notice.objects.filter(topic="job").count, at=NOON + HOUR),
    "fucheng.take_photo_prints": Case(new_photo, PhotoPrint.objects.count),
    "letters.send": Case(overdue, TextMessage.objects.filter(state="sent").count),
    "fucheng.open_data": Case(red_before_looks, Job.objects.filter(kind="open_data").count),
    "letters.deadlines": Case(near_deadline, Notice.objects.filter(topic="deadline").count),
}


def ours() -> set[str]:
    return {name for name in app.tasks if not name.startswith("celery.")}


@pytest.fixture
def place(cast: Cast) -> Place:
    factories.rules()
    building = factories.building(cast.fumin)
    return Place(building, factories.units(building, 3, owner=factories.landlord()))


@pytest.fixture
def sent(settings, tmp_path) -> Callable[[], int]:
    """Text messages go to a file; how many it holds."""
    settings.SMS_BACKEND = f"file://{tmp_path}/sms.jsonl"
    return lambda: len((tmp_path / "sms.jsonl").read_text().splitlines())


def everything() -> dict[str, str]:
    """A digest of each table and of each stored file."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if model._meta.app_label in OURS and table not in VOLATILE:
                cursor.execute(f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM \"{table}\" t")
                found[table] = cursor.fetchone()[0]
    return found | {name: hashlib.md5(default_storage.open(name).read()).hexdigest() for name in files()}


def files(folder: str = "") -> list[str]:
    folders, names = default_storage.listdir(folder)
    below = [name for each in folders for name in files(f"{folder}{each}/")]
    return [*(f"{folder}{name}" for name in names), *below]


def run(name: str, args: tuple[Any, ...]) -> None:
    app.tasks[name].run(*args)


def test_every_task_has_a_case() -> None:
    assert ours() == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_task_run_twice_changes_nothing_the_second_time(
    name: str, cast: Cast, place: Place, sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    args = case.prepare(cast, place)
    monkeypatch.setattr(timezone, "now", lambda: case.at)
    assert case.effect() in (0, case.once - 1)
    run(name, args)
    after_one = everything()
    assert case.effect() == case.once

    run(name, args)

    assert everything() == after_one
    assert case.effect() == case.once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CASES)
def test_a_task_run_twice_at_once_does_it_once(
    name: str, cast: Cast, place: Place, sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    args = case.prepare(cast, place)
    monkeypatch.setattr(timezone, "now", lambda: case.at)

    outcome = race([lambda: run(name, args)] * 2)

    assert won(outcome) == outcome
    if name == "jobs.ring":  # whoever came second may have left while the first was at its last chunk
        run(name, args)
    assert case.effect() == case.once
    if name == "letters.send":
        assert sent() == 1
    settled = everything()
    run(name, args)
    assert everything() == settled
