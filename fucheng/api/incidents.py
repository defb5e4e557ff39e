"""Incidents of police and fire service: sent one by one, once for each number of their source."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import OutOfScope
from fucheng.api.filters import Filters
from fucheng.api.requests import body, person
from fucheng.flows import incident_import
from grading.models import Incident
from grading.services.incidents import Report
from grading.states import INCIDENT_STATE_NAMES, IncidentState
from rentals.models import Building

STATES = [(state.value, INCIDENT_STATE_NAMES[state]) for state in IncidentState]


class IncidentSerializer(serializers.ModelSerializer[Incident]):
    """Where it was matched and what it counts as. A protected incident shows no place and counts for nothing."""

    building = serializers.CharField(source="building.code", allow_null=True, default=None)
    unit = serializers.CharField(source="unit.code", allow_null=True, default=None)
    hazard = serializers.IntegerField(source="hazard_id", allow_null=True)
    state = serializers.ChoiceField(STATES)

    class Meta:
        model = Incident
        fields = (
            "id", "source", "number", "category", "severity", "happened_at", "state", "building", "unit",
            "confidence", "matched_by", "hazard",
        )  # fmt: skip


class NewIncidentSerializer(serializers.Serializer[Any]):
    source = serializers.ChoiceField(Incident.Source.choices)  # type: ignore[assignment]
    number = serializers.CharField(max_length=40, help_text="of the source; sent twice it is one incident")
    category = serializers.CharField(max_length=16, help_text="fire, criminal, domestic, ...")
    happened_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=255, help_text="as it was reported")
    severity = serializers.ChoiceField(Incident.Severity.choices, default=Incident.Severity.MINOR)
    code = serializers.CharField(max_length=25, default="", allow_blank=True, help_text="of home or building")
    is_landlord_at_fault = serializers.BooleanField(default=False)


class IncidentFilter(Filters):
    state = django_filters.ChoiceFilter(choices=STATES)


class Incidents(generics.ListAPIView[Incident]):
    """Incidents, newest first; protected ones are never listed."""

    serializer_class = IncidentSerializer
    filterset_class = IncidentFilter
    refusals = (409,)

    def get_queryset(self) -> QuerySet[Incident]:
        incidents = Incident.objects.visible_to(person(self.request))
        return incidents.select_related("building", "unit").order_by("-happened_at", "-pk")

    @extend_schema(
        request=NewIncidentSerializer, responses={201: IncidentSerializer, 200: IncidentSerializer}
    )
    def post(self, request: Request) -> Response:
        """201 when it is new, 200 with what is kept when its number was here before."""
        body = NewIncidentSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        incident, is_new = incident_import.receive(
            Report(**body.validated_data), by=person(request), at=timezone.now()
        )
        answer = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(IncidentSerializer(incident).data, status=answer)


class IncidentPlaceSerializer(serializers.Serializer[Any]):
    """Neither: it was at none of our buildings."""

    building = serializers.CharField(max_length=19, allow_null=True, default=None, help_text="its code")
    unit = serializers.CharField(max_length=25, allow_null=True, default=None, help_text="its code")

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if sent["unit"] and not sent["building"]:
            raise serializers.ValidationError({"building": _("Name the building of the home too.")})
        return sent


class IncidentPlace(APIView):
    serializer_class = IncidentPlaceSerializer
    refusals = (409,)

    @extend_schema(request=IncidentPlaceSerializer, responses=IncidentSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """A person says where a doubtful incident was, and then does not decide what follows from it."""
        told = body(request, IncidentPlaceSerializer)
        order: dict[str, Any] = {"incident_id": pk, "by": person(request), "at": timezone.now()}
        if told["building"] is None:
            placed = incident_import.put_aside(**order)
        else:
            building = Building.objects.visible_to(person(request)).one(code=told["building"])
            unit = building.units.filter(code=told["unit"]).first() if told["unit"] else None
            if told["unit"] and unit is None:
                raise OutOfScope
            placed = incident_import.confirm(
                **order, building_id=building.pk, unit_id=unit.pk if unit else None
            )
        return Response(IncidentSerializer(placed).data)
