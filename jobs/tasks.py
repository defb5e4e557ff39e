"""The doorbell: a task takes a job's number and works for a while. Lost, doubled or late rings change nothing."""

import mmap
import threading
from typing import Any

import structlog
from celery import shared_task
from celery.signals import (
    beat_embedded_init,
    beat_init,
    before_task_publish,
    worker_shutting_down,
)
from django.db import connection

from jobs import pulses, running, services
from jobs.models import Pulse

log = structlog.get_logger(__name__)
TURN_SECONDS = 60
_closing = mmap.mmap(-1, 1)  # a byte that a worker shares with its children

_lock = threading.Lock()
_wanted: set[int] = set()
_ringer: threading.Thread | None = None


@shared_task(name="jobs.ring")
def ring(job_id: int) -> None:
    """Works on one job for a turn; rings again when it is not finished."""
    job = running.drain(job_id, seconds=TURN_SECONDS, is_closing=_is_closing)
    if job.is_unfinished and job.chunks.filter(state="open", not_before=None).exists():
        ring_workers(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Every 15 seconds: rings for every unfinished job, so that no lost message can lose work."""
    pulses.beat(Pulse.Name.WORKER)
    for job_id in services.unfinished_ids():
        ring_workers(job_id)


def ring_workers(job_id: int) -> None:
    """Rings two workers soon. Who asks for work never waits for a broker that is away or hangs."""
    global _ringer
    with _lock:
        _wanted.add(job_id)
        if _ringer is None or not _ringer.is_alive():
            _ringer = threading.Thread(target=_ring_all, name="doorbell")
            _ringer.start()


def _ring_all() -> None:
    global _ringer
    while True:
        with _lock:
            if not _wanted:
                _ringer = None
                return
            job_id = _wanted.pop()
        _ring(job_id)


def _ring(job_id: int) -> None:
    """A broker that is away costs a log line, the sweeper rings later."""
    try:
        for _ in range(2):
            ring.apply_async((job_id,), expires=60)
    except Exception:
        log.warning("broker_away", job=job_id)


@worker_shutting_down.connect
def _close(**_: Any) -> None:
    """SIGTERM, as at every deploy: the children end their chunk and take no other."""
    _closing[0] = 1


def _is_closing() -> bool:
    return _closing[0] == 1


@beat_init.connect
@beat_embedded_init.connect
def _watch_the_scheduler(**_: Any) -> None:
    before_task_publish.connect(_scheduler_rang, sender=sweep.name)


def _scheduler_rang(**_: Any) -> None:
    try:
        pulses.beat(Pulse.Name.SCHEDULER)
    except Exception:
        log.warning("pulse_not_written")
    finally:
        connection.close()
