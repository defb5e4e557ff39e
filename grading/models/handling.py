"""What happens to a hazard between finding and mending: departments, and spot checks of accepted proofs."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from accounts.triggers import audited, follows, no_delete
from grading.facts import Severity
from grading.models.hazards import Hazard, Proof
from grading.models.visits import Visit
from grading.querysets import OfHazardQuerySet
from grading.states import (
    HAND_OVER_MOVES,
    HAND_OVER_STATE_NAMES,
    SPOT_CHECK_MOVES,
    SPOT_CHECK_STATE_NAMES,
    HandOverState,
    SpotCheckState,
)
from grading.triggers import of_hazard_done_by_their_post


class HandOver(models.Model):
    """A hazard given to a department, and what the department said. The hazard stays open meanwhile."""

    hazard = models.ForeignKey(Hazard, on_delete=models.PROTECT, related_name="hand_overs")
    department = models.CharField(max_length=64)
    words = models.CharField(_("what is asked for"), max_length=500)
    state = models.CharField(
        max_length=10,
        choices=[(state.value, HAND_OVER_STATE_NAMES[state]) for state in HandOverState],
        default=HandOverState.WITH_DEPARTMENT,
    )
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    answered_by = models.CharField(_("who answered"), max_length=64, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    objects = OfHazardQuerySet["HandOver"].as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering: ClassVar = ["-handed_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="handover_one_open_a_hazard", fields=["hazard"], condition=Q(state="with")
            ),
            models.CheckConstraint(
                name="handover_ended_has_who_when_what",
                condition=Q(state="with", ended_at=None, recorded_by=None, answer="")
                | (Q(ended_at__isnull=False, recorded_by__isnull=False, answer__gt="") & ~Q(state="with")),
            ),
            models.CheckConstraint(
                name="handover_answered_says_by_whom", condition=~Q(state="answered") | Q(answered_by__gt="")
            ),
        ]
        triggers: ClassVar = [
            audited("hand_over", "state", reason="n.answer"),
            no_delete(),
            follows(HAND_OVER_MOVES),
            of_hazard_done_by_their_post(
                handed_by=(Permission.HAZARD_VERIFY, Permission.VISIT_SUBMIT),
                recorded_by=(Permission.HAZARD_VERIFY,),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hazard_id} {self.department}"


class SamplingShare(models.Model):
    """How many of a hundred accepted proofs of a severity are looked at; more after each false proof."""

    severity = models.CharField(
        max_length=8, primary_key=True, choices=[(s.value, s.value) for s in Severity]
    )
    percent = models.PositiveSmallIntegerField()
    more_after_false = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("share of spot checks")
        verbose_name_plural = _("shares of spot checks")
        constraints: ClassVar = [
            models.CheckConstraint(name="samplingshare_is_a_percentage", condition=Q(percent__lte=100))
        ]

    def __str__(self) -> str:
        return f"{self.severity} {self.percent}%"


class SpotCheck(models.Model):
    """The draw for one accepted proof, kept whether it was drawn or not; a visit settles what was drawn."""

    proof = models.OneToOneField(Proof, on_delete=models.PROTECT, related_name="spot_check")
    hazard = models.ForeignKey(Hazard, on_delete=models.PROTECT, related_name="spot_checks")
    number = models.PositiveSmallIntegerField(help_text="0 to 99, by the hash of the proof")
    share = models.PositiveSmallIntegerField(help_text="numbers below it are drawn")
    state = models.CharField(
        max_length=10, choices=[(state.value, SPOT_CHECK_STATE_NAMES[state]) for state in SpotCheckState]
    )
    drawn_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfHazardQuerySet["SpotCheck"].as_manager()

    class Meta:
        verbose_name = _("spot check")
        verbose_name_plural = _("spot checks")
        ordering: ClassVar = ["due_on", "pk"]
        indexes: ClassVar = [
            models.Index(name="spotcheck_waiting", fields=["hazard"], condition=Q(state="waiting"))
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="spotcheck_drawn_below_the_share",
                condition=Q(state="not_drawn", number__gte=F("share"), due_on=None)
                | (Q(number__lt=F("share"), due_on__isnull=False) & ~Q(state="not_drawn")),
            ),
            models.CheckConstraint(
                name="spotcheck_settled_by_a_visit",
                condition=Q(state__in=["not_drawn", "waiting"], visit=None)
                | Q(state__in=["confirmed", "false"], visit__isnull=False),
            ),
        ]
        triggers: ClassVar = [audited("spot_check", "state"), no_delete(), follows(SPOT_CHECK_MOVES)]

    def __str__(self) -> str:
        return f"{self.proof_id} {self.state}"
