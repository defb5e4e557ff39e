"""Versioned rule sets: what is checked, what it does, by when it must be mended, on which source."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.triggers import audited
from grading.facts import Effect, Grade, Severity
from grading.querysets import RuleSetQuerySet
from grading.rule_triggers import items_follow_their_version, published_stays
from grading.states import OPEN_RULE_SET_STATES, RULE_SET_STATE_NAMES, RuleSetState
from grading.triggers import rule_set_done_by_their_post


def default_star_points() -> list[int]:
    return [90, 94, 97, 100, 103]


class RuleSet(models.Model):
    """A published version never changes; a visit and an assessment are bound to the one they used.

    `revision` counts the edits of a draft: a what-if speaks of one revision only. The first version of a
    street has no `based_on`; every later one is a draft made from a published one.
    """

    version = models.CharField(_("version"), max_length=16, unique=True)
    title = models.CharField(_("title"), max_length=128)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, RULE_SET_STATE_NAMES[s]) for s in RuleSetState],
        default=RuleSetState.DRAFT,
    )
    effective_on = models.DateField(_("grades from"))
    green_from = models.PositiveSmallIntegerField(_("green from this score"))
    dimension_caps = models.JSONField(help_text="dimension letter to the most points it can cost")
    interval_days = models.JSONField(help_text="grade to days until the next visit")
    interval_days_capped = models.PositiveSmallIntegerField(_("days with an open cap item"))
    watch_days = models.PositiveSmallIntegerField(
        _("days of watch after delisting"), default=90, db_default=90
    )
    watch_days_incident = models.PositiveSmallIntegerField(
        _("days of watch after an incident"), default=30, db_default=30
    )
    relapse_red_count = models.PositiveSmallIntegerField(
        _("relapses that propose red"), default=3, db_default=3
    )
    relapse_window_months = models.PositiveSmallIntegerField(
        _("months in which relapses are counted"), default=12, db_default=12
    )
    self_inspection_days = models.PositiveSmallIntegerField(
        _("days a self-inspection puts off the visit"), default=0, db_default=0
    )
    self_inspection_sample = models.PositiveSmallIntegerField(
        _("percent of self-inspections verified"), default=10, db_default=10
    )
    star_months = models.PositiveSmallIntegerField(_("months of green before stars"), default=6, db_default=6)
    star_case_months = models.PositiveSmallIntegerField(
        _("months without a case before stars"), default=12, db_default=12
    )
    star_score_from = models.PositiveSmallIntegerField(_("stars from this score"), default=90, db_default=90)
    star_points = ArrayField(
        models.PositiveSmallIntegerField(),
        size=5,
        default=default_star_points,
        db_default=default_star_points(),
        help_text="score and bonus of the weakest home from which 1, 2, ... 5 stars are given",
    )
    star_valid_months = models.PositiveSmallIntegerField(
        _("months an award of stars is valid"), default=12, db_default=12
    )
    announce_days = models.PositiveSmallIntegerField(
        _("working days before which a re-inspection is announced"), default=1, db_default=1
    )
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="drafts")
    revision = models.PositiveIntegerField(default=0)
    drafted_at = models.DateTimeField(null=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    publish_reason = models.CharField(max_length=500, blank=True)

    objects = RuleSetQuerySet["RuleSet"].as_manager()

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        ordering: ClassVar = ["-effective_on"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="ruleset_published_has_when",
                condition=Q(state__in=["draft", "simulated"]) | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ruleset_draft_has_who_and_when",
                condition=Q(based_on__isnull=True)
                | Q(
                    drafted_by__isnull=False,
                    drafted_at__isnull=False,
                    edited_by__isnull=False,
                    edited_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="ruleset_published_by_a_second_person",
                condition=Q(state__in=["draft", "simulated"])
                | Q(based_on__isnull=True)
                | (
                    Q(published_by__isnull=False, publish_reason__gt="")
                    & ~Q(published_by=F("drafted_by"))
                    & ~Q(published_by=F("edited_by"))
                ),
            ),
            models.CheckConstraint(name="ruleset_five_thresholds_of_stars", condition=Q(star_points__len=5)),
            models.UniqueConstraint(
                name="ruleset_one_published_a_day", fields=["effective_on"], condition=Q(state="published")
            ),
        ]
        triggers: ClassVar = [
            audited("rule_set", "state", "effective_on", reason="n.publish_reason"),
            published_stays(),
            rule_set_done_by_their_post(),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited: nothing was ever judged by it."""
        return self.state in OPEN_RULE_SET_STATES


class RuleItem(models.Model):
    class Scope(models.TextChoices):
        UNIT = "unit", _("home")
        BUILDING = "building", _("common parts")
        EITHER = "either", _("home or common parts")

    class RedCause(models.TextChoices):
        """The five causes the street counts for homes turned red in daily work, and the rest."""

        MAHJONG = "mahjong", _("illegal mah-jong parlour")
        GAS = "gas", _("illegal bottled gas stored or sold")
        INCIDENT = "incident", _("police incident or fire")
        FIRE_HAZARD = "fire_hazard", _("serious fire-safety hazard")
        DANGEROUS_BUILDING = "dangerous_building", _("dangerous building")
        OTHER = "other", _("other")

    class Deadline(models.TextChoices):
        NONE = "none", _("no deadline")
        AT_ONCE = "at_once", _("at once")
        STOP = "stop", _("stop letting")
        DAYS = "days", _("within days")

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="items")
    code = models.CharField(_("code"), max_length=4)
    text_zh = models.CharField(max_length=255)
    text_en = models.CharField(max_length=255)
    fault_zh = models.CharField(max_length=64, help_text="the fault in a few words, for forms and signs")
    fault_en = models.CharField(max_length=96)
    scope = models.CharField(max_length=8, choices=Scope)
    severity = models.CharField(max_length=8, choices=[(s.value, s.value) for s in Severity])
    effect = models.CharField(max_length=8, choices=[(e.value, e.value) for e in Effect])
    points = models.PositiveSmallIntegerField(default=0)
    deadline = models.CharField(max_length=8, choices=Deadline)
    deadline_days = models.PositiveSmallIntegerField(default=0)
    decay_days = models.PositiveSmallIntegerField(
        null=True, help_text="days after mending, or after a one-off finding, until the deduction ends"
    )
    department = models.CharField(max_length=64, blank=True)
    needs_photo = models.BooleanField(default=False)
    is_for_self_inspection = models.BooleanField(
        _("for the landlord's self-inspection"), default=False, db_default=False
    )
    red_cause = models.CharField(max_length=20, choices=RedCause, blank=True)
    sources = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        ordering: ClassVar = ["rule_set", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="ruleitem_code_once_in_version", fields=["rule_set", "code"]),
            models.CheckConstraint(
                name="ruleitem_veto_has_a_cause",
                condition=Q(effect="veto", red_cause__gt="") | (~Q(effect="veto") & Q(red_cause="")),
            ),
            models.CheckConstraint(
                name="ruleitem_points_fit_effect",
                condition=Q(effect__in=["points", "bonus"], points__gt=0)
                | Q(effect__in=["veto", "cap"], points=0),
            ),
            models.CheckConstraint(
                name="ruleitem_decay_only_of_points",
                condition=Q(decay_days__isnull=True) | Q(effect="points", decay_days__gt=0),
            ),
        ]
        triggers: ClassVar = [items_follow_their_version()]

    def __str__(self) -> str:
        return f"{self.code} {self.fault}"

    @property
    def text(self) -> str:
        return self.text_zh if _reads_chinese() else self.text_en

    @property
    def fault(self) -> str:
        return self.fault_zh if _reads_chinese() else self.fault_en

    @property
    def dimension(self) -> str:
        return self.code[0]


def _reads_chinese() -> bool:
    return (translation.get_language() or "zh").startswith("zh")


GRADE_NAMES = {Grade.GREEN: _("Green"), Grade.YELLOW: _("Yellow"), Grade.RED: _("Red")}
GRADE_CHOICES = [(grade.value, GRADE_NAMES[grade]) for grade in Grade]
DIMENSION_NAMES = {
    "H": _("Building and equipment"),
    "L": _("Landlord's duties"),
    "F": _("Crime and fire prevention"),
    "Z": _("Safety hazards"),
    "E": _("Cleanliness"),
}
