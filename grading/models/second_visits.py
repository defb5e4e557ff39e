"""What keeps visits honest: second visits drawn by lot, and photos that can be compared."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import append_only, no_delete
from grading.models.visits import Visit
from grading.querysets import OfBuildingQuerySet
from rentals.models import Building, Unit


class PhotoPrint(models.Model):
    """A photo's look in 64 bits (difference hash), to find one picture used twice; empty for one without detail."""

    sha256 = models.CharField(max_length=64, unique=True)
    look = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.sha256[:12]


class SecondVisitDraw(models.Model):
    """Visits drawn by lot to be paid again by another person. Seed and pool make the draw repeatable."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_on = models.DateField(_("visits from"))
    last_on = models.DateField(_("visits to"))
    seed = models.CharField(max_length=32)
    pool = models.PositiveIntegerField(help_text="visits of the period that could be drawn")

    class Meta:
        verbose_name = _("draw of second visits")
        verbose_name_plural = _("draws of second visits")
        ordering: ClassVar = ["-at"]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.first_on} {self.last_on} {self.seed}"


class SecondVisit(models.Model):
    """A drawn visit, who pays it again, and whether the second look confirms the grades of the first."""

    draw = models.ForeignKey(SecondVisitDraw, on_delete=models.PROTECT, related_name="second_visits")
    first = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="+")
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="second_visits")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="second_visits"
    )
    due_on = models.DateField(_("second visit by"))
    visit = models.OneToOneField(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    homes = models.PositiveIntegerField(default=0, help_text="seen at both visits")
    differing = models.ManyToManyField(Unit, blank=True, related_name="+")

    objects = OfBuildingQuerySet["SecondVisit"].as_manager()

    class Meta:
        verbose_name = _("second visit")
        verbose_name_plural = _("second visits")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="secondvisit_by_another_person", condition=~Q(assigned_to=F("first_by"))
            ),
            models.CheckConstraint(
                name="secondvisit_is_another_visit", condition=Q(visit__isnull=True) | ~Q(visit=F("first"))
            ),
            models.UniqueConstraint(
                name="secondvisit_one_waiting_a_building",
                fields=["building"],
                condition=Q(visit__isnull=True),
            ),
        ]
        triggers: ClassVar = [no_delete()]

    def __str__(self) -> str:
        return f"{self.building_id} {self.due_on}"
