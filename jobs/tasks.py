"""The doorbell: a task takes a job's number and works for a while. Lost, doubled or late rings change nothing."""

import structlog
from celery import shared_task

from jobs import running, services

log = structlog.get_logger(__name__)
TURN_SECONDS = 60


@shared_task(name="jobs.ring")
def ring(job_id: int) -> None:
    """Works on one job for a turn; rings again when it is not finished."""
    job = running.drain(job_id, seconds=TURN_SECONDS)
    if job.is_unfinished and job.chunks.filter(state="open").exists():
        ring_workers(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Every 15 seconds: rings for every unfinished job, so that no lost message can lose work."""
    for job_id in services.unfinished_ids():
        ring_workers(job_id)


def ring_workers(job_id: int) -> None:
    """Rings two workers; a broker that is away costs a log line, the sweeper rings later."""
    try:
        for _ in range(2):
            ring.apply_async((job_id,), expires=60)
    except Exception:
        log.warning("broker_away", job=job_id)
