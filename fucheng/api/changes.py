"""Grade changes within the person's scope and their decision; urgent reds and their second look."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fucheng.api.filters import Filters, Id, YesNo
from fucheng.api.requests import body, person
from fucheng.flows import grade_change, urgent_red
from grading.models import GradeChange, UrgentRed
from grading.models.rule_sets import GRADE_CHOICES
from grading.states import (
    CHANGE_STATE_NAMES,
    OPEN_CHANGE_STATES,
    URGENT_STATE_NAMES,
    ChangeState,
    UrgentState,
)
from rentals.models import Unit

STATES = [(state.value, CHANGE_STATE_NAMES[state]) for state in ChangeState]
URGENT_STATES = [(state.value, URGENT_STATE_NAMES[state]) for state in UrgentState]
DECIDE: dict[str, Callable[..., GradeChange]] = {
    "review": grade_change.review,
    "approve": grade_change.approve,
    "return": grade_change.return_,
}
END: dict[str, Callable[..., UrgentRed]] = {"confirm": urgent_red.confirm, "lift": urgent_red.lift}


class ChangeSerializer(serializers.ModelSerializer[GradeChange]):
    """Never who decided, which is for the audit trail; as what, when and why."""

    unit = serializers.CharField(source="unit.code", help_text="code of the home")
    from_grade = serializers.ChoiceField(GRADE_CHOICES, allow_null=True)
    to_grade = serializers.ChoiceField(GRADE_CHOICES)
    state = serializers.ChoiceField(STATES)

    class Meta:
        model = GradeChange
        fields = (
            "id", "unit", "from_grade", "to_grade", "state", "mark", "proposed_at", "reviewed_at", "decided_as",
            "decided_at", "reason",
        )  # fmt: skip


class ChangeFilter(Filters):
    state = django_filters.ChoiceFilter(choices=STATES)
    open = YesNo(method="is_open", help_text="not decided yet")
    community = Id(field_name="community")

    def is_open(self, changes: QuerySet[Any], _: str, wanted: bool) -> QuerySet[Any]:
        waiting = changes.filter(state__in=OPEN_CHANGE_STATES)
        return waiting if wanted else changes.exclude(state__in=OPEN_CHANGE_STATES)


class ChangeList(generics.ListAPIView[GradeChange]):
    """Grade changes, newest first."""

    serializer_class = ChangeSerializer
    filterset_class = ChangeFilter

    def get_queryset(self) -> QuerySet[GradeChange]:
        changes = GradeChange.objects.visible_to(person(self.request))
        return changes.select_related("unit").order_by("-pk")


class DecisionSerializer(serializers.Serializer[Any]):
    verb = serializers.ChoiceField(
        list(DECIDE), help_text="review hands a change that touches red to the panel"
    )
    reason = serializers.CharField(max_length=500, help_text="the landlord reads it")


class ChangeDecision(APIView):
    serializer_class = DecisionSerializer
    refusals = (409,)

    @extend_schema(request=DecisionSerializer, responses=ChangeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Green and yellow by the community, red in and out by the panel; 409 when it was decided meanwhile."""
        told = body(request, DecisionSerializer)
        decided = DECIDE[told["verb"]](
            change_id=pk, by=person(request), at=timezone.now(), reason=told["reason"]
        )
        return Response(ChangeSerializer(decided).data)


class UrgentRedSerializer(serializers.ModelSerializer[UrgentRed]):
    unit = serializers.CharField(source="unit.code", help_text="code of the home")
    state = serializers.ChoiceField(URGENT_STATES)
    item = serializers.CharField(source="hazard.item_code")

    class Meta:
        model = UrgentRed
        fields = ("id", "unit", "state", "item", "reason", "decided_at", "confirm_by", "ended_at", "answer")


class NewUrgentRedSerializer(serializers.Serializer[Any]):
    unit = serializers.CharField(min_length=25, max_length=25, help_text="code of the home")
    item = serializers.CharField(max_length=4, help_text="code of the veto item")
    reason = serializers.CharField(max_length=500)


class UrgentReds(generics.ListAPIView[UrgentRed]):
    """Homes that the panel put into red at once, newest first."""

    serializer_class = UrgentRedSerializer
    filterset_class = Filters
    refusals = (404, 409)

    def get_queryset(self) -> QuerySet[UrgentRed]:
        return (
            UrgentRed.objects.visible_to(person(self.request))
            .select_related("unit", "hazard")
            .order_by("-pk")
        )

    @extend_schema(request=NewUrgentRedSerializer, responses={201: UrgentRedSerializer})
    def post(self, request: Request) -> Response:
        """By one member of the panel; another confirms or lifts it within three working days."""
        told = body(request, NewUrgentRedSerializer)
        unit = Unit.objects.visible_to(person(request)).one(code=told["unit"])
        made = urgent_red.put_into_red(
            unit_id=unit.pk,
            item_code=told["item"],
            by=person(request),
            at=timezone.now(),
            reason=told["reason"],
        )
        return Response(UrgentRedSerializer(made).data, status=status.HTTP_201_CREATED)


class SecondLookSerializer(serializers.Serializer[Any]):
    verb = serializers.ChoiceField(list(END))
    reason = serializers.CharField(max_length=500)


class UrgentRedEnd(APIView):
    serializer_class = SecondLookSerializer
    refusals = (409,)

    @extend_schema(request=SecondLookSerializer, responses=UrgentRedSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """The second look of another member: confirmed, or lifted."""
        told = body(request, SecondLookSerializer)
        ended = END[told["verb"]](urgent_id=pk, by=person(request), at=timezone.now(), reason=told["reason"])
        return Response(UrgentRedSerializer(ended).data)
