"""A visit is of a building, with exceptions per home; a finding names an item, a place and what was seen."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from accounts.triggers import append_only
from grading.models.rule_sets import RuleItem, RuleSet
from grading.querysets import OfBuildingQuerySet, PhotoQuerySet
from rentals.models import Building, Unit


class Visit(models.Model):
    """`client_id` is made by the phone and kept for ever: the same visit sent twice is one visit."""

    class Kind(models.TextChoices):
        ROUTINE = "routine", _("routine visit")
        SURVEY = "survey", _("first survey")
        REINSPECTION = "reinspection", _("re-inspection")

    client_id = models.UUIDField(unique=True)
    content_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.ROUTINE)
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="visits")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    objects = OfBuildingQuerySet["Visit"].as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering: ClassVar = ["-submitted_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["building", "-submitted_at"], name="visit_of_building"),
            models.Index(fields=["by", "-submitted_at"], name="visit_by_person"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="visit_starts_before_it_is_sent", condition=Q(started_at__lte=F("submitted_at"))
            )
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.building} {self.submitted_at:%Y-%m-%d}"


class VisitException(models.Model):
    """A home of the building that was not seen at this visit."""

    class Why(models.TextChoices):
        NOBODY_HOME = "nobody_home", _("nobody at home")
        REFUSED = "refused", _("entry refused")

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="exceptions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=12, choices=Why)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="visitexception_once_a_home", fields=["visit", "unit"])
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.why}"


class Finding(models.Model):
    """`unit` is empty for the common parts. `seen` tells whether the fault is there or was found mended.

    A bonus item is no fault: it is seen in order, or seen to be gone, and opens no hazard.
    """

    class Seen(models.TextChoices):
        FAULT = "fault", _("fault found")
        FIXED_ON_SPOT = "fixed", _("fixed on the spot")
        MENDED = "mended", _("found mended")
        IN_ORDER = "order", _("seen in order")
        GONE = "gone", _("no longer there")

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="findings")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="findings")
    item = models.ForeignKey(RuleItem, on_delete=models.PROTECT, related_name="+")
    hazard = models.ForeignKey("grading.Hazard", null=True, on_delete=models.PROTECT, related_name="findings")
    seen = models.CharField(max_length=6, choices=Seen, default=Seen.FAULT)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="finding_item_once_a_place", fields=["visit", "unit", "item"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.seen}"


class Merit(models.Model):
    """A bonus item that is in order at a home, or in the common parts where `unit` is empty."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="merits")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="merits")
    item_code = models.CharField(max_length=4)
    since = models.DateField(help_text="first seen in order")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+", help_text="the newest")

    class Meta:
        verbose_name = _("merit")
        verbose_name_plural = _("merits")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="merit_item_once_a_place",
                fields=["building", "unit", "item_code"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_code} {self.unit_id or self.building_id}"


class Photo(models.Model):
    """A picture of a hazard or of its removal, re-encoded without metadata; known by its content."""

    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=255, help_text="name in storage")
    finding = models.ForeignKey(Finding, null=True, on_delete=models.PROTECT, related_name="photos")
    proof = models.ForeignKey("grading.Proof", null=True, on_delete=models.PROTECT, related_name="photos")
    report = models.ForeignKey(
        "grading.HazardReport", null=True, on_delete=models.PROTECT, related_name="photos"
    )
    urgent_red = models.ForeignKey(
        "grading.UrgentRed", null=True, on_delete=models.PROTECT, related_name="photos"
    )
    objection = models.ForeignKey(
        "grading.Objection", null=True, on_delete=models.PROTECT, related_name="photos"
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    objects = PhotoQuerySet["Photo"].as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        indexes: ClassVar = [models.Index(fields=["sha256"], name="photo_sha256")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="photo_belongs_to_one_thing",
                condition=Exact(
                    Func(
                        "finding",
                        "proof",
                        "report",
                        "urgent_red",
                        "objection",
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    1,
                ),
            )
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
