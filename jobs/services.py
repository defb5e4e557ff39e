"""The verbs of long work: ask, plan, claim, finish, fail, cancel. All of them are guarded updates."""

import hashlib
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import DateTimeField, F, Func, Q, Sum
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from core.errors import Conflict
from jobs.models import Chunk, Job

LEASE = timedelta(seconds=60)
PAUSE = timedelta(seconds=15)
ATTEMPTS = 3


class Clock(Func):
    """The database's clock: those of workers on other machines may differ by more than a lease."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def ask(
    *, kind: str, params: dict[str, Any], by: User, at: datetime, dedupe_key: str = ""
) -> tuple[Job, bool]:
    """The job, and whether it is new: asking again while it runs gives the running one (double click)."""
    while True:
        try:
            with transaction.atomic():
                job = Job.objects.create(
                    kind=kind, params=params, dedupe_key=dedupe_key, requested_by=by, requested_at=at
                )
        except IntegrityError:
            running = Job.objects.unfinished().filter(kind=kind, dedupe_key=dedupe_key).first()
            if running is None:  # it has ended in this moment
                continue
            return running, False
        audit.record("job-asked", by=by, subject="job", subject_id=job.pk, data={"kind": kind})
        return job, True


def key_of(*parts: object) -> str:
    """A dedupe key for what was ordered: orders that differ anywhere, however long, have different keys."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def plan(job: Job, chunks: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Freezes the work: (size, payload) for each chunk. The total is their sum and never changes."""
    Chunk.objects.bulk_create(
        [Chunk(job=job, seq=seq, size=size, payload=payload) for seq, (size, payload) in enumerate(chunks)],
        batch_size=1000,
    )
    Job.objects.filter(pk=job.pk, state=Job.State.PLANNING).update(
        state=Job.State.RUNNING,
        total=sum(size for size, _payload in chunks),
        started_at=Now(),
        moved_at=Now(),
    )


def claim(job_id: int, *, in_order: bool, attempts: int = ATTEMPTS) -> Chunk | None:
    """The next open chunk under a fresh lease, or one whose lease ran out; None when none is free.

    `in_order` jobs hand out a chunk only when all before it are done.
    """
    with transaction.atomic():
        _give_up_after_last_attempt(job_id, attempts)
        waiting = Chunk.objects.filter(job_id=job_id, job__state=Job.State.RUNNING).filter(
            state__in=[Chunk.State.OPEN, Chunk.State.RUNNING]
        )
        if in_order:
            undone = Chunk.objects.filter(job_id=job_id).exclude(state=Chunk.State.DONE)
            waiting = waiting.filter(pk__in=undone.order_by("seq").values("pk")[:1])
        is_rested = Q(not_before=None) | Q(not_before__lt=Clock())
        free = waiting.filter(
            Q(is_rested, state=Chunk.State.OPEN) | Q(state=Chunk.State.RUNNING, lease_until__lt=Clock())
        )
        chunk = free.select_for_update(skip_locked=True, of=("self",)).order_by("seq").first()
        if chunk is None:
            return None
        chunk.state = Chunk.State.RUNNING
        chunk.attempts += 1
        chunk.lease_token = uuid.uuid4()
        chunk.not_before = None
        Chunk.objects.filter(pk=chunk.pk).update(
            state=chunk.state,
            attempts=chunk.attempts,
            lease_token=chunk.lease_token,
            lease_until=Clock() + LEASE,
            not_before=None,
        )
        return chunk


def hold(chunk: Chunk) -> bool:
    """Extends the lease; False when another worker has the chunk."""
    mine = Chunk.objects.filter(pk=chunk.pk, lease_token=chunk.lease_token)
    return mine.update(lease_until=Clock() + LEASE) == 1


@contextmanager
def uncounted(chunk: Chunk) -> Iterator[None]:
    """While the block looks for what ends the work: a worker that dies in it is no evidence against the chunk."""
    mine = Chunk.objects.filter(pk=chunk.pk, lease_token=chunk.lease_token)
    mine.update(attempts=F("attempts") - 1)
    yield
    mine.update(attempts=F("attempts") + 1, result={"is_looked_at": True})


def _give_up_after_last_attempt(job_id: int, attempts: int) -> None:
    """A worker that is killed reports nothing: its lease runs out, and after the last of them the chunk is given up."""
    Chunk.objects.filter(
        job_id=job_id, state=Chunk.State.RUNNING, lease_until__lt=Clock(), attempts__gte=attempts
    ).update(
        state=Chunk.State.FAILED,
        lease_until=None,
        lease_token=None,
        result={"error": str(_("The worker died each time."))},
    )


def finish(chunk: Chunk, result: dict[str, Any]) -> bool:
    """Accepts the result of whoever still holds the lease; False for a late finisher, who changes nothing."""
    with transaction.atomic():
        accepted = Chunk.objects.filter(
            pk=chunk.pk, lease_token=chunk.lease_token, state=Chunk.State.RUNNING
        ).update(state=Chunk.State.DONE, result=result, lease_until=None, lease_token=None, finished_at=Now())
        if accepted:
            Job.objects.filter(pk=chunk.job_id).update(done=F("done") + chunk.size, moved_at=Now())
    return accepted == 1


def give_back(chunk: Chunk, *, error: str, attempts: int = ATTEMPTS) -> bool:
    """After an error: open again, or failed for good after the last attempt. True when failed for good."""
    is_last = chunk.attempts >= attempts
    changed = Chunk.objects.filter(pk=chunk.pk, lease_token=chunk.lease_token).update(
        state=Chunk.State.FAILED if is_last else Chunk.State.OPEN,
        lease_until=None,
        lease_token=None,
        result={"error": error[-2000:]},
    )
    return is_last and changed == 1


def pause(chunk: Chunk, *, error: str) -> bool:
    """After an outage (disk full, database away): open again in a while; the attempt does not count."""
    mine = Chunk.objects.filter(pk=chunk.pk, lease_token=chunk.lease_token, state=Chunk.State.RUNNING)
    changed = mine.update(
        state=Chunk.State.OPEN,
        attempts=F("attempts") - 1,
        lease_until=None,
        lease_token=None,
        not_before=Clock() + PAUSE,
        result={"error": error[-2000:]},
    )
    return changed == 1


def trouble(job_id: int) -> str:
    """The last words of an attempt that went wrong and is to be made again; empty when there is none."""
    waiting = Chunk.objects.filter(job_id=job_id, state=Chunk.State.OPEN, result__has_key="error")
    chunk = waiting.order_by("-not_before", "seq").first()
    return _last_line(chunk.result["error"]) if chunk else ""


def _last_line(words: str) -> str:
    lines = words.strip().splitlines()
    return lines[-1] if lines else ""


def what_failed(job_id: int) -> str:
    """How many items the failed chunks hold, and the last words of the first of them."""
    failed = list(Chunk.objects.filter(job_id=job_id, state=Chunk.State.FAILED).order_by("seq"))
    why = _last_line(str(failed[0].result.get("error", ""))) if failed else ""
    return str(_("%(count)s items could not be done: %(why)s")) % {
        "count": sum(chunk.size for chunk in failed),
        "why": why,
    }


def fail(job_id: int, *, error: str) -> None:
    Job.objects.unfinished().filter(pk=job_id).update(
        state=Job.State.FAILED, error=error[-2000:], finished_at=Now()
    )


def complete(job_id: int, *, result: dict[str, Any]) -> bool:
    """Done: only when every chunk is done and their sizes add up to the total."""
    open_chunks = Chunk.objects.filter(job_id=job_id).exclude(state=Chunk.State.DONE).exists()
    counted = Chunk.objects.filter(job_id=job_id, state=Chunk.State.DONE).aggregate(
        n=Coalesce(Sum("size"), 0)
    )["n"]
    if open_chunks:
        return False
    return (
        Job.objects.filter(pk=job_id, state=Job.State.RUNNING, total=counted).update(
            state=Job.State.DONE, result=result, done=counted, step="", finished_at=Now()
        )
        == 1
    )


@transaction.atomic
def cancel(*, job_id: int, by: User, at: datetime) -> Job:
    """Asks a job to stop: no chunk is handed out from now on; what is finished stays."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if not job.is_unfinished:
        raise Conflict(_("This job has ended already."))
    audit.act_as(by)
    job.cancel_requested_at = at
    job.state = Job.State.CANCELLED
    job.finished_at = at
    job.save(update_fields=["cancel_requested_at", "state", "finished_at"])
    audit.record("job-cancelled", by=by, subject="job", subject_id=job.pk)
    return job


def say(job_id: int, step: str) -> None:
    """What is being done now, in words for the progress bar; seen at once, also from within a transaction."""

    def write() -> None:
        try:
            Job.objects.filter(pk=job_id).update(step=step[:200], moved_at=Now())
        finally:
            connection.close()

    speaker = threading.Thread(target=write)
    speaker.start()
    speaker.join()


def unfinished_ids() -> Iterable[int]:
    return Job.objects.unfinished().order_by("pk").values_list("pk", flat=True)
