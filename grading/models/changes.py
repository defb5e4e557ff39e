"""From assessment to grade in force: the proposal, its decision, the history, and where a home stands."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.triggers import audited, follows, no_delete
from communities.models import Community
from grading.models.rule_sets import GRADE_CHOICES, RuleSet
from grading.models.visits import Visit
from grading.querysets import GradeChangeQuerySet, OfUnitQuerySet, StandingQuerySet
from grading.states import CHANGE_MOVES, CHANGE_STATE_NAMES, ChangeState
from grading.triggers import (
    change_done_by_their_post,
    fell_back_under_watch,
    red_is_left_after_another_look,
)
from jobs.models import Job
from rentals.models import Unit


class Assessment(models.Model):
    """The outcome of the rules for a home: kept when version, grade, score or reasons differ from the last one."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assessments")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    grade = models.CharField(max_length=6, choices=GRADE_CHOICES)
    score = models.PositiveSmallIntegerField()
    bonus = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="points for stars")
    lines = models.JSONField(default=list, help_text="the sum, line by line (grading.assessing.line_to_json)")
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfUnitQuerySet["Assessment"].as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="assessment_score_0_to_100", condition=Q(score__lte=100))
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.grade} {self.score}"


WHO_DECIDES = Func(
    "decided_by",
    "reviewed_by",
    template="ARRAY[%(expressions)s]::bigint[]",
    output_field=ArrayField(models.BigIntegerField()),
)


class GradeChange(models.Model):
    """Proposed by an assessment; the community decides green and yellow, the panel red in either direction.

    `inspected_by` is frozen from the visit, so that the database itself refuses a decision by the
    person who inspected. While it waits, newer reasons for the same outcome take the place of the older
    ones; who inspected before stays barred in `earlier_inspectors`.
    """

    class Mark(models.TextChoices):
        """How the change came about; its mark in the history."""

        ASSESSED = "assessed", _("by the rules")
        FELL_BACK = "fell_back", _("fell back within the watch")
        URGENT = "urgent", _("urgent red")
        LIFTED = "lifted", _("urgent red lifted")

    class DecidedAs(models.TextChoices):
        COMMUNITY = "community", _("community")
        PANEL = "panel", _("panel")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grade_changes")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="changes")
    from_grade = models.CharField(max_length=6, choices=GRADE_CHOICES, null=True)
    to_grade = models.CharField(max_length=6, choices=GRADE_CHOICES)
    mark = models.CharField(max_length=10, choices=Mark, default=Mark.ASSESSED, db_default=Mark.ASSESSED)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, CHANGE_STATE_NAMES[s]) for s in ChangeState],
        default=ChangeState.PROPOSED,
    )
    proposed_at = models.DateTimeField()
    inspected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    earlier_inspectors = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    review_reason = models.CharField(max_length=500, blank=True)
    decided_as = models.CharField(max_length=10, choices=DecidedAs, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    objects = GradeChangeQuerySet["GradeChange"].as_manager()

    class Meta:
        verbose_name = _("grade change")
        verbose_name_plural = _("grade changes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="gradechange_one_open_a_home",
                fields=["unit"],
                condition=Q(state__in=["proposed", "with_panel"]),
            ),
            models.CheckConstraint(
                name="gradechange_changes_the_grade",
                condition=Q(from_grade__isnull=True) | ~Q(from_grade=F("to_grade")),
            ),
            models.CheckConstraint(
                name="gradechange_decided_has_who_when_why",
                condition=Q(
                    state__in=["approved", "returned"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    decided_as__gt="",
                    reason__gt="",
                )
                | Q(state__in=["proposed", "with_panel", "superseded"], decided_by__isnull=True),
            ),
            models.CheckConstraint(
                name="gradechange_red_only_by_the_panel",
                condition=~Q(state="approved")
                | Q(decided_as="panel")
                | (~Q(to_grade="red") & (Q(from_grade__isnull=True) | ~Q(from_grade="red"))),
            ),
            models.CheckConstraint(
                name="gradechange_red_only_after_review",
                condition=~Q(state__in=["with_panel", "approved"])
                | (~Q(to_grade="red") & (Q(from_grade__isnull=True) | ~Q(from_grade="red")))
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False)
                | ~Q(mark="assessed"),
            ),
            models.CheckConstraint(
                name="gradechange_urgent_is_the_panels_at_once",
                condition=Q(mark__in=["assessed", "fell_back"])
                | Q(mark="urgent", to_grade="red", state="approved", decided_as="panel")
                | Q(mark="lifted", from_grade="red", state="approved", decided_as="panel"),
            ),
            models.CheckConstraint(
                name="gradechange_fell_back_to_red_before_the_panel",
                condition=~Q(mark="fell_back") | (Q(to_grade="red") & ~Q(state="proposed")),
            ),
            models.CheckConstraint(
                name="gradechange_only_red_before_the_panel",
                condition=~Q(state="with_panel")
                | Q(to_grade="red")
                | Q(from_grade__isnull=False, from_grade="red"),
            ),
            models.CheckConstraint(
                name="gradechange_panel_decides_what_was_handed_on",
                condition=~Q(decided_as="panel") | Q(reviewed_at__isnull=False) | ~Q(mark="assessed"),
            ),
            models.CheckConstraint(
                name="gradechange_returned_by_whom_it_lay_before",
                condition=~Q(state="returned", decided_as="community")
                | Q(reviewed_at__isnull=True, mark="assessed"),
            ),
            models.CheckConstraint(
                name="gradechange_never_by_the_inspector",
                condition=Q(inspected_by__isnull=True)
                | (
                    (Q(decided_by__isnull=True) | ~Q(decided_by=F("inspected_by")))
                    & (Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("inspected_by")))
                ),
            ),
            models.CheckConstraint(
                name="gradechange_never_by_an_earlier_inspector",
                condition=~Q(earlier_inspectors__overlap=WHO_DECIDES),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="gradechange_open",
                fields=["community", "state", "proposed_at"],
                condition=Q(state__in=["proposed", "with_panel"]),
            ),
            models.Index(
                name="gradechange_decided",
                fields=["-decided_at", "-id"],
                condition=Q(decided_at__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            audited("grade_change", "state", reason="n.reason"),
            no_delete(),
            follows(CHANGE_MOVES),
            red_is_left_after_another_look(),
            fell_back_under_watch(),
            change_done_by_their_post(),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.from_grade or '-'} > {self.to_grade}"

    def was_inspected_by(self, user: User) -> bool:
        return user.pk == self.inspected_by_id or user.pk in self.earlier_inspectors

    @property
    def touches_red(self) -> bool:
        return "red" in (self.from_grade, self.to_grade)


class GradePeriod(models.Model):
    """The grade in force of a home, from when until when: history without gaps or overlaps."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grade_periods")
    grade = models.CharField(max_length=6, choices=GRADE_CHOICES)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    change = models.OneToOneField(GradeChange, on_delete=models.PROTECT, related_name="period")

    objects = OfUnitQuerySet["GradePeriod"].as_manager()

    class Meta:
        verbose_name = _("grade in force")
        verbose_name_plural = _("grades in force")
        ordering: ClassVar = ["-starts_at"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="gradeperiod_one_grade_at_a_time",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (
                        Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        triggers: ClassVar = [no_delete()]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.grade} {self.starts_at:%Y-%m-%d}"


class Standing(models.Model):
    """Where a home stands now; one row a home, written with the history it sums up.

    `check_integrity` compares it with the rows it comes from.
    """

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    grade = models.CharField(max_length=6, choices=GRADE_CHOICES, null=True)
    graded_at = models.DateTimeField(null=True)
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="+")
    last_visit_at = models.DateTimeField(null=True)
    next_visit_on = models.DateField(null=True)
    gained_days = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="by a self-inspection since the last visit"
    )
    reassess_on = models.DateField(null=True, help_text="on this day time alone changes the sum")

    objects = StandingQuerySet["Standing"].as_manager()

    class Meta:
        verbose_name = _("standing of a home")
        verbose_name_plural = _("standings of homes")
        indexes: ClassVar = [
            models.Index(fields=["grade", "unit"], name="standing_grade"),
            models.Index(fields=["next_visit_on"], name="standing_next_visit"),
            models.Index(  # what is due is `next_visit_on <= today or never visited`: one index for each half
                fields=["unit"], name="standing_never_visited", condition=Q(last_visit_at__isnull=True)
            ),
            models.Index(
                fields=["reassess_on"], name="standing_reassess", condition=Q(reassess_on__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="standing_graded_has_when",
                condition=Q(grade__isnull=True, graded_at__isnull=True)
                | Q(grade__isnull=False, graded_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.grade or '-'}"

    def is_stale_on(self, day: date) -> bool:
        """Whether the last visit is older than the interval of the grade; as `objects.stale_on`."""
        return self.next_visit_on is not None and self.next_visit_on < day
