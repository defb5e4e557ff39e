"""Delisting requests: read within the person's scope, made by the landlord of a red home."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fucheng.api.filters import Filters, YesNo
from fucheng.api.requests import person
from fucheng.flows import delisting
from grading.models import DelistingRequest
from grading.states import DELISTING_STATE_NAMES, OPEN_DELISTING_STATES, DelistingState
from rentals.models import Unit

STATES = [(state.value, DELISTING_STATE_NAMES[state]) for state in DelistingState]


class DelistingRequestSerializer(serializers.ModelSerializer[DelistingRequest]):
    unit = serializers.CharField(source="unit.code", help_text="code of the home")
    state = serializers.ChoiceField(STATES)

    class Meta:
        model = DelistingRequest
        fields = ("id", "unit", "state", "words", "requested_at", "inspect_by", "ended_at", "answer")


class NewRequestSerializer(serializers.Serializer[Any]):
    unit = serializers.CharField(min_length=25, max_length=25, help_text="code of the home")
    words = serializers.CharField(max_length=500, help_text="what has been mended")


class DelistingRequestFilter(Filters):
    state = django_filters.ChoiceFilter(choices=STATES)
    open = YesNo(method="is_open", help_text="not ended yet")

    def is_open(self, requests: QuerySet[Any], _: str, wanted: bool) -> QuerySet[Any]:
        if wanted:
            return requests.filter(state__in=OPEN_DELISTING_STATES)
        return requests.exclude(state__in=OPEN_DELISTING_STATES)


class DelistingRequests(generics.ListAPIView[DelistingRequest]):
    """Requests, newest first."""

    serializer_class = DelistingRequestSerializer
    filterset_class = DelistingRequestFilter
    refusals = (404, 409)

    def get_queryset(self) -> QuerySet[DelistingRequest]:
        requests = DelistingRequest.objects.visible_to(person(self.request))
        return requests.select_related("unit").order_by("-requested_at", "-pk")

    @extend_schema(request=NewRequestSerializer, responses={201: DelistingRequestSerializer})
    def post(self, request: Request) -> Response:
        """Asks for the re-inspection of an own red home; 409 when one is under way."""
        body = NewRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        unit = Unit.objects.visible_to(person(request)).one(code=body.validated_data["unit"])
        made = delisting.request(
            unit_id=unit.pk, by=person(request), at=timezone.now(), words=body.validated_data["words"]
        )
        return Response(DelistingRequestSerializer(made).data, status=status.HTTP_201_CREATED)


class DelistingWithdraw(APIView):
    serializer_class = DelistingRequestSerializer
    refusals = (409,)

    @extend_schema(request=None, responses=DelistingRequestSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """The landlord takes the own request back, until the panel has it."""
        ended = delisting.withdraw(request_id=pk, by=person(request), at=timezone.now())
        return Response(DelistingRequestSerializer(ended).data)
