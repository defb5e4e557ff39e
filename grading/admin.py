"""Rules, visits, hazards and grades, to look at. All of them have a state and move through the flows."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import LookUp
from grading.models import (
    DelistingRequest,
    GradeChange,
    GradePeriod,
    Hazard,
    HazardReport,
    Proof,
    RuleItem,
    RuleSet,
    Visit,
)


class Related(LookUp):
    """Loads the named relations with the rows, so that a list costs the same for 1 and 50."""

    related: tuple[str, ...] = ()
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.related)


@admin.register(RuleSet)
class RuleSetAdmin(Related):
    list_display = ("version", "title", "state", "effective_on", "green_from")
    related = ("published_by",)


@admin.register(RuleItem)
class RuleItemAdmin(Related):
    list_display = ("code", "fault_zh", "rule_set", "scope", "effect", "points", "deadline", "department")
    list_filter = ("rule_set", "effect", "scope")
    search_fields = ("code", "fault_zh", "fault_en")
    ordering = ("rule_set", "code")
    related = ("rule_set",)


@admin.register(Visit)
class VisitAdmin(Related):
    list_display = ("submitted_at", "building", "kind", "by", "rule_set")
    list_filter = ("kind",)
    search_fields = ("building__code__startswith", "client_id__exact")
    related = ("building", "by", "rule_set")


@admin.register(Hazard)
class HazardAdmin(Related):
    list_display = ("item_code", "building", "unit", "state", "opened_at", "due_on", "relapses")
    list_filter = ("state", "item_code")
    search_fields = ("building__code__startswith", "unit__code__startswith")
    related = ("building", "unit", "item")


@admin.register(Proof)
class ProofAdmin(Related):
    list_display = ("hazard", "state", "sent_at", "sent_by", "checked_by", "checked_at")
    list_filter = ("state",)
    related = ("hazard__unit", "hazard__building", "sent_by", "checked_by")


@admin.register(HazardReport)
class HazardReportAdmin(Related):
    list_display = ("case_number", "unit", "state", "at", "checked_by")
    list_filter = ("state",)
    search_fields = ("case_number__exact",)
    related = ("unit", "checked_by")


@admin.register(GradeChange)
class GradeChangeAdmin(Related):
    list_display = (
        "unit",
        "community",
        "from_grade",
        "to_grade",
        "state",
        "proposed_at",
        "decided_by",
        "decided_at",
    )
    list_filter = ("state", "to_grade", "community")
    search_fields = ("unit__code__startswith",)
    related = ("unit", "community", "assessment", "inspected_by", "reviewed_by", "decided_by")


@admin.register(GradePeriod)
class GradePeriodAdmin(Related):
    list_display = ("unit", "grade", "starts_at", "ends_at")
    list_filter = ("grade",)
    search_fields = ("unit__code__startswith",)
    related = ("unit", "change")


@admin.register(DelistingRequest)
class DelistingRequestAdmin(Related):
    list_display = ("unit", "state", "requested_at", "inspect_by", "ended_at")
    list_filter = ("state",)
    search_fields = ("unit__code__startswith",)
    related = ("unit", "requested_by", "visit__building", "change")
