"""A job and its chunks. What is done, by whom it is claimed and what came out stands here, not in a queue."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import follows


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=Job.UNFINISHED)


JOB_MOVES: dict[str, set[str]] = {
    "planning": {"running", "failed", "cancelled"},
    "running": {"done", "failed", "cancelled"},
    "done": set(),
    "failed": set(),
    "cancelled": set(),
}


class Job(models.Model):
    class State(models.TextChoices):
        PLANNING = "planning", _("being prepared")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    UNFINISHED: ClassVar = [State.PLANNING, State.RUNNING]

    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=128, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNING)
    total = models.PositiveIntegerField(default=0, help_text="items; honest because they are frozen")
    done = models.PositiveIntegerField(default=0, help_text="items of finished chunks")
    step = models.CharField(max_length=200, blank=True, help_text="what is being done now, for people")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True, help_text="last progress")
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="job_asked_twice_is_one",
                fields=["kind", "dedupe_key"],
                condition=Q(state__in=["planning", "running"]) & ~Q(dedupe_key=""),
            ),
            models.CheckConstraint(name="job_never_over_its_total", condition=Q(done__lte=F("total"))),
        ]
        triggers: ClassVar = [follows(JOB_MOVES)]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def percent(self) -> int:
        """0 to 100; 100 only when the job is done."""
        if self.state == self.State.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED


CHUNK_MOVES: dict[str, set[str]] = {
    "open": {"running"},
    "running": {"open", "done", "failed"},  # open again: another worker tries
    "done": set(),
    "failed": set(),
}


class Chunk(models.Model):
    """A part of a job that one worker does under a lease; the lease token fences a worker that came late."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="chunks")
    seq = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    not_before = models.DateTimeField(null=True, help_text="after an outage: when it is tried again")
    result: Any = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="chunk_once_in_job", fields=["job", "seq"]),
            models.CheckConstraint(
                name="chunk_running_under_lease",
                condition=~Q(state="running") | Q(lease_until__isnull=False, lease_token__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="chunk_unfinished", fields=["job", "seq"], condition=Q(state__in=["open", "running"])
            )
        ]
        triggers: ClassVar = [follows(CHUNK_MOVES)]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.seq}"


class Pulse(models.Model):
    """When the scheduler last rang, and when a worker last answered; a silence is told by `/readyz`."""

    class Name(models.TextChoices):
        SCHEDULER = "scheduler", _("scheduler")
        WORKER = "worker", _("worker")

    name = models.CharField(max_length=9, choices=Name, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
