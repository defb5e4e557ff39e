"""Stars belong to buildings: proposed, decided by somebody else, awarded for a time, withdrawn on a cause."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from accounts.triggers import audited, no_delete
from grading.models.rule_sets import RuleSet
from grading.querysets import StarAwardQuerySet, StarProposalQuerySet
from grading.stars import Cause
from grading.states import STAR_STATE_NAMES, StarState
from grading.triggers import award_follows_its_decision, of_building_done_by_their_post
from rentals.models import Building

CAUSE_NAMES = {
    Cause.RED: _("a home turned red"),
    Cause.YELLOW: _("a home turned yellow"),
    Cause.INCIDENT: _("fire or police incident"),
    Cause.FALSE_PROOF: _("a proof was untrue"),
    Cause.OTHER: _("another cause"),
}


class StarProposal(models.Model):
    """To award `stars`, or to withdraw `award` for a `cause`; `facts` are those of the day it was made."""

    class What(models.TextChoices):
        AWARD = "award", _("award")
        WITHDRAW = "withdraw", _("withdrawal")

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="star_proposals")
    what = models.CharField(max_length=8, choices=What)
    stars = models.PositiveSmallIntegerField()
    award = models.ForeignKey(
        "grading.StarAward", null=True, on_delete=models.PROTECT, related_name="withdrawal_proposals"
    )
    cause = models.CharField(
        max_length=12, blank=True, choices=[(cause.value, CAUSE_NAMES[cause]) for cause in Cause]
    )
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(help_text="what the conditions were judged by (grading.services.star_facts)")
    state = models.CharField(
        max_length=10,
        choices=[(state.value, STAR_STATE_NAMES[state]) for state in StarState],
        default=StarState.PROPOSED,
    )
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    objects = StarProposalQuerySet["StarProposal"].as_manager()

    class Meta:
        verbose_name = _("star proposal")
        verbose_name_plural = _("star proposals")
        ordering: ClassVar = ["-proposed_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="starproposal_one_open_a_building", fields=["building"], condition=Q(state="proposed")
            ),
            models.CheckConstraint(name="starproposal_1_to_5_stars", condition=Q(stars__range=(1, 5))),
            models.CheckConstraint(
                name="starproposal_withdrawal_has_award_and_cause",
                condition=Q(what="award", award__isnull=True, cause="")
                | Q(what="withdraw", award__isnull=False, cause__gt=""),
            ),
            models.CheckConstraint(name="starproposal_has_a_reason", condition=Q(reason__gt="")),
            models.CheckConstraint(
                name="starproposal_decided_has_who_when_why",
                condition=Q(
                    state__in=["approved", "refused"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    answer__gt="",
                )
                | Q(state__in=["proposed", "superseded"], decided_by__isnull=True, decided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="starproposal_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="starproposal_open", fields=["proposed_at"], condition=Q(state="proposed"))
        ]
        triggers: ClassVar = [
            audited("star_proposal", "state", reason="n.answer"),
            no_delete(),
            pgtrigger.ReadOnly(
                name="never_edited",
                fields=[
                    "building", "what", "stars", "award", "cause", "rule_set", "facts", "reason",
                    "proposed_by", "proposed_at",
                ],
            ),
            pgtrigger.Protect(
                name="decided_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="proposed"),
            ),
            of_building_done_by_their_post(decided_by=(Permission.STAR_DECIDE,)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.building_id} {self.what} {self.stars}"


class StarAward(models.Model):
    """The stars a building has, until `valid_until` at the latest; ended once, never changed."""

    class End(models.TextChoices):
        WITHDRAWN = "withdrawn", _("withdrawn")
        REPLACED = "replaced", _("awarded anew")
        EXPIRED = "expired", _("expired")

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="star_awards")
    stars = models.PositiveSmallIntegerField()
    proposal = models.OneToOneField(StarProposal, on_delete=models.PROTECT, related_name="star_award")
    awarded_at = models.DateTimeField()
    valid_until = models.DateField(_("valid until"))
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=End, blank=True)
    withdrawal = models.OneToOneField(
        StarProposal, null=True, on_delete=models.PROTECT, related_name="withdrawn_award"
    )

    objects = StarAwardQuerySet["StarAward"].as_manager()

    class Meta:
        verbose_name = _("award of stars")
        verbose_name_plural = _("awards of stars")
        ordering: ClassVar = ["-awarded_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="staraward_one_in_force_a_building",
                fields=["building"],
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="staraward_ended_has_when_and_how",
                condition=Q(ended_at__isnull=True, ending="") | Q(ended_at__isnull=False, ending__gt=""),
            ),
            models.CheckConstraint(
                name="staraward_withdrawn_has_its_proposal",
                condition=Q(ending="withdrawn", withdrawal__isnull=False)
                | (~Q(ending="withdrawn") & Q(withdrawal__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="staraward_in_force", fields=["valid_until"], condition=Q(ended_at__isnull=True)
            )
        ]
        triggers: ClassVar = [
            audited("star_award", "ended_at", "ending"),
            no_delete(),
            pgtrigger.ReadOnly(
                name="never_edited", fields=["building", "stars", "proposal", "awarded_at", "valid_until"]
            ),
            pgtrigger.Protect(
                name="ended_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            award_follows_its_decision(),
        ]

    def __str__(self) -> str:
        return f"{self.building_id} {self.stars}"
