"""Hazards: opened by a finding, with a deadline and a department; a relapse re-opens the same row."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from accounts.triggers import append_only, audited, follows
from grading.models.rule_sets import RuleItem
from grading.models.visits import Visit
from grading.querysets import HazardQuerySet, OfHazardQuerySet, OfUnitQuerySet
from grading.states import HAZARD_MOVES, HAZARD_STATE_NAMES, HazardState
from grading.triggers import of_unit_done_by_their_post, proof_done_by_their_post
from rentals.models import Building, Unit


class Hazard(models.Model):
    """One fault at one place. `unit` is empty for the common parts, which count for every home there."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="hazards")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="hazards")
    item = models.ForeignKey(RuleItem, on_delete=models.PROTECT, related_name="+")
    item_code = models.CharField(max_length=4)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, HAZARD_STATE_NAMES[s]) for s in HazardState],
        default=HazardState.OPEN,
    )
    opened_at = models.DateTimeField(help_text="of the present spell, when it relapsed")
    due_on = models.DateField(_("mend by"), null=True)
    closed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True, help_text="last found still there")
    escalated_at = models.DateTimeField(null=True, help_text="overdue: told to the supervisor")
    happened_on = models.DateField(null=True, help_text="of the newest incident behind it")
    relapses = models.PositiveSmallIntegerField(default=0)
    set_aside_on = models.DateField(
        null=True, help_text="closed by an objection that was upheld: it never counted"
    )
    listed_at = models.DateTimeField(
        null=True, help_text="common parts, major or critical: posted on the building (挂牌公示)"
    )
    note = models.CharField(max_length=500, blank=True)

    objects = HazardQuerySet["Hazard"].as_manager()

    class Meta:
        verbose_name = _("hazard")
        verbose_name_plural = _("hazards")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="hazard_one_row_a_fault_and_place",
                fields=["building", "unit", "item_code"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="hazard_closed_has_when",
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="hazard_escalated_only_while_open",
                condition=Q(escalated_at__isnull=True) | ~Q(state="closed"),
            ),
            models.CheckConstraint(
                name="hazard_set_aside_only_while_closed",
                condition=Q(set_aside_on__isnull=True) | Q(state="closed"),
            ),
            models.CheckConstraint(
                name="hazard_listed_only_in_common_parts",
                condition=Q(listed_at__isnull=True) | Q(unit__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="hazard_open_unit", fields=["unit"], condition=~Q(state="closed")),
            models.Index(name="hazard_open_building", fields=["building"], condition=~Q(state="closed")),
            models.Index(name="hazard_open_due", fields=["due_on"], condition=~Q(state="closed")),
            models.Index(
                name="hazard_closed", fields=["item_code", "closed_at"], condition=Q(state="closed")
            ),
            models.Index(name="hazard_escalated", fields=["due_on"], condition=Q(escalated_at__isnull=False)),
            models.Index(
                name="hazard_incident", fields=["happened_on"], condition=Q(happened_on__isnull=False)
            ),
            models.Index(name="hazard_listed", fields=["listed_at"], condition=Q(listed_at__isnull=False)),
        ]
        triggers: ClassVar = [
            audited("hazard", "state"),
            follows(HAZARD_MOVES),
            pgtrigger.Trigger(
                name="closing_ends_the_escalation",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__state="closed", new__escalated_at__isnull=False),
                func="NEW.escalated_at = NULL; RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="finding_it_again_ends_the_setting_aside",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(new__state="closed") & pgtrigger.Q(new__set_aside_on__isnull=False),
                func="NEW.set_aside_on = NULL; RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_code} {self.unit or self.building}"


class HazardEvent(models.Model):
    """What happened to a hazard, in order; written once."""

    class What(models.TextChoices):
        OPENED = "opened", _("found")
        SEEN_AGAIN = "seen_again", _("found again")
        RELAPSED = "relapsed", _("came back")
        FIXED_ON_SPOT = "fixed_on_spot", _("fixed on the spot")
        PROOF_SENT = "proof_sent", _("proof sent")
        PROOF_REFUSED = "proof_refused", _("proof refused")
        CLOSED = "closed", _("mended")
        HANDED_OVER = "handed_over", _("handed over to a department")
        ANSWERED = "answered", _("answered by the department")
        TAKEN_BACK = "taken_back", _("taken back from the department")
        ESCALATED = "escalated", _("overdue: told to the supervisor")
        CHECK_PASSED = "check_passed", _("spot check: found mended")
        SET_ASIDE = "set_aside", _("set aside after an objection")
        CHECK_FAILED = "check_failed", _("spot check: found not mended")

    hazard = models.ForeignKey(Hazard, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=14, choices=What)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.hazard_id} {self.what}"


PROOF_MOVES: dict[str, set[str]] = {"sent": {"accepted", "refused"}, "accepted": set(), "refused": set()}


class Proof(models.Model):
    """What a landlord sends to show that a hazard is mended."""

    class State(models.TextChoices):
        SENT = "sent", _("waits for a check")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    hazard = models.ForeignKey(Hazard, on_delete=models.PROTECT, related_name="proofs")
    state = models.CharField(max_length=8, choices=State, default=State.SENT)
    note = models.CharField(max_length=500, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    objects = OfHazardQuerySet["Proof"].as_manager()

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="proof_one_waiting_a_hazard", fields=["hazard"], condition=Q(state="sent")
            ),
            models.CheckConstraint(
                name="proof_checked_has_who_and_when",
                condition=Q(state="sent", checked_by__isnull=True, checked_at__isnull=True)
                | (~Q(state="sent") & Q(checked_by__isnull=False, checked_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="proof_refused_has_reason", condition=~Q(state="refused") | ~Q(reason="")
            ),
        ]
        triggers: ClassVar = [
            audited("proof", "state"),
            follows(PROOF_MOVES),
            proof_done_by_their_post(),
        ]

    def __str__(self) -> str:
        return f"{self.hazard_id} {self.state}"


REPORT_MOVES: dict[str, set[str]] = {"new": {"checked"}, "checked": set()}


class HazardReport(models.Model):
    """What a tenant or neighbour reports from the public page. No name, no phone: a case number instead."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        CHECKED = "checked", _("checked")

    class Kind(models.TextChoices):
        """What can be ticked instead of written."""

        ESCAPE = "escape", _("Stairs or exit blocked or locked")
        EBIKE = "ebike", _("E-bike or battery in the stairs or a home")
        WIRING = "wiring", _("Bare or improvised wiring")
        GAS = "gas", _("Smell of gas, gas bottle, water heater without flue")
        BUILDING = "building", _("Cracks, falling parts, loose railings")
        LET = "let", _("A home marked red is being let")
        STICKER_WRONG = (
            "sticker_wrong",
            _("The sticker's address is not this door, or its colour is not this grade"),
        )
        STICKER_GONE = "sticker_gone", _("The sticker is missing or damaged")

    case_number = models.CharField(max_length=16, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reports")
    kinds = ArrayField(models.CharField(max_length=16, choices=Kind), default=list, db_default=[])
    text = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    objects = OfUnitQuerySet["HazardReport"].as_manager()

    class Meta:
        verbose_name = _("hazard report")
        verbose_name_plural = _("hazard reports")
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="hazardreport_checked_has_who_and_when",
                condition=Q(state="new") | Q(checked_by__isnull=False, checked_at__isnull=False),
            )
        ]
        triggers: ClassVar = [
            audited("hazard_report", "state"),
            follows(REPORT_MOVES),
            of_unit_done_by_their_post(checked_by=(Permission.HAZARD_VERIFY,)),
        ]

    def __str__(self) -> str:
        return self.case_number
