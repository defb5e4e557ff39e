"""Registry imports: what a file would change, what it changed, and what is needed to take it back."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.triggers import audited, follows
from jobs.models import Job
from rentals.querysets import ImportRunQuerySet

IMPORT_MOVES: dict[str, set[str]] = {
    "waiting": {"checked", "done", "refused"},
    "checked": set(),
    "done": {"undone"},
    "refused": set(),
    "undone": set(),
}


class ImportRun(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CHECKED = "checked", _("checked, nothing changed")
        DONE = "done", _("imported")
        REFUSED = "refused", _("refused")
        UNDONE = "undone", _("taken back")

    class OnError(models.TextChoices):
        SKIP_ROWS = "skip", _("skip bad rows")
        ALL_OR_NOTHING = "all", _("all or nothing")

    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    file = models.CharField(max_length=255, help_text="name in storage")
    file_name = models.CharField(_("file"), max_length=255)
    file_sha256 = models.CharField(max_length=64)
    dry_run = models.BooleanField(_("dry run"), default=True)
    on_error = models.CharField(max_length=4, choices=OnError, default=OnError.SKIP_ROWS)
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="import_run")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    added = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    missing = models.PositiveIntegerField(_("missing from the file"), default=0)
    bad = models.PositiveIntegerField(_("bad rows"), default=0)
    remarks = models.JSONField(default=list)
    problems = models.JSONField(
        default=list, help_text="the first 1,000; all of them are in the error workbook"
    )
    error_file = models.CharField(max_length=255, blank=True, help_text="name in storage")
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    objects = ImportRunQuerySet["ImportRun"].as_manager()

    class Meta:
        verbose_name = _("registry import")
        verbose_name_plural = _("registry imports")
        ordering: ClassVar = ["-pk"]
        triggers: ClassVar = [audited("import_run", "state"), follows(IMPORT_MOVES)]

    def __str__(self) -> str:
        return self.file_name


class ImportChange(models.Model):
    """One home that a run changed or found missing; `before` and `after` hold only the fields that differ.

    Buildings, people and places that it changed or made are kept for taking the run back.

    Added homes need no row here: `Unit.added_by` names the run. Personal data is never copied: a
    changed landlord or manager is recorded by key.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", _("changed")
        MISSING = "missing", _("missing from the file")
        BUILDING = "building", _("changed building")
        PERSON = "person", _("changed person")
        PLACE = "place", _("new place")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="changes")
    unit_code = models.CharField(max_length=25)
    kind = models.CharField(max_length=8, choices=Kind)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["run", "kind", "unit_code"], name="importchange_run")]

    def __str__(self) -> str:
        return f"{self.unit_code} {self.kind}"
