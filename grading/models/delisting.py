"""A landlord's request to take a red home off the list, and how far it has come."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from accounts.triggers import append_only, audited, follows, no_delete
from grading.models.changes import GradeChange
from grading.models.hazards import Hazard
from grading.models.visits import Visit
from grading.querysets import OfUnitQuerySet
from grading.states import DELISTING_MOVES, DELISTING_STATE_NAMES, DelistingState
from grading.triggers import granted_when_all_is_mended, of_unit_done_by_their_post
from rentals.models import Unit


class DelistingRequest(models.Model):
    """The request creates the re-inspection, the re-inspection the proposal, the panel decides."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="delisting_requests")
    state = models.CharField(
        max_length=10,
        choices=[(s.value, DELISTING_STATE_NAMES[s]) for s in DelistingState],
        default=DelistingState.REQUESTED,
    )
    words = models.CharField(_("what was done"), max_length=500)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    inspect_by = models.DateField(_("re-inspection by"))
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    change = models.OneToOneField(
        GradeChange, null=True, on_delete=models.PROTECT, related_name="delisting_request"
    )
    ended_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    objects = OfUnitQuerySet["DelistingRequest"].as_manager()

    class Meta:
        verbose_name = _("delisting request")
        verbose_name_plural = _("delisting requests")
        ordering: ClassVar = ["-requested_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="delistingrequest_one_open_a_home",
                fields=["unit"],
                condition=Q(state__in=["requested", "inspected", "with_panel"]),
            ),
            models.CheckConstraint(
                name="delistingrequest_never_on_paper_alone",
                condition=~Q(state="granted") | Q(visit__isnull=False, change__isnull=False),
            ),
            models.CheckConstraint(
                name="delistingrequest_ended_has_when",
                condition=Q(state__in=["requested", "inspected", "with_panel"], ended_at__isnull=True)
                | Q(state__in=["granted", "refused", "withdrawn"], ended_at__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            audited("delisting_request", "state", reason="n.answer"),
            granted_when_all_is_mended(),
            follows(DELISTING_MOVES),
            of_unit_done_by_their_post(requested_by=(Permission.DELISTING_REQUEST,)),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"


class ExitItem(models.Model):
    """One reason of the red on the way out: proved by the landlord, looked at by the re-inspection."""

    class Seen(models.TextChoices):
        NOT_YET = "", _("waits for the re-inspection")
        MENDED = "mended", _("found mended")
        STILL = "still", _("still there")

    request = models.ForeignKey(DelistingRequest, on_delete=models.PROTECT, related_name="items")
    hazard = models.ForeignKey(Hazard, on_delete=models.PROTECT, related_name="+")
    seen = models.CharField(max_length=8, choices=Seen, default=Seen.NOT_YET, blank=True)
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("exit checklist item")
        verbose_name_plural = _("exit checklist items")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="exititem_once_a_request", fields=["request", "hazard"]),
            models.CheckConstraint(
                name="exititem_seen_at_a_visit", condition=Q(seen="", visit__isnull=True) | ~Q(seen="")
            ),
        ]
        triggers: ClassVar = [no_delete()]

    def __str__(self) -> str:
        return f"{self.request_id} {self.hazard_id} {self.seen}"


class Watch(models.Model):
    """After a red was left: the same cause again within these days goes straight to the panel."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="watches")
    change = models.OneToOneField(GradeChange, on_delete=models.PROTECT, related_name="watch")
    starts_on = models.DateField()
    until = models.DateField(_("under watch until"))
    causes = ArrayField(models.CharField(max_length=4), help_text="codes of the veto items of the red")

    objects = OfUnitQuerySet["Watch"].as_manager()

    class Meta:
        verbose_name = _("watch after delisting")
        verbose_name_plural = _("watches after delisting")
        ordering: ClassVar = ["-until"]
        indexes: ClassVar = [models.Index(fields=["unit", "until"], name="watch_of_unit")]
        constraints: ClassVar = [
            models.CheckConstraint(name="watch_ends_after_it_starts", condition=Q(until__gte=F("starts_on")))
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.unit_id} {self.until:%Y-%m-%d}"
