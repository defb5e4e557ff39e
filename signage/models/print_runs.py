"""An order to print, with its frozen items and its files."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communities.models import Community, Estate, ResidentsCommittee
from grading.models import Photo
from grading.models.rule_sets import GRADE_CHOICES
from jobs.models import Job
from rentals.models import Building, Unit
from signage.models.office import Printer, SignSettings
from signage.models.products import Product, only
from signage.querysets import PrintRunQuerySet


class PrintRun(models.Model):
    """One order to print: the filter it was made from, its job, its items and files."""

    product = models.CharField(max_length=16, choices=Product, default=Product.STICKER)
    title = models.CharField(max_length=200)
    filter: Any = models.JSONField(default=dict)
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="print_runs")
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="print_run")
    start_at = models.PositiveSmallIntegerField(default=1, help_text="first free position of the first sheet")
    size = models.CharField(max_length=8, blank=True, help_text="one of signage.sizes.SIZES")
    sign_settings = models.ForeignKey(SignSettings, null=True, on_delete=models.PROTECT, related_name="+")
    printer = models.ForeignKey(Printer, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = PrintRunQuerySet["PrintRun"].as_manager()

    class Meta:
        verbose_name = _("print run")
        verbose_name_plural = _("print runs")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.title


class PrintItem(models.Model):
    """One sign of a run, frozen when the run was ordered: later edits do not shift pages."""

    run = models.ForeignKey(PrintRun, on_delete=models.CASCADE, related_name="items")
    ordinal = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, null=True, on_delete=models.PROTECT, related_name="+")
    estate = models.ForeignKey(Estate, null=True, on_delete=models.PROTECT, related_name="+")
    committee = models.ForeignKey(ResidentsCommittee, null=True, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=12, blank=True)
    grade = models.CharField(max_length=6, choices=GRADE_CHOICES, blank=True)
    photo = models.ForeignKey(
        Photo,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="the newest cleared one when the run was ordered",
    )
    refused = models.CharField(max_length=200, blank=True, help_text="why it could not be printed")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="printitem_once_in_run", fields=["run", "ordinal"]),
            models.CheckConstraint(
                name="printitem_of_one_place",
                condition=only("unit") | only("building") | only("estate") | only("committee"),
            ),
            models.CheckConstraint(
                name="printitem_photo_only_of_a_building",
                condition=Q(photo__isnull=True) | Q(building__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.ordinal}"


class PrintFile(models.Model):
    """A finished PDF of a run, named by its content."""

    run = models.ForeignKey(PrintRun, on_delete=models.CASCADE, related_name="files")
    seq = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    file = models.CharField(max_length=255, help_text="name in storage")
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField()
    signs = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["seq"]
        constraints: ClassVar = [models.UniqueConstraint(name="printfile_once_in_run", fields=["run", "seq"])]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.seq}"
