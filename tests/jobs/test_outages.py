"""When the world fails and not the work: nothing is counted against a part, nobody waits, nothing is forgotten."""

import errno
import os
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from celery.signals import before_task_publish, worker_shutting_down
from django.db import OperationalError, connection
from django.utils import timezone

from core.outages import is_outage
from fucheng.web.progress import pace
from jobs import pulses, running, services, tasks
from jobs.models import Chunk, Job, Pulse
from tests.conftest import Cast
from tests.jobs.test_jobs import Recorder, ask, claim, kind, planned

__all__ = ["kind"]
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def rested(job: Job) -> None:
    Chunk.objects.filter(job=job).update(not_before=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (FULL, True),
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (OperationalError("server closed the connection"), True),
        (EndpointConnectionError(endpoint_url="http://s3"), True),
        (FileNotFoundError(errno.ENOENT, "no such font"), False),
        (ValueError("a home that no sheet can hold"), False),
    ],
)
def test_an_outage_is_told_from_a_fault_of_the_work(error: Exception, outage: bool) -> None:
    assert is_outage(error) is outage


class Unlucky(Recorder):
    """Meets an outage so many times in `work`, `plan` or `finish`."""

    def __init__(self, **times: int) -> None:
        super().__init__([2, 2])
        self.times = times

    def _meet(self, where: str) -> None:
        if self.times.get(where, 0):
            self.times[where] -= 1
            raise FULL

    def plan(self, job: Job) -> list[tuple[int, dict[str, Any]]]:
        self._meet("plan")
        return super().plan(job)

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        self._meet("work")
        return super().work(job, chunk)

    def finish(self, job: Job) -> dict[str, Any]:
        self._meet("finish")
        return super().finish(job)


def test_a_full_disk_uses_no_attempt_and_is_told_until_there_is_room(cast: Cast, kind) -> None:
    handler = kind(Unlucky(work=5))
    job = ask(cast)
    for _ring in range(3):
        running.drain(job.pk)
        rested(job)
    job.refresh_from_db()
    assert "No space left on device" in pace(job, now=timezone.now())["trouble"]
    job = running.drain(job.pk)
    assert (job.state, job.done) == ("done", 4)
    assert sorted(handler.worked) == [0, 1]
    assert pace(job, now=timezone.now())["trouble"] == ""


def test_after_an_outage_a_part_rests(cast: Cast, kind) -> None:
    kind(Unlucky(work=2))
    job = running.drain(ask(cast).pk)
    assert set(job.chunks.values_list("state", "attempts")) == {("open", 0)}
    assert services.claim(job.pk, in_order=False) is None
    rested(job)
    assert claim(job).not_before is None


@pytest.mark.parametrize("where", ["plan", "finish"])
def test_an_outage_while_planning_or_ending_fails_nothing(cast: Cast, kind, where: str) -> None:
    kind(Unlucky(**{where: 2}))
    job = ask(cast)
    for _ring in range(2):
        assert running.drain(job.pk).is_unfinished
    assert running.drain(job.pk).state == "done"


def test_the_late_one_of_two_does_not_pause_the_part(cast: Cast) -> None:
    late = claim(planned(cast, [1]))
    Chunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    present = claim(late.job)
    assert services.pause(late, error="too late") is False
    assert services.hold(late) is False
    assert services.hold(present) is True


class Careful(Recorder):
    """Knows which of its items is bad once it is asked to look closer."""

    attempts = 5

    def __init__(self) -> None:
        super().__init__(poison=1)
        self.looked: list[tuple[int, bool]] = []

    def set_aside(self, job: Job, chunk: Chunk) -> None:
        self.looked.append((chunk.seq, connection.in_atomic_block))
        self.poison = None


def test_before_a_second_attempt_the_bad_item_is_set_aside(cast: Cast, kind) -> None:
    handler = kind(Careful())
    job = running.drain(ask(cast).pk)
    assert (job.state, job.done) == ("done", 7)
    assert [seq for seq, _in_transaction in handler.looked] == [1]


def test_a_careful_kind_is_tried_as_often_as_it_says(cast: Cast, kind) -> None:
    handler = kind(Careful())
    handler.set_aside = lambda job, chunk: None
    assert running.drain(ask(cast).pk).state == "failed"
    assert handler.worked.count(1) == handler.attempts


def test_a_worker_that_is_asked_to_end_takes_no_other_part(cast: Cast, kind, monkeypatch) -> None:
    handler = kind(Recorder(sizes=[1] * 5))
    job = planned(cast, [1] * 5)

    def work(job: Job, chunk: Chunk) -> dict[str, Any]:
        worker_shutting_down.send(sender=None)
        handler.worked.append(chunk.seq)
        return {}

    monkeypatch.setattr(handler, "work", work)
    monkeypatch.setattr(tasks, "ring_workers", lambda job_id: None)
    try:
        tasks.ring(job.pk)
        tasks.ring(job.pk)
    finally:
        tasks._closing[0] = 0
    assert handler.worked == [0]
    tasks.ring(job.pk)
    tasks._closing[0] = 0
    assert handler.worked == [0, 1]


def test_who_asks_does_not_wait_for_a_broker_that_hangs(cast: Cast, monkeypatch) -> None:
    rung, released = [], threading.Event()

    def hangs(args: tuple[int], **_: object) -> None:
        rung.append(args[0])
        released.wait(10)

    monkeypatch.setattr(tasks.ring, "apply_async", hangs)
    jobs = [ask(cast).pk for _ in range(5)]
    began = time.monotonic()
    for pk in jobs:
        tasks.ring_workers(pk)
    assert time.monotonic() - began < 0.5
    released.set()
    ringer = tasks._ringer
    if ringer is not None:
        ringer.join(10)
    assert set(rung) == set(jobs)


def test_the_scheduler_and_a_worker_are_heard_when_they_ring_and_answer(cast: Cast, monkeypatch) -> None:
    now = timezone.now
    assert pulses.at_work(at=now()) == {"scheduler": False, "worker": False}
    tasks.sweep()
    assert pulses.at_work(at=now()) == {"scheduler": False, "worker": True}
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction
    tasks._watch_the_scheduler()
    try:
        before_task_publish.send(sender="jobs.sweep")
    finally:
        before_task_publish.disconnect(tasks._scheduler_rang, sender="jobs.sweep")
    assert pulses.at_work(at=now()) == {"scheduler": True, "worker": True}
    assert pulses.at_work(at=now() + timedelta(seconds=91)) == {"scheduler": False, "worker": False}
    assert str(Pulse.objects.get(name="worker")) == "worker"


def test_a_worker_that_dies_while_looking_closer_is_no_evidence_and_one_look_is_enough(
    cast: Cast, kind
) -> None:
    class Killed(BaseException):
        """As if the process were gone: nothing is reported."""

    handler = kind(Careful())
    job = planned(cast, [1])

    def dies(*_: object) -> None:
        raise Killed

    def expire() -> None:
        Chunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    claim(job)
    expire()
    handler.set_aside = dies
    for _turn in range(2 * handler.attempts):
        with pytest.raises(Killed):
            running._work(job, services.claim(job.pk, in_order=False, attempts=handler.attempts), handler)
        expire()
    assert job.chunks.get().attempts == 1

    looks: list[int] = []
    handler.set_aside = lambda job, chunk: looks.append(chunk.seq)
    handler.work = dies
    for _turn in range(3):
        with pytest.raises(Killed):
            running._work(job, services.claim(job.pk, in_order=False, attempts=handler.attempts), handler)
        expire()
    assert (looks, job.chunks.get().attempts) == ([0], 4)
