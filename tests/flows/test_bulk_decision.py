"""One reason for thousands of changes: a job whose frozen list is decided as the person who asked."""

from datetime import date
from typing import Any

import pytest

from core.errors import Invalid, NotAllowed
from fucheng.flows import bulk_assessment, bulk_decision
from grading.models import GradeChange, GradePeriod
from jobs import running
from jobs.models import Job
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON


def ask(cast: Cast, ids: Any, verb: str = "approve", reason: str = "首次评定", by: Any = None) -> Job:
    return bulk_decision.ask(verb=verb, change_ids=ids, by=by or cast.reviewer, at=NOON, reason=reason)


@pytest.fixture
def ids(cast: Cast) -> list[int]:
    """Three changes of 福民."""
    factories.rules()
    return [factories.change(u, None, "green").pk for u in factories.units(factories.building(cast.fumin), 3)]


def test_more_than_two_thousand_are_decided_in_parts_and_every_home_counts(cast: Cast) -> None:
    factories.rules()
    for _n in range(3):
        factories.units(factories.building(cast.fumin), 700)
    running.drain(bulk_assessment.ask(by=cast.office, at=NOON).pk)
    wanted = list(GradeChange.objects.values_list("pk", flat=True))

    job = running.drain(ask(cast, wanted).pk)

    assert (job.state, job.total, job.chunks.count(), job.result) == ("done", 2100, 2, {"decided": 2100})
    assert GradePeriod.objects.filter(grade="green", starts_at=NOON).count() == 2100


def test_the_job_decides_only_what_this_person_may(cast: Cast, ids: list[int]) -> None:
    (far,) = factories.units(factories.building(cast.qiankeng))
    others = factories.change(far, None, "green")
    job = running.drain(ask(cast, [*ids, others.pk, 10**9]).pk)
    assert (job.total, job.result) == (5, {"decided": 3})
    others.refresh_from_db()
    assert others.state == "proposed"


def test_who_lost_the_post_before_the_job_ran_decides_nothing(cast: Cast, ids: list[int]) -> None:
    job = ask(cast, ids)
    cast.reviewer.posts.update(ends_on=date(2020, 1, 1))
    assert running.drain(job.pk).result == {"decided": 0}


@pytest.mark.parametrize(("verb", "state"), [("approve", "approved"), ("return", "returned")])
def test_each_verb_moves_its_changes(cast: Cast, ids: list[int], verb: str, state: str) -> None:
    running.drain(ask(cast, ids, verb).pk)
    assert set(GradeChange.objects.values_list("state", flat=True)) == {state}


def test_the_same_list_asked_twice_is_one_job_and_another_list_is_another(cast: Cast, ids: list[int]) -> None:
    assert ask(cast, ids) == ask(cast, ids[::-1])
    assert len({ask(cast, ids).pk, ask(cast, ids[:2]).pk, ask(cast, ids, "return").pk}) == 3


def test_without_a_reason_or_with_an_unknown_verb_there_is_no_job(cast: Cast, ids: list[int]) -> None:
    for wrong in ({"reason": " "}, {"verb": "erase"}):
        with pytest.raises(Invalid):
            ask(cast, ids, **wrong)
    assert not Job.objects.exists()


@pytest.mark.parametrize("who", ["grid", "office", "leader", "auditor", "landlord"])
def test_a_post_that_decides_nothing_gets_no_job(cast: Cast, ids: list[int], who: str) -> None:
    with pytest.raises(NotAllowed):
        ask(cast, ids, by=getattr(cast, who))
