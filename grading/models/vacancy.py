"""A red home must be empty: the grid worker looks, and what is let goes to a department."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from accounts.triggers import audited, follows, no_delete
from grading.models.changes import GradeChange
from grading.models.handling import HandOver
from grading.querysets import VacancyCheckQuerySet
from grading.states import VACANCY_MOVES, VACANCY_STATE_NAMES, VacancyState
from grading.triggers import empty_check_is_of_a_red, of_unit_done_by_their_post
from rentals.models import Unit


class VacancyCheck(models.Model):
    """One look at a red home. The next one is due until the home is red no more."""

    class Answer(models.TextChoices):
        EMPTY = "empty", _("empty")
        LET = "let", _("let")
        UNCLEAR = "unclear", _("could not tell")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="vacancy_checks")
    change = models.ForeignKey(GradeChange, on_delete=models.PROTECT, related_name="vacancy_checks")
    due_on = models.DateField(_("due on"))
    state = models.CharField(
        max_length=10,
        choices=[(state.value, VACANCY_STATE_NAMES[state]) for state in VacancyState],
        default=VacancyState.DUE,
    )
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    hand_over = models.ForeignKey(
        HandOver, null=True, on_delete=models.PROTECT, related_name="vacancy_checks"
    )

    objects = VacancyCheckQuerySet["VacancyCheck"].as_manager()

    class Meta:
        verbose_name = _("vacancy check")
        verbose_name_plural = _("vacancy checks")
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="vacancycheck_one_due_a_home", fields=["unit"], condition=Q(state="due")
            ),
            models.CheckConstraint(
                name="vacancycheck_answered_has_who_when_what",
                condition=Q(
                    state="answered", answer__gt="", answered_by__isnull=False, answered_at__isnull=False
                )
                | (~Q(state="answered") & Q(answer="", answered_by__isnull=True, answered_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="vacancycheck_let_is_handed_over",
                condition=Q(answer="let", hand_over__isnull=False)
                | (~Q(answer="let") & Q(hand_over__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="vacancycheck_due", fields=["due_on"], condition=Q(state="due"))
        ]
        triggers: ClassVar = [
            audited("vacancy_check", "state", reason="n.answer"),
            no_delete(),
            empty_check_is_of_a_red(),
            follows(VACANCY_MOVES),
            pgtrigger.Protect(
                name="answer_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state="answered")
            ),
            of_unit_done_by_their_post(answered_by=(Permission.VISIT_SUBMIT,)),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"
