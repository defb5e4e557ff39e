"""What police and fire service report, and what each category does to a grade.

Protected categories are kept and never tied to a home: whoever calls for help must not lose it by the call.
"""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from accounts.triggers import audited, follows, no_delete
from grading.models.hazards import Hazard
from grading.models.rule_sets import _reads_chinese
from grading.querysets import IncidentQuerySet
from grading.states import INCIDENT_MOVES, INCIDENT_STATE_NAMES, IncidentState
from grading.triggers import of_building_done_by_their_post
from jobs.models import Job
from rentals.models import Building, Unit


class IncidentCategory(models.Model):
    """`item_code` is the checklist item an incident of this kind opens; empty where it counts for nothing."""

    code = models.CharField(max_length=16, primary_key=True)
    name_zh = models.CharField(max_length=32, unique=True)
    name_en = models.CharField(max_length=64)
    item_code = models.CharField(max_length=4, blank=True)
    needs_landlord_fault = models.BooleanField(default=False)
    is_protected = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("incident category")
        verbose_name_plural = _("incident categories")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="incidentcategory_protected_never_counts",
                condition=Q(is_protected=False) | Q(item_code=""),
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="stays_protected",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_protected=True, new__is_protected=False),
            )
        ]

    def __str__(self) -> str:
        return self.name_zh if _reads_chinese() else self.name_en


class Incident(models.Model):
    """One incident, once for each number of its source; matched to a building, or to one home in it."""

    class Source(models.TextChoices):
        POLICE = "police", _("police")
        FIRE = "fire", _("fire service")

    class Severity(models.TextChoices):
        MINOR = "minor", _("minor")
        SERIOUS = "serious", _("serious")
        GRAVE = "grave", _("grave")

    class MatchedBy(models.TextChoices):
        CODE = "code", _("the code")
        PARTS = "parts", _("all parts of the address")
        SIMILAR = "similar", _("a similar address")
        PERSON = "person", _("a person")

    source = models.CharField(max_length=8, choices=Source)
    number = models.CharField(max_length=40)
    category = models.ForeignKey(IncidentCategory, on_delete=models.PROTECT, related_name="incidents")
    is_protected = models.BooleanField(default=False, editable=False, help_text="set by the database")
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.MINOR)
    happened_at = models.DateTimeField()
    place = models.CharField(max_length=255)
    code = models.CharField(max_length=25, blank=True, help_text="of the home or building, when it was told")
    is_landlord_at_fault = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10,
        choices=[(state.value, INCIDENT_STATE_NAMES[state]) for state in IncidentState],
        default=IncidentState.DOUBTFUL,
    )
    building = models.ForeignKey(Building, null=True, on_delete=models.PROTECT, related_name="incidents")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="incidents")
    confidence = models.PositiveSmallIntegerField(default=0, help_text="of 100")
    matched_by = models.CharField(max_length=8, choices=MatchedBy, blank=True)
    candidates = models.JSONField(default=list, help_text="building, unit, confidence and reason of each")
    communities = ArrayField(models.BigIntegerField(), default=list, help_text="of the candidates")
    hazard = models.ForeignKey(Hazard, null=True, on_delete=models.PROTECT, related_name="incidents")
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True)

    objects = IncidentQuerySet["Incident"].as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering: ClassVar = ["-happened_at", "-pk"]
        indexes: ClassVar = [
            models.Index(name="incident_doubtful", fields=["happened_at"], condition=Q(state="doubtful"))
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="incident_number_once_a_source", fields=["source", "number"]),
            models.CheckConstraint(
                name="incident_protected_is_tied_to_no_home",
                condition=Q(is_protected=False)
                | Q(state="set_aside", building=None, unit=None, hazard=None, candidates=[], communities=[]),
            ),
            models.CheckConstraint(
                name="incident_matched_has_a_place",
                condition=Q(state="matched", building__isnull=False, matched_by__gt="")
                | (~Q(state="matched") & Q(building=None, unit=None, hazard=None)),
            ),
            models.CheckConstraint(
                name="incident_confidence_is_a_percentage", condition=Q(confidence__lte=100)
            ),
            models.CheckConstraint(
                name="incident_checked_has_who_and_when",
                condition=Q(checked_by=None, checked_at=None) & ~Q(matched_by="person") & ~Q(state="nowhere")
                | Q(checked_by__isnull=False, checked_at__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="protection_follows_the_category",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    SELECT c.is_protected INTO STRICT NEW.is_protected
                    FROM grading_incidentcategory c WHERE c.code = NEW.category_id;
                    RETURN NEW;
                """,
            ),
            audited("incident", "state"),
            no_delete(),
            follows(INCIDENT_MOVES),
            of_building_done_by_their_post(
                received_by=(Permission.INCIDENT_IMPORT,), checked_by=(Permission.INCIDENT_MATCH,)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.number}"
