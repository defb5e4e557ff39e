"""Urgent red: one panel member puts a home into red at once; another confirms or lifts it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from accounts.triggers import audited, follows, no_delete
from grading.models.changes import GradeChange
from grading.models.hazards import Hazard
from grading.querysets import UrgentRedQuerySet
from grading.states import URGENT_MOVES, URGENT_STATE_NAMES, UrgentState
from grading.triggers import of_unit_done_by_their_post
from rentals.models import Unit


class UrgentRed(models.Model):
    """The decision rests on a veto fault (`hazard`), so that the rules explain the red line by line."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="urgent_reds")
    change = models.OneToOneField(GradeChange, on_delete=models.PROTECT, related_name="urgent_red")
    hazard = models.ForeignKey(Hazard, on_delete=models.PROTECT, related_name="+")
    is_opened_here = models.BooleanField(help_text="the fault was not on record before this decision")
    state = models.CharField(
        max_length=12,
        choices=[(s.value, URGENT_STATE_NAMES[s]) for s in UrgentState],
        default=UrgentState.UNCONFIRMED,
    )
    reason = models.CharField(max_length=500)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    confirm_by = models.DateField(_("to be confirmed by"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    lifting = models.OneToOneField(
        GradeChange, null=True, on_delete=models.PROTECT, related_name="lifted_urgent_red"
    )

    objects = UrgentRedQuerySet["UrgentRed"].as_manager()

    class Meta:
        verbose_name = _("urgent red")
        verbose_name_plural = _("urgent reds")
        ordering: ClassVar = ["confirm_by", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="urgentred_one_unconfirmed_a_home", fields=["unit"], condition=Q(state="unconfirmed")
            ),
            models.CheckConstraint(
                name="urgentred_ended_has_who_when_why",
                condition=Q(state="unconfirmed", ended_by__isnull=True, ended_at__isnull=True)
                | (
                    Q(ended_by__isnull=False, ended_at__isnull=False, answer__gt="") & ~Q(state="unconfirmed")
                ),
            ),
            models.CheckConstraint(
                name="urgentred_ended_by_another_member",
                condition=Q(ended_by__isnull=True) | ~Q(ended_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="urgentred_lifted_has_its_change",
                condition=Q(state="lifted", lifting__isnull=False)
                | (~Q(state="lifted") & Q(lifting__isnull=True)),
            ),
        ]
        triggers: ClassVar = [
            audited("urgent_red", "state", reason="n.answer"),
            no_delete(),
            follows(URGENT_MOVES),
            of_unit_done_by_their_post(
                decided_by=(Permission.GRADE_DECIDE_RED,), ended_by=(Permission.GRADE_DECIDE_RED,)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"
