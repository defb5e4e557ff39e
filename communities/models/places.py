"""Street, community workstations, residents' committees, grids, estates.

Two code schemes live side by side (domain.md 3.2): the statistical one and the grid and address one.
A workstation (社区工作站) is not a residents' committee (居民委员会): the two are related n:m.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from communities.querysets import CommunityQuerySet, PlaceQuerySet


def in_readers_language(name: str, name_en: str) -> str:
    return name_en if name_en and (get_language() or "").startswith("en") else name


class Street(models.Model):
    name = models.CharField(_("name"), max_length=32, unique=True)
    name_en = models.CharField(_("name in English"), max_length=64)
    district = models.CharField(_("district"), max_length=32)
    city = models.CharField(_("city"), max_length=32)
    statistical_code = models.CharField(_("statistical code"), max_length=12, blank=True)
    address_code = models.CharField(_("code of the address system"), max_length=12, blank=True)
    hotline = models.CharField(_("hotline"), max_length=32)
    area_km2 = models.DecimalField(_("area in km²"), max_digits=7, decimal_places=2, null=True, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    sign_days = models.PositiveSmallIntegerField(_("days to replace a sign"), default=14)

    class Meta:
        verbose_name = _("street")
        verbose_name_plural = _("streets")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="street_signs_are_replaced_in_time", condition=Q(sign_days__gte=1, sign_days__lte=90)
            )
        ]

    def __str__(self) -> str:
        return in_readers_language(self.name, self.name_en)


class Community(models.Model):
    """A community workstation; it exists from `starts_on` until before `ends_on`."""

    street = models.ForeignKey(Street, on_delete=models.PROTECT, related_name="communities")
    name = models.CharField(_("name"), max_length=32)
    name_en = models.CharField(_("name in English"), max_length=64)
    address_code = models.CharField(_("code of the address system"), max_length=12, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    successors = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="predecessors", verbose_name=_("followed by")
    )

    objects = CommunityQuerySet["Community"].as_manager()

    class Meta:
        verbose_name = _("community")
        verbose_name_plural = _("communities")
        ordering: ClassVar = ["address_code", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="community_one_name_at_a_time",
                fields=["street", "name"],
                condition=Q(ends_on__isnull=True),
            ),
            models.CheckConstraint(
                name="community_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return in_readers_language(self.name, self.name_en)


class ResidentsCommittee(models.Model):
    street = models.ForeignKey(Street, on_delete=models.PROTECT, related_name="committees")
    name = models.CharField(_("name"), max_length=32)
    statistical_code = models.CharField(_("statistical code"), max_length=12, blank=True)
    communities = models.ManyToManyField(Community, blank=True, related_name="committees")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("residents' committee")
        verbose_name_plural = _("residents' committees")
        ordering: ClassVar = ["statistical_code", "name"]

    def __str__(self) -> str:
        return self.name


class Grid(models.Model):
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="grids")
    name = models.CharField(_("name"), max_length=32)
    code = models.CharField(_("code"), max_length=14, blank=True)

    objects = PlaceQuerySet["Grid"].as_manager()

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        ordering: ClassVar = ["community", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="grid_one_name_in_community", fields=["community", "name"])
        ]

    def __str__(self) -> str:
        return self.name


class Estate(models.Model):
    """A residential estate or village (小区/村) with an entrance where a board can stand."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="estates")
    name = models.CharField(_("name"), max_length=64)
    is_gated = models.BooleanField(_("estate with an entrance board"), default=False)

    objects = PlaceQuerySet["Estate"].as_manager()

    class Meta:
        verbose_name = _("estate or village")
        verbose_name_plural = _("estates and villages")
        ordering: ClassVar = ["community", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="estate_one_name_in_community", fields=["community", "name"])
        ]

    def __str__(self) -> str:
        return self.name
