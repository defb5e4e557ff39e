"""The what-if: what a version would say of every home, kept as counted cells with the homes behind each."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from communities.models import Community, Grid
from grading.models.rule_sets import GRADE_CHOICES, RuleSet
from jobs.models import Job
from rentals.models import Unit


class Simulation(models.Model):
    """One run over all homes; it speaks of one revision of its rule set, against the version then in force."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="simulations")
    revision = models.PositiveIntegerField()
    compared_with = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="simulation")
    at = models.DateTimeField(help_text="the facts of this moment")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("what-if")
        verbose_name_plural = _("what-ifs")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.rule_set} r{self.revision}"

    @property
    def is_current(self) -> bool:
        """Whether it speaks of the rule set as it is now."""
        return self.finished_at is not None and self.revision == self.rule_set.revision


class SimulationCell(models.Model):
    """Homes of one grid and category with the same outcome. `homes` is the length of `unit_ids`.

    `from_grade` is the grade in force (empty: not graded), `now_grade` what the version in force says today,
    `to_grade` what the simulated one says; `days_before`, `days_after` the intervals that follow.
    """

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="cells")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    grid = models.ForeignKey(Grid, null=True, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=16, choices=Unit.Category)
    from_grade = models.CharField(max_length=6, choices=GRADE_CHOICES, blank=True)
    now_grade = models.CharField(max_length=6, choices=GRADE_CHOICES)
    to_grade = models.CharField(max_length=6, choices=GRADE_CHOICES)
    days_before = models.PositiveSmallIntegerField()
    days_after = models.PositiveSmallIntegerField()
    homes = models.PositiveIntegerField()
    unit_ids: Any = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name = _("cell of a what-if")
        verbose_name_plural = _("cells of a what-if")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="simulationcell_counts_its_homes",
                condition=Q(
                    homes=Func(F("unit_ids"), function="cardinality", output_field=models.IntegerField())
                ),
            ),
            models.CheckConstraint(
                name="simulationcell_days_are_positive", condition=Q(days_before__gt=0, days_after__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_grade or '-'} > {self.to_grade}: {self.homes}"
