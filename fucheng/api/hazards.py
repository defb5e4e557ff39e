"""Hazards within the person's scope, with what happened to each."""

from typing import Any

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import generics, serializers

from fucheng.api.filters import Filters, Id, YesNo
from fucheng.api.requests import person
from grading.facts import Effect
from grading.models import Hazard, HazardEvent
from grading.states import HAZARD_STATE_NAMES, HazardState

STATES = [(state.value, HAZARD_STATE_NAMES[state]) for state in HazardState]


class HazardSerializer(serializers.ModelSerializer[Hazard]):
    """`unit` is null for the common parts, which count for every home of the building."""

    item = serializers.CharField(source="item_code")
    fault = serializers.CharField(source="item.fault", help_text="in the language of Accept-Language")
    effect = serializers.ChoiceField([effect.value for effect in Effect], source="item.effect")
    department = serializers.CharField(source="item.department")
    building = serializers.CharField(source="building.code")
    unit = serializers.SerializerMethodField(help_text="code of the home")
    state = serializers.ChoiceField(STATES)
    is_overdue = serializers.SerializerMethodField()

    class Meta:
        model = Hazard
        fields: tuple[str, ...] = (
            "id", "item", "fault", "effect", "department", "building", "unit", "state", "opened_at", "due_on",
            "is_overdue", "closed_at", "relapses", "listed_at", "escalated_at", "note",
        )  # fmt: skip

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_unit(self, hazard: Hazard) -> str | None:
        return hazard.unit.code if hazard.unit else None

    def get_is_overdue(self, hazard: Hazard) -> bool:
        is_late = hazard.due_on is not None and hazard.due_on < timezone.localdate()
        return is_late and hazard.state != HazardState.CLOSED


class EventSerializer(serializers.ModelSerializer[HazardEvent]):
    """What happened and when; never who, which is for the audit trail."""

    class Meta:
        model = HazardEvent
        fields = ("what", "at", "note")


class HazardDetailSerializer(HazardSerializer):
    events = EventSerializer(many=True)

    class Meta(HazardSerializer.Meta):
        fields = (*HazardSerializer.Meta.fields, "events")


class HazardFilter(Filters):
    open = YesNo(method="is_open")
    overdue = YesNo(method="is_overdue", help_text="open and past its deadline")
    community = Id(field_name="building__community")
    grid = Id(field_name="building__grid")
    item = django_filters.CharFilter(field_name="item_code", max_length=4)

    def is_open(self, hazards: Any, _: str, wanted: bool) -> QuerySet[Hazard]:
        found: QuerySet[Hazard] = hazards.open() if wanted else hazards.filter(state=HazardState.CLOSED)
        return found

    def is_overdue(self, hazards: Any, _: str, wanted: bool) -> QuerySet[Hazard]:
        today = timezone.localdate()
        if wanted:
            found: QuerySet[Hazard] = hazards.overdue_on(today)
            return found
        on_time: QuerySet[Hazard] = hazards.filter(
            Q(state=HazardState.CLOSED) | Q(due_on__isnull=True) | Q(due_on__gte=today)
        )
        return on_time


class HazardList(generics.ListAPIView[Hazard]):
    """Hazards, newest first."""

    serializer_class = HazardSerializer
    filterset_class = HazardFilter

    def get_queryset(self) -> QuerySet[Hazard]:
        hazards = Hazard.objects.visible_to(person(self.request))
        return hazards.select_related("item", "building", "unit").order_by("-pk")


class HazardDetail(generics.RetrieveAPIView[Hazard]):
    serializer_class = HazardDetailSerializer

    def get_queryset(self) -> QuerySet[Hazard]:
        hazards = Hazard.objects.visible_to(person(self.request))
        events = Prefetch("events", HazardEvent.objects.order_by("at", "pk"))
        return hazards.select_related("item", "building", "unit").prefetch_related(events)
