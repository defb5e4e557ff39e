"""Runs a job's chunks: by a Celery worker that was rung, or by a command that waits for it."""

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

import structlog
from django.db import connection, transaction

from core.errors import DomainError
from core.outages import is_outage
from jobs import services
from jobs.models import Chunk, Job

log = structlog.get_logger(__name__)
LONGEST = timedelta(minutes=30)  # a chunk that takes longer hangs: its lease is let go


class Handler(Protocol):
    """What a kind of job knows; registered once by the flow that owns it."""

    in_order: bool
    in_transaction: bool

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        """Freezes the items and cuts them: (size, payload) for each chunk."""

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        """Does one chunk; safe to do again. With `in_transaction` it commits together with the chunk."""

    def finish(self, job: Job) -> dict[str, Any]:
        """After the last chunk: proves that nothing is missing, returns the job's result."""


@runtime_checkable
class Careful(Protocol):
    """A kind whose items are independent: one that cannot be done is set aside, so chunks may be tried longer."""

    attempts: int

    def set_aside(self, job: Job, chunk: Chunk) -> None:
        """Before a second attempt, in no transaction: finds the items that end or break the work, keeps why."""


_HANDLERS: dict[str, Handler] = {}


class LeaseLost(Exception):
    """Another worker has this chunk; what was done is rolled back."""


def register(kind: str, handler: Handler) -> None:
    _HANDLERS[kind] = handler


def drain(
    job_id: int,
    *,
    seconds: float | None = None,
    wait: bool = False,
    is_closing: Callable[[], bool] = lambda: False,
) -> Job:
    """Works on a job until nothing is free, `seconds` passed, the worker is closing, or (with `wait`) it has ended."""
    until = None if seconds is None else time.monotonic() + seconds
    while True:
        job = Job.objects.get(pk=job_id)
        if not job.is_unfinished or is_closing() or (until is not None and time.monotonic() > until):
            return job
        if not _step(job):
            job.refresh_from_db()
            if not wait or not job.is_unfinished:
                return job
            time.sleep(0.1)


def _step(job: Job) -> bool:
    """One step of a job; False when nothing is free just now."""
    handler = _HANDLERS[job.kind]
    if job.state == Job.State.PLANNING:
        return _plan(job, handler)
    chunk = services.claim(job.pk, in_order=handler.in_order, attempts=_attempts(handler))
    if chunk is None:
        return _finish(job, handler)
    _work(job, chunk, handler)
    return True


def _attempts(handler: Handler) -> int:
    return handler.attempts if isinstance(handler, Careful) else services.ATTEMPTS


@contextmanager
def _bounded() -> Iterator[None]:
    """A transaction that PostgreSQL ends when its worker hangs: its locks must not outlive its lease for long."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            limit = 2 * services.LEASE.total_seconds() * 1000
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = %s", [int(limit)])
        yield


def _locked(job: Job, state: Job.State) -> Job | None:
    """The job while it is in this state and no other worker holds it."""
    return Job.objects.select_for_update(skip_locked=True).filter(pk=job.pk, state=state).first()


def _plan(job: Job, handler: Handler) -> bool:
    try:
        with _bounded():
            locked = _locked(job, Job.State.PLANNING)
            if locked is None:
                return False
            services.plan(locked, handler.plan(locked))
    except Exception as error:
        return _failed(job, error)
    return True


def _failed(job: Job, error: Exception) -> bool:
    """Planning or ending went wrong. An outage leaves the job as it is: the next ring tries again."""
    _log_failure(job.pk, error)
    if is_outage(error):
        _drop_broken_connection()
        return False
    services.fail(job.pk, error=_words(error))
    return True


def _drop_broken_connection() -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _work(job: Job, chunk: Chunk, handler: Handler) -> None:
    try:
        with _Heartbeat(chunk):
            if isinstance(handler, Careful) and chunk.attempts > 1 and "is_looked_at" not in chunk.result:
                with services.uncounted(chunk):
                    handler.set_aside(job, chunk)
            if handler.in_transaction:
                with _bounded():
                    result = handler.work(job, chunk)
                    if not services.finish(chunk, result):
                        raise LeaseLost
            else:
                services.finish(chunk, handler.work(job, chunk))
    except LeaseLost:
        log.warning("lease_lost", job=job.pk, chunk=chunk.seq)
    except Exception as error:
        _log_failure(job.pk, error)
        if is_outage(error):
            _drop_broken_connection()
            services.pause(chunk, error=_words(error))
            return
        services.give_back(chunk, error=traceback.format_exc(), attempts=_attempts(handler))
        if isinstance(error, DomainError):
            services.fail(job.pk, error=_words(error))


def _finish(job: Job, handler: Handler) -> bool:
    """Ends a job whose chunks are all done. Two workers may both try; the guarded update lets one through.

    A chunk that failed for good fails the job only after all others are done (trust.md J6), unless
    they would have to follow it.
    """
    undone = set(job.chunks.exclude(state=Chunk.State.DONE).values_list("state", flat=True))
    if Chunk.State.FAILED in undone and (handler.in_order or undone == {Chunk.State.FAILED}):
        services.fail(job.pk, error=services.what_failed(job.pk))
        return True
    if undone:
        return False
    try:
        with _bounded():
            locked = _locked(job, Job.State.RUNNING)
            if locked is None:
                return False
            services.complete(job.pk, result=handler.finish(locked))
    except Exception as error:
        return _failed(job, error)
    return True


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"


def _log_failure(job_id: int, error: Exception) -> None:
    if not isinstance(error, DomainError):
        log.error("job_error", job=job_id, exc_info=error)


class _Heartbeat:
    """Extends the lease from a thread with a connection of its own while a chunk is being worked on."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.thread.join()

    def _beat(self) -> None:
        until = time.monotonic() + LONGEST.total_seconds()
        while not self.stopped.wait(services.LEASE.total_seconds() / 4) and time.monotonic() < until:
            try:
                services.hold(self.chunk)
            except Exception:
                log.exception("heartbeat_failed", chunk=self.chunk.pk)
            finally:
                connection.close()
