"""Runs a job's chunks: by a Celery worker that was rung, or by a command that waits for it."""

import threading
import time
import traceback
from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from core.errors import DomainError
from jobs import services
from jobs.models import Chunk, Job

log = structlog.get_logger(__name__)


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


_HANDLERS: dict[str, Handler] = {}


class LeaseLost(Exception):
    """Another worker has this chunk; what was done is rolled back."""


def register(kind: str, handler: Handler) -> None:
    _HANDLERS[kind] = handler


def drain(job_id: int, *, seconds: float | None = None, wait: bool = False) -> Job:
    """Works on a job until nothing is free, `seconds` passed, or (with `wait`) until it has ended."""
    until = None if seconds is None else time.monotonic() + seconds
    while True:
        job = Job.objects.get(pk=job_id)
        if not job.is_unfinished or (until is not None and time.monotonic() > until):
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
    chunk = services.claim(job.pk, in_order=handler.in_order)
    if chunk is None:
        return _finish(job, handler)
    _work(job, chunk, handler)
    return True


def _plan(job: Job, handler: Handler) -> bool:
    try:
        with transaction.atomic():
            locked = (
                Job.objects.select_for_update(skip_locked=True)
                .filter(pk=job.pk, state=Job.State.PLANNING)
                .first()
            )
            if locked is None:
                return False
            services.plan(locked, handler.plan(locked))
    except Exception as error:
        _log_failure(job.pk, error)
        services.fail(job.pk, error=_words(error))
    return True


def _work(job: Job, chunk: Chunk, handler: Handler) -> None:
    try:
        with _Heartbeat(chunk):
            if handler.in_transaction:
                with transaction.atomic():
                    result = handler.work(job, chunk)
                    if not services.finish(chunk, result):
                        raise LeaseLost
            else:
                services.finish(chunk, handler.work(job, chunk))
    except LeaseLost:
        log.warning("lease_lost", job=job.pk, chunk=chunk.seq)
    except Exception as error:
        _log_failure(job.pk, error)
        services.give_back(chunk, error=traceback.format_exc())
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
        with transaction.atomic():
            locked = (
                Job.objects.select_for_update(skip_locked=True)
                .filter(pk=job.pk, state=Job.State.RUNNING)
                .first()
            )
            if locked is None:
                return False
            services.complete(job.pk, result=handler.finish(locked))
    except Exception as error:
        _log_failure(job.pk, error)
        services.fail(job.pk, error=_words(error))
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
        while not self.stopped.wait(services.LEASE.total_seconds() / 4):
            try:
                Chunk.objects.filter(pk=self.chunk.pk, lease_token=self.chunk.lease_token).update(
                    lease_until=timezone.now() + services.LEASE
                )
            except Exception:
                log.exception("heartbeat_failed", chunk=self.chunk.pk)
            finally:
                connection.close()
        close_old_connections()
