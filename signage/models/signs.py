"""Products, tokens, print runs with their frozen items and files, signs with their life, and tasks at the doors."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import append_only, audited, no_delete
from communities.models import Community, Estate, ResidentsCommittee
from grading.models import Photo
from grading.models.rule_sets import GRADE_CHOICES
from jobs.models import Job
from rentals.models import Building, Unit
from signage.models.office import Printer, SignSettings
from signage.querysets import PrintRunQuerySet, SignQuerySet, SignTaskQuerySet
from signage.states import (
    IN_HAND_STATES,
    LIVE_SIGN_STATES,
    REASONED_STATES,
    SIGN_STATE_NAMES,
    TASK_STATE_NAMES,
    SignState,
    TaskState,
)
from signage.triggers import boards_are_photographed, sign_moves_as_allowed, task_moves_as_allowed


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
    """The opaque address of a home's public page: 128 random bits that survive every grade change.

    The office renews it when a sticker was stolen or copied; the old one is then a `WithdrawnToken`.
    """

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, primary_key=True, related_name="public_token")
    token = models.CharField(max_length=22, unique=True, db_collation="C")

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


class Sign(models.Model):
    """A printed thing with a serial, from the printer to the wall and off it again."""

    State = SignState

    serial = models.CharField(max_length=12, unique=True, db_collation="C")
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
    state = models.CharField(
        max_length=10,
        choices=[(s.value, SIGN_STATE_NAMES[s]) for s in SignState],
        default=SignState.PRINTED,
    )
    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="signs")
    page = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    printed_at = models.DateTimeField()
    issued_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    posted_photo = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="SHA-256 of the stored picture"
    )
    posted_metres_off = models.PositiveIntegerField(
        null=True,
        help_text="from the registered place, if the phone told its own; the place itself is not kept",
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_photo = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="SHA-256 of the stored picture"
    )
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")

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
                condition=Q(state__in=IN_HAND_STATES, unit__isnull=False),
            ),
            *(
                models.UniqueConstraint(
                    name=name,
                    fields=[place, "product"],
                    condition=Q(state="posted", **{f"{place}__isnull": False}),
                )
                for name, place in (
                    ("sign_one_at_a_building", "building"),
                    ("sign_one_at_an_estate", "estate"),
                    ("sign_one_of_a_committee", "committee"),
                )
            ),
            *(
                models.UniqueConstraint(
                    name=f"sign_one_in_hand_for_{place}",
                    fields=[place, "product"],
                    condition=Q(state__in=IN_HAND_STATES, **{f"{place}__isnull": False}),
                )
                for place in ("building", "estate", "committee")
            ),
            models.CheckConstraint(
                name="sign_stands_at_the_place_of_its_product", condition=_stands_at_its_place()
            ),
            models.CheckConstraint(
                name="sign_posted_has_who_and_when",
                condition=~Q(state="posted") | Q(posted_at__isnull=False, posted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="sign_issued_has_who_and_when",
                condition=~Q(state="issued")
                | Q(issued_to__isnull=False, issued_by__isnull=False, issued_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sign_ended_has_when",
                condition=Q(state__in=LIVE_SIGN_STATES, ended_at__isnull=True)
                | (~Q(state__in=LIVE_SIGN_STATES) & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="sign_lost_or_refused_has_a_reason",
                condition=~Q(state__in=REASONED_STATES) | Q(reason__gt=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["issued_to"], condition=Q(state="issued"), name="sign_handed_out_to"),
            models.Index(fields=["unit", "product"], name="sign_of_unit"),
        ]
        triggers: ClassVar = [
            audited("sign", "state", "issued_to_id", reason="n.reason"),
            no_delete(),
            sign_moves_as_allowed(),
            boards_are_photographed(),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def place(self) -> Unit | Building | Estate | ResidentsCommittee:
        """Where it hangs, or will."""
        found = self.unit or self.building or self.estate or self.committee
        if found is None:
            raise ValueError("a sign has a place")  # a constraint holds this
        return found

    @property
    def is_in_hand(self) -> bool:
        return self.state in IN_HAND_STATES

    @property
    def needs_photo(self) -> bool:
        """A board or notice: photographed where it hangs, and its place when it is gone."""
        return self.product != Product.STICKER


class WithdrawnToken(models.Model):
    """An address that led to a home once and leads nowhere any more."""

    token = models.CharField(max_length=22, unique=True, db_collation="C")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.token[:4]}…"


class ScanCount(models.Model):
    """How often a day something was scanned that nobody should find on a wall."""

    class What(models.TextChoices):
        UNKNOWN = "unknown", _("unknown code")
        WITHDRAWN = "withdrawn", _("withdrawn code")
        DEAD = "dead", _("sign that is not valid any more")
        FOREIGN = "foreign", _("code that was put together from two")
        FAR = "far", _("hung far from its address")

    day = models.DateField()
    what = models.CharField(max_length=9, choices=What)
    scans = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("count of scans")
        verbose_name_plural = _("counts of scans")
        constraints: ClassVar = [models.UniqueConstraint(name="scancount_once_a_day", fields=["day", "what"])]

    def __str__(self) -> str:
        return f"{self.day} {self.what} {self.scans}"


class SignTask(models.Model):
    """Something to look at at one door; the same thing told again is the same task."""

    class Kind(models.TextChoices):
        DEAD = "dead", _("an old sign still hangs")
        MISSING = "missing", _("the sign is missing")
        WRONG = "wrong", _("the sign is of another home or shows another grade")
        UNREADABLE = "unreadable", _("the sign cannot be read")

    State = TaskState

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sign_tasks")
    kind = models.CharField(max_length=10, choices=Kind)
    sign = models.ForeignKey(Sign, null=True, on_delete=models.PROTECT, related_name="tasks")
    state = models.CharField(
        max_length=4, choices=[(s.value, TASK_STATE_NAMES[s]) for s in TaskState], default=TaskState.OPEN
    )
    words = models.CharField(max_length=500, blank=True, help_text="of the first who told")
    photo = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the stored picture")
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=200, blank=True)

    objects = SignTaskQuerySet["SignTask"].as_manager()

    class Meta:
        verbose_name = _("task at a door")
        verbose_name_plural = _("tasks at doors")
        ordering: ClassVar = ["opened_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="signtask_one_open_a_kind", fields=["unit", "kind"], condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="signtask_done_has_who_and_when",
                condition=Q(state="open", done_at__isnull=True)
                | Q(state="done", done_at__isnull=False, done_by__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            audited("sign_task", "state", reason="n.answer"),
            no_delete(),
            task_moves_as_allowed(),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind}"
