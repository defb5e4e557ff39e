"""How fast a job goes, how long it still takes, and whether it stands still."""

from datetime import datetime, timedelta
from typing import Any

from jobs import services
from jobs.models import Job

STANDS_STILL_AFTER = timedelta(seconds=60)


def pace(job: Job, *, now: datetime) -> dict[str, Any]:
    """`rate` items a second, `left_s` seconds, `stalled_since` a moment, `trouble` words; None where unknown."""
    spent = ((job.finished_at or now) - job.started_at).total_seconds() if job.started_at else 0
    rate = job.done / spent if spent >= 1 and job.done else None
    is_still = job.is_unfinished and job.moved_at is not None and now - job.moved_at > STANDS_STILL_AFTER
    left_s = (job.total - job.done) / rate if rate and job.is_unfinished and not is_still else None
    return {
        "rate": round(rate) if rate and rate >= 1 else None,
        "left_s": round(left_s) if left_s else None,
        "stalled_since": job.moved_at if is_still else None,
        "trouble": services.trouble(job.pk) if job.is_unfinished else "",
    }
