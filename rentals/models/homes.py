"""Buildings and rental homes. Their codes are identifiers for life and mean nothing (SZDB/Z 281-2017, 5.2.1)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communities.models import Community, Estate, Grid
from rentals.models.imports import ImportRun
from rentals.models.people import Landlord, Manager
from rentals.querysets import BuildingQuerySet, UnitQuerySet


class Building(models.Model):
    """19-character code. Where it stands today is attribute, never digits of the code."""

    code = models.CharField(_("building code"), max_length=19, unique=True, db_collation="C")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="buildings")
    grid = models.ForeignKey(Grid, null=True, blank=True, on_delete=models.PROTECT, related_name="buildings")
    estate = models.ForeignKey(
        Estate, null=True, blank=True, on_delete=models.PROTECT, related_name="buildings"
    )
    name = models.CharField(_("name"), max_length=128, blank=True)
    road = models.CharField(_("road"), max_length=64, blank=True)
    doorplate = models.CharField(_("door plate"), max_length=64, blank=True)
    aliases = ArrayField(
        models.CharField(max_length=128), verbose_name=_("other names"), default=list, blank=True
    )
    longitude = models.FloatField(_("longitude (WGS-84)"), null=True, blank=True)
    latitude = models.FloatField(_("latitude (WGS-84)"), null=True, blank=True)
    added_by = models.ForeignKey(
        ImportRun, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = BuildingQuerySet["Building"].as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        indexes: ClassVar = [
            GinIndex(OpClass("name", name="gin_trgm_ops"), name="building_name_trgm"),
            models.Index(fields=["community", "grid", "code"], name="building_walk"),
        ]

    def __str__(self) -> str:
        return self.name or self.code


class Unit(models.Model):
    """One rental home (间套), 25-character code."""

    class Category(models.TextChoices):
        URBAN_VILLAGE = "urban_village", _("Urban village")
        COMMODITY_ESTATE = "commodity_estate", _("Commodity estate")
        PUBLIC_RENTAL = "public_rental", _("Public rental")
        SCATTERED = "scattered", _("Scattered")

    code = models.CharField(_("unit code"), max_length=25, unique=True, db_collation="C")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="units")
    address = models.CharField(_("address"), max_length=255)
    floor = models.CharField(_("floor"), max_length=8, blank=True)
    room = models.CharField(_("room"), max_length=16, blank=True)
    category = models.CharField(_("category"), max_length=16, choices=Category)
    area_m2 = models.DecimalField(_("area in ㎡"), max_digits=8, decimal_places=2, null=True, blank=True)
    head_count = models.PositiveSmallIntegerField(_("people living here"), null=True, blank=True)
    landlord = models.ForeignKey(
        Landlord, null=True, blank=True, on_delete=models.PROTECT, related_name="units"
    )
    manager = models.ForeignKey(
        Manager, null=True, blank=True, on_delete=models.PROTECT, related_name="units"
    )
    note = models.CharField(_("note"), max_length=255, blank=True)
    left_on = models.DateField(_("left the register on"), null=True, blank=True)
    added_by = models.ForeignKey(
        ImportRun, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = UnitQuerySet["Unit"].as_manager()

    class Meta:
        verbose_name = _("home")
        verbose_name_plural = pgettext_lazy("in the register", "homes")
        indexes: ClassVar = [
            GinIndex(OpClass("address", name="gin_trgm_ops"), name="unit_address_trgm"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="unit_code_has_25_characters",
                condition=Q(code__regex=r"^4403[0-9]{10}[0-9A-Z][0-9]{4}[0-9]{6}$"),
            )
        ]

    def __str__(self) -> str:
        return self.address
