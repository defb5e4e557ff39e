"""Products, tokens, print runs with their frozen items and files, and signs with their life."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import audited, no_delete
from communities.models import Community, Estate, ResidentsCommittee
from grading.models.rule_sets import GRADE_CHOICES
from jobs.models import Job
from rentals.models import Building, Unit
from signage.querysets import PrintRunQuerySet, SignQuerySet


class Product(models.TextChoices):
    """What is printed and hung; where each stands is `PLACES`."""

    STICKER = "sticker", _("sticker")
    NO_RENTAL = "no_rental", _("no-rental notice")
    BUILDING_BOARD = "building_board", _("building board")
    HAZARD_NOTICE = "hazard_notice", _("hazard notice")
    STAR_PLAQUE = "star_plaque", _("star plaque")
    ESTATE_BOARD = "estate_board", _("estate entrance board")
    VILLAGE_BOARD = "village_board", _("village gate board")


PLACES: dict[Product, tuple[str, ...]] = {
    Product.STICKER: ("unit",),
    Product.NO_RENTAL: ("unit",),
    Product.BUILDING_BOARD: ("building",),
    Product.HAZARD_NOTICE: ("building",),
    Product.STAR_PLAQUE: ("building",),
    Product.ESTATE_BOARD: ("estate",),
    Product.VILLAGE_BOARD: ("estate", "committee"),
}
TARGETS = ("unit", "building", "estate", "committee")


def only(place: str) -> Q:
    """The row has this one of the four targets and no other."""
    return Q(**{f"{target}__isnull": target != place for target in TARGETS})


def _stands_at_its_place() -> Q:
    fits = Q()
    for product, places in PLACES.items():
        for place in places:
            fits |= Q(product=product) & only(place)
    return fits


class PublicToken(models.Model):
    """The opaque address of a home's public page: 128 random bits that survive every grade change."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, primary_key=True, related_name="public_token")
    token = models.CharField(max_length=22, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="publictoken_is_22_base62", condition=Q(token__regex=r"^[0-9A-Za-z]{22}$")
            )
        ]

    def __str__(self) -> str:
        return f"{self.token[:4]}…"


class PrintRun(models.Model):
    """One order to print: the filter it was made from, its job, its items and files."""

    product = models.CharField(max_length=16, choices=Product, default=Product.STICKER)
    title = models.CharField(max_length=200)
    filter: Any = models.JSONField(default=dict)
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="print_runs")
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="print_run")
    start_at = models.PositiveSmallIntegerField(default=1, help_text="first free position of the first sheet")
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
    refused = models.CharField(max_length=200, blank=True, help_text="why it could not be printed")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="printitem_once_in_run", fields=["run", "ordinal"]),
            models.CheckConstraint(
                name="printitem_of_one_place",
                condition=only("unit") | only("building") | only("estate") | only("committee"),
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


class Sign(models.Model):
    """A printed thing with a serial, from the printer to the wall and off it again."""

    class State(models.TextChoices):
        PRINTED = "printed", _("printed, in hand")
        POSTED = "posted", _("on the wall")
        SUPERSEDED = "superseded", _("replaced")
        REMOVED = "removed", _("taken down")
        VOID = "void", _("void, never posted")

    serial = models.CharField(max_length=12, unique=True)
    product = models.CharField(max_length=16, choices=Product)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="signs")
    building = models.ForeignKey(Building, null=True, on_delete=models.PROTECT, related_name="signs")
    estate = models.ForeignKey(Estate, null=True, on_delete=models.PROTECT, related_name="signs")
    committee = models.ForeignKey(
        ResidentsCommittee, null=True, on_delete=models.PROTECT, related_name="signs"
    )
    grade = models.CharField(max_length=6, choices=GRADE_CHOICES, blank=True)
    says: Any = models.JSONField(
        default=dict, help_text="what a board tells that may change: homes by grade, hazards, stars"
    )
    state = models.CharField(max_length=10, choices=State, default=State.PRINTED)
    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="signs")
    page = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    printed_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    objects = SignQuerySet["Sign"].as_manager()

    class Meta:
        verbose_name = _("sign")
        verbose_name_plural = _("signs")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="sign_one_on_the_wall",
                fields=["unit", "product"],
                condition=Q(state="posted", unit__isnull=False),
            ),
            models.UniqueConstraint(
                name="sign_one_in_hand",
                fields=["unit", "product"],
                condition=Q(state="printed", unit__isnull=False),
            ),
            *(
                models.UniqueConstraint(
                    name=name,
                    fields=[place, "product", "state"],
                    condition=Q(state__in=["posted", "printed"]) & Q(**{f"{place}__isnull": False}),
                )
                for name, place in (
                    ("sign_one_at_a_building", "building"),
                    ("sign_one_at_an_estate", "estate"),
                    ("sign_one_of_a_committee", "committee"),
                )
            ),
            models.CheckConstraint(
                name="sign_stands_at_the_place_of_its_product", condition=_stands_at_its_place()
            ),
            models.CheckConstraint(
                name="sign_posted_has_who_and_when",
                condition=~Q(state="posted") | Q(posted_at__isnull=False, posted_by__isnull=False),
            ),
        ]
        triggers: ClassVar = [audited("sign", "state"), no_delete()]

    def __str__(self) -> str:
        return self.serial
