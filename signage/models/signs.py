"""A sign from the printer to the wall and off it; its moves are `signage.states.SIGN_MOVES`."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import audited, no_delete
from communities.models import Estate, ResidentsCommittee
from grading.models.rule_sets import GRADE_CHOICES
from rentals.models import Building, Unit
from signage.models.print_runs import PrintRun
from signage.models.products import Product, stands_at_its_place
from signage.querysets import SignQuerySet
from signage.states import IN_HAND_STATES, LIVE_SIGN_STATES, REASONED_STATES, SIGN_STATE_NAMES, SignState
from signage.triggers import boards_are_photographed, sign_moves_as_allowed


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
                name="sign_stands_at_the_place_of_its_product", condition=stands_at_its_place()
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
