"""What a landlord says about an own green home, month by month. It opens nothing; the worker reads it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import append_only, no_delete
from grading.models.rule_sets import RuleItem, RuleSet
from grading.models.visits import Visit
from grading.querysets import OfUnitQuerySet
from rentals.models import Unit


class SelfInspection(models.Model):
    """`gained_days`: by how much it put off the next visit, once at most between two visits.

    A sampled one gains nothing: a visit by `verify_by` looks whether it was true.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="self_inspections")
    month = models.DateField(help_text="its first day")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    gained_days = models.PositiveSmallIntegerField(default=0)
    verify_by = models.DateField(null=True)
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    is_confirmed = models.BooleanField(null=True)

    objects = OfUnitQuerySet["SelfInspection"].as_manager()

    class Meta:
        verbose_name = _("self-inspection")
        verbose_name_plural = _("self-inspections")
        ordering: ClassVar = ["-sent_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="selfinspection_once_a_month", fields=["unit", "month"]),
            models.CheckConstraint(
                name="selfinspection_looked_at_has_outcome",
                condition=Q(visit__isnull=True, is_confirmed__isnull=True)
                | Q(visit__isnull=False, is_confirmed__isnull=False),
            ),
            models.CheckConstraint(
                name="selfinspection_sampled_gains_nothing",
                condition=Q(verify_by__isnull=True) | Q(gained_days=0),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="selfinspection_waiting", fields=["unit"], condition=Q(visit__isnull=True))
        ]
        triggers: ClassVar = [no_delete()]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m}"


class SelfReportedFault(models.Model):
    """A fault that the landlord reports of the own home; without any, all was fine."""

    inspection = models.ForeignKey(SelfInspection, on_delete=models.PROTECT, related_name="faults")
    item = models.ForeignKey(RuleItem, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="selfreportedfault_item_once", fields=["inspection", "item"])
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.item_id}"
