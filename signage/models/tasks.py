"""What scans show and people tell about the sign at a door: tasks for the grid worker, counts by day."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import audited, no_delete
from rentals.models import Unit
from signage.models.signs import Sign
from signage.querysets import SignTaskQuerySet
from signage.states import TASK_STATE_NAMES, TaskState
from signage.triggers import task_moves_as_allowed


class SignTask(models.Model):
    """Something to look at at one door; the same thing told again is the same task."""

    class Kind(models.TextChoices):
        DEAD = "dead", _("an old sign still hangs")
        MISSING = "missing", _("the sign is missing")
        WRONG = "wrong", _("the sign is of another home or shows another grade")
        UNREADABLE = "unreadable", _("the sign cannot be read")

    State = TaskState

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sign_tasks")
    kind = models.CharField(max_length=10, choices=Kind)
    sign = models.ForeignKey(Sign, null=True, on_delete=models.PROTECT, related_name="tasks")
    state = models.CharField(
        max_length=4, choices=[(s.value, TASK_STATE_NAMES[s]) for s in TaskState], default=TaskState.OPEN
    )
    words = models.CharField(max_length=500, blank=True, help_text="of the first who told")
    photo = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the stored picture")
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=200, blank=True)

    objects = SignTaskQuerySet["SignTask"].as_manager()

    class Meta:
        verbose_name = _("task at a door")
        verbose_name_plural = _("tasks at doors")
        ordering: ClassVar = ["opened_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="signtask_one_open_a_kind", fields=["unit", "kind"], condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="signtask_done_has_who_and_when",
                condition=Q(state="open", done_at__isnull=True)
                | Q(state="done", done_at__isnull=False, done_by__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            audited("sign_task", "state", reason="n.answer"),
            no_delete(),
            task_moves_as_allowed(),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind}"


class ScanCount(models.Model):
    """How often a day something was scanned that nobody should find on a wall."""

    class What(models.TextChoices):
        UNKNOWN = "unknown", _("unknown code")
        WITHDRAWN = "withdrawn", _("withdrawn code")
        DEAD = "dead", _("sign that is not valid any more")
        FOREIGN = "foreign", _("code that was put together from two")
        FAR = "far", _("hung far from its address")

    day = models.DateField()
    what = models.CharField(max_length=9, choices=What)
    scans = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("count of scans")
        verbose_name_plural = _("counts of scans")
        constraints: ClassVar = [models.UniqueConstraint(name="scancount_once_a_day", fields=["day", "what"])]

    def __str__(self) -> str:
        return f"{self.day} {self.what} {self.scans}"
