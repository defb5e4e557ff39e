"""Long work as rows: claimed, fenced, cancelled, given up on, and never counted twice."""

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.errors import Conflict
from jobs import running, services, tasks
from jobs.models import Chunk, Job
from tests import factories
from tests.conftest import Cast
from tests.races import race, won

NOON = factories.NOON


class Recorder:
    """A kind of work that writes down what it did and explodes where it is told to."""

    in_order = False
    in_transaction = True

    def __init__(self, sizes: Sequence[int] = (3, 3, 1), poison: int | None = None) -> None:
        self.sizes, self.poison, self.worked = sizes, poison, []

    def plan(self, job: Job) -> list[tuple[int, dict[str, Any]]]:
        return [(size, {"n": n}) for n, size in enumerate(self.sizes)]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        self.worked.append(chunk.seq)
        if chunk.seq == self.poison:
            raise ValueError("this part kills its worker")
        return {"n": chunk.payload["n"]}

    def finish(self, job: Job) -> dict[str, Any]:
        return {"parts": job.chunks.count()}


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Registers a handler under a name of its own."""

    def register(handler: Recorder) -> Recorder:
        monkeypatch.setitem(running._HANDLERS, "test.work", handler)
        return handler

    return register


def ask(cast: Cast, key: str = "") -> Job:
    return services.ask(kind="test.work", params={}, by=cast.office, at=NOON, dedupe_key=key)[0]


def planned(cast: Cast, sizes: Sequence[int] = (3, 3, 1)) -> Job:
    job = ask(cast)
    services.plan(job, [(size, {}) for size in sizes])
    job.refresh_from_db()
    return job


def expire(chunk: Chunk) -> None:
    Chunk.objects.filter(pk=chunk.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def claim(job: Job, *, in_order: bool = False) -> Chunk:
    chunk = services.claim(job.pk, in_order=in_order)
    assert chunk is not None
    return chunk


def test_a_job_runs_to_its_end_and_its_numbers_add_up(cast: Cast, kind) -> None:
    handler = kind(Recorder())
    job = running.drain(ask(cast).pk)
    assert (job.state, job.done, job.total, job.percent) == ("done", 7, 7, 100)
    assert job.result == {"parts": 3}
    assert handler.worked == [0, 1, 2]


def test_asked_twice_is_one_until_it_ended(cast: Cast, kind) -> None:
    kind(Recorder())
    first, second = ask(cast, "same"), ask(cast, "same")
    assert first == second
    running.drain(first.pk)
    assert ask(cast, "same") != first
    assert ask(cast) != ask(cast)


def test_a_claimed_part_is_nobody_elses_until_its_lease_ran_out(cast: Cast) -> None:
    job = planned(cast, [1])
    first = claim(job)
    assert services.claim(job.pk, in_order=False) is None

    expire(first)
    again = claim(job)

    assert again.pk == first.pk
    assert again.lease_token != first.lease_token
    assert again.attempts == 2


def test_a_late_finisher_changes_nothing(cast: Cast) -> None:
    job = planned(cast, [4])
    late = claim(job)
    expire(late)
    present = claim(job)

    assert services.finish(late, {"by": "late"}) is False
    assert services.finish(present, {"by": "present"}) is True
    assert services.finish(present, {"by": "present"}) is False

    job.refresh_from_db()
    assert job.done == 4
    assert job.chunks.get().result == {"by": "present"}


def test_a_late_workers_rows_are_rolled_back_with_its_part(cast: Cast, kind) -> None:
    class Slow(Recorder):
        def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
            services.say(job.pk, "written by the late one")
            Chunk.objects.filter(pk=chunk.pk).update(lease_token="00000000-0000-0000-0000-000000000001")
            return {}

    handler = kind(Slow([1]))
    job = planned(cast, [1])
    running._work(job, claim(job), handler)
    job.refresh_from_db()
    assert (job.step, job.done) == ("", 0)


def test_parts_in_order_wait_for_those_before_them(cast: Cast) -> None:
    job = planned(cast, [1, 1])
    first = claim(job, in_order=True)
    assert services.claim(job.pk, in_order=True) is None
    services.finish(first, {})
    assert claim(job, in_order=True).seq == 1


def test_a_cancelled_job_hands_out_nothing_and_keeps_what_is_done(cast: Cast, kind) -> None:
    handler = kind(Recorder())
    job = planned(cast)
    services.finish(claim(job), {})
    working = claim(job)

    services.cancel(job_id=job.pk, by=cast.office, at=NOON)

    assert services.claim(job.pk, in_order=False) is None
    assert running.drain(job.pk).state == "cancelled"
    assert handler.worked == []
    assert job.chunks.get(seq=0).state == "done"
    services.finish(working, {})
    assert Job.objects.get(pk=job.pk).state == "cancelled"
    with pytest.raises(Conflict):
        services.cancel(job_id=job.pk, by=cast.office, at=NOON)


def test_a_poison_part_is_tried_three_times_and_the_others_are_done(cast: Cast, kind) -> None:
    handler = kind(Recorder(poison=1))
    job = running.drain(ask(cast).pk)
    assert (job.state, job.done) == ("failed", 4)
    assert handler.worked.count(1) == services.ATTEMPTS == 3
    assert handler.worked.count(2) == 1
    assert "kills its worker" in job.error


def test_a_poison_part_stops_those_that_must_follow_it(cast: Cast, kind) -> None:
    handler = kind(Recorder(poison=1))
    handler.in_order = True
    job = running.drain(ask(cast).pk)
    assert (job.state, job.done) == ("failed", 3)
    assert 2 not in handler.worked


def test_a_part_whose_worker_dies_each_time_is_given_up_after_three_claims(cast: Cast) -> None:
    """J6: a worker that is killed never reports; the lease alone must not restart it for ever."""
    job = planned(cast, [1, 1])
    dead = claim(job)
    for _turn in range(services.ATTEMPTS - 1):
        expire(dead)
        assert claim(job).pk == dead.pk
    expire(dead)

    other = claim(job)

    assert other.pk != dead.pk
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("failed", services.ATTEMPTS)
    assert services.finish(dead, {}) is False


def test_a_late_error_does_not_take_the_part_from_its_new_worker(cast: Cast) -> None:
    job = planned(cast, [1])
    late = claim(job)
    expire(late)
    present = claim(job)
    late.attempts = services.ATTEMPTS
    assert services.give_back(late, error="too late") is False
    assert services.finish(present, {}) is True


def test_progress_never_goes_over_its_total(cast: Cast) -> None:
    job = planned(cast, [5])
    assert services.finish(claim(job), {})
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(done=6)
    job.refresh_from_db()
    assert job.percent == 99  # a hundred only when the end was proved


def test_a_job_is_not_done_while_a_part_is_missing(cast: Cast) -> None:
    job = planned(cast, [2, 2])
    services.finish(claim(job), {})
    assert services.complete(job.pk, result={}) is False
    services.finish(claim(job), {})
    Chunk.objects.filter(job=job, seq=0).delete()
    assert services.complete(job.pk, result={}) is False


def test_a_job_whose_plan_or_end_fails_says_so(cast: Cast, kind) -> None:
    class NoPlan(Recorder):
        def plan(self, job: Job) -> list[tuple[int, dict[str, Any]]]:
            raise Conflict("Nothing fits this order.")

    class NoEnd(Recorder):
        def finish(self, job: Job) -> dict[str, Any]:
            raise Conflict("Two signs are missing.")

    kind(NoPlan())
    assert running.drain(ask(cast).pk).error == "Nothing fits this order."
    kind(NoEnd())
    job = running.drain(ask(cast).pk)
    assert (job.state, job.error) == ("failed", "Two signs are missing.")


def test_the_sweeper_rings_for_whatever_is_unfinished(cast: Cast, kind, monkeypatch) -> None:
    kind(Recorder())
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring_workers", rung.append)
    waiting, ended = ask(cast), ask(cast)
    running.drain(ended.pk)
    tasks.sweep()
    assert rung == [waiting.pk]


def test_rings_lost_doubled_or_late_change_nothing(cast: Cast, kind) -> None:
    handler = kind(Recorder())
    job = ask(cast)
    for _ring in range(3):
        tasks.ring(job.pk)
    assert handler.worked == [0, 1, 2]
    assert Job.objects.get(pk=job.pk).done == 7


def test_a_broker_that_is_away_stops_nobody(cast: Cast, monkeypatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(tasks.ring, "apply_async", away)
    tasks.ring_workers(ask(cast).pk)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_workers_share_the_parts_and_none_is_done_twice(cast: Cast, kind) -> None:
    handler = kind(Recorder(sizes=[1] * 40))
    job = ask(cast)

    outcome = race([lambda: running.drain(job.pk, wait=True)] * 8)
    assert won(outcome) == outcome

    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 40)
    assert sorted(handler.worked) == list(range(40))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_people_ask_at_once_and_it_is_one_job(cast: Cast) -> None:
    barrier, made = threading.Barrier(8), []

    def press() -> None:
        try:
            barrier.wait(timeout=20)
            made.append(ask(cast, "same").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(made) == 8
    assert len(set(made)) == 1


def test_a_turn_that_ends_early_rings_again(cast: Cast, kind, monkeypatch) -> None:
    kind(Recorder())
    rung: list[int] = []
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
    monkeypatch.setattr(tasks, "ring_workers", rung.append)
    job = planned(cast)
    tasks.ring(job.pk)
    assert rung == [job.pk]
    assert str(job.chunks.first()) == f"{job.pk}/0"


def test_keys_tell_orders_apart_however_long_they_are() -> None:
    many = list(range(1000))
    assert services.key_of("print", 1, many) == services.key_of("print", 1, [*many])
    assert services.key_of("print", 1, many) != services.key_of("print", 1, [*many[:-1], 5])
    assert len(services.key_of("x")) <= Job._meta.get_field("dedupe_key").max_length


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_long_part_keeps_its_lease_while_its_worker_lives(cast: Cast, kind, monkeypatch) -> None:
    monkeypatch.setattr(services, "LEASE", timedelta(seconds=0.4))
    seen: list[Any] = []

    class Long(Recorder):
        def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
            time.sleep(1)
            seen.append((Chunk.objects.get(pk=chunk.pk).lease_until, services.claim(job.pk, in_order=False)))
            return {}

    handler = kind(Long(sizes=[1]))
    handler.in_transaction = False
    job = running.drain(ask(cast).pk)
    ((lease_until, taken),) = seen
    assert (job.state, taken) == ("done", None)
    assert lease_until > Chunk.objects.get().finished_at - timedelta(seconds=0.4)


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_that_fails_is_logged_and_tried_again(cast: Cast, kind, monkeypatch) -> None:
    monkeypatch.setattr(services, "LEASE", timedelta(seconds=0.2))
    chunk = claim(planned(cast, [1]))
    beats: list[object] = []

    def fails(*_: object, **__: object) -> None:
        beats.append(1)
        raise ConnectionError

    monkeypatch.setattr(Chunk.objects, "filter", fails)
    with running._Heartbeat(chunk):
        time.sleep(0.4)
    assert len(beats) > 1


def test_two_who_plan_or_end_at_once_leave_it_to_the_first(cast: Cast, kind) -> None:
    handler = kind(Recorder())
    job = running.drain(ask(cast).pk)
    assert running._plan(job, handler) is False
    assert running._finish(job, handler) is False
    assert Job.objects.get(pk=job.pk).state == "done"


def test_who_does_not_wait_goes_when_others_have_the_parts(cast: Cast, kind) -> None:
    handler = kind(Recorder())
    job = planned(cast, [1])
    claim(job)
    assert running.drain(job.pk).state == "running"
    assert handler.worked == []
