"""Which jobs a person sees, and who may stop one."""

from typing import Any

import pytest

from core.errors import Conflict, NotAllowed, OutOfScope
from fucheng.flows import job_control
from jobs.models import Job
from signage.models import PrintRun
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON


def job(kind: str, by: Any, state: str = "running") -> Job:
    return Job.objects.create(kind=kind, requested_by=by, requested_at=NOON, state=state, total=3)


@pytest.fixture
def printing(cast: Cast) -> Job:
    """A print run of 福民 that the office ordered."""
    made = job("signage.print_run", cast.office)
    PrintRun.objects.create(title="x", community=cast.fumin, job=made, by=cast.office, at=NOON)
    return made


def cancel(made: Job, by: Any) -> Job:
    return job_control.cancel(job_id=made.pk, by=by, at=NOON)


class TestVisible:
    def test_the_street_sees_all_jobs_and_others_their_own(self, cast: Cast, printing: Job) -> None:
        mine = job("lists.export", cast.reviewer2)
        for who, found in (
            (cast.office, {printing, mine}),
            (cast.auditor, {printing, mine}),
            (cast.leader, set()),
            (cast.reviewer2, {mine}),
            (cast.grid, set()),
        ):
            assert set(job_control.visible_to(who)) == found

    def test_community_staff_see_the_print_runs_of_their_community(self, cast: Cast, printing: Job) -> None:
        assert set(job_control.visible_to(cast.reviewer)) == {printing}


class TestCancel:
    @pytest.mark.parametrize("state", [s for s in Job.State if s not in Job.UNFINISHED])
    def test_what_has_ended_is_not_stopped(self, cast: Cast, state: str) -> None:
        with pytest.raises(Conflict):
            cancel(job("lists.export", cast.office, state), cast.office)

    @pytest.mark.parametrize("state", Job.UNFINISHED)
    def test_who_asked_may_stop_it(self, cast: Cast, state: str) -> None:
        stopped = cancel(job("lists.export", cast.reviewer, state), cast.reviewer)
        assert (stopped.state, stopped.cancel_requested_at) == ("cancelled", NOON)
        assert str(stopped) == f"lists.export {stopped.pk}"

    @pytest.mark.parametrize("kind", job_control.STOPPED_BY)
    def test_the_office_stops_the_work_of_the_street(self, cast: Cast, kind: str) -> None:
        assert cancel(job(kind, cast.reviewer), cast.office).state == "cancelled"

    def test_seeing_a_job_is_not_stopping_it(self, cast: Cast, printing: Job) -> None:
        with pytest.raises(NotAllowed):
            cancel(printing, cast.reviewer)
        with pytest.raises(NotAllowed):
            cancel(job("lists.export", cast.reviewer), cast.office)

    def test_a_job_out_of_sight_is_not_found(self, cast: Cast, printing: Job) -> None:
        with pytest.raises(OutOfScope):
            cancel(printing, cast.reviewer2)
