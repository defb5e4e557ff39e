"""A landlord's request to take a red home off the list, and how far it has come."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import audited
from grading.models.changes import GradeChange
from grading.models.visits import Visit
from grading.querysets import OfUnitQuerySet
from grading.states import DELISTING_STATE_NAMES, DelistingState
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
        triggers: ClassVar = [audited("delisting_request", "state", reason="n.answer")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"
