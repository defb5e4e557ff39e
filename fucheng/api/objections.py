"""Objections of landlords and their answers, replies beside a grade, visits asked for."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fucheng.api.filters import Filters
from fucheng.api.requests import body, person
from fucheng.flows import objection
from grading.models import Objection, Reply, VisitRequest
from grading.states import OBJECTION_STATE_NAMES, ObjectionState
from rentals.models import Unit

STATES = [(state.value, OBJECTION_STATE_NAMES[state]) for state in ObjectionState]


class OfHomeSerializer(serializers.Serializer[Any]):
    unit = serializers.CharField(min_length=25, max_length=25, help_text="code of an own home")
    words = serializers.CharField(max_length=500)


class ObjectionSerializer(serializers.ModelSerializer[Objection]):
    """`change` is the decision it is against."""

    unit = serializers.CharField(source="unit.code", help_text="code of the home")
    change = serializers.IntegerField(source="change_id")
    state = serializers.ChoiceField(STATES)

    class Meta:
        model = Objection
        fields = (
            "id", "unit", "change", "state", "words", "filed_at", "answer_by", "answered_at", "answer", "remedy",
        )  # fmt: skip


class ObjectionFilter(Filters):
    state = django_filters.ChoiceFilter(choices=STATES)


class Objections(generics.ListAPIView[Objection]):
    """Objections, by the day they are to be answered."""

    serializer_class = ObjectionSerializer
    filterset_class = ObjectionFilter
    refusals = (404, 409)

    def get_queryset(self) -> QuerySet[Objection]:
        found = Objection.objects.visible_to(person(self.request))
        return found.select_related("unit").order_by("answer_by", "pk")

    @extend_schema(request=OfHomeSerializer, responses={201: ObjectionSerializer})
    def post(self, request: Request) -> Response:
        """Against the decision in force of an own home: within 21 days, once."""
        told = body(request, OfHomeSerializer)
        unit = Unit.objects.visible_to(person(request)).one(code=told["unit"])
        made = objection.file(unit_id=unit.pk, by=person(request), at=timezone.now(), words=told["words"])
        return Response(ObjectionSerializer(made).data, status=status.HTTP_201_CREATED)


class AssignSerializer(serializers.Serializer[Any]):
    to = serializers.CharField(max_length=64, help_text="sign-in name of who shall answer")


class ObjectionAssign(APIView):
    serializer_class = AssignSerializer
    refusals = (409,)

    @extend_schema(request=AssignSerializer, responses=ObjectionSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Gives it to a person who took no part in the decision; whoever did is refused."""
        told = body(request, AssignSerializer)
        made = objection.assign_by_name(
            objection_id=pk, name=told["to"], by=person(request), at=timezone.now()
        )
        return Response(ObjectionSerializer(made).data)


class AnswerSerializer(serializers.Serializer[Any]):
    verb = serializers.ChoiceField(["uphold", "reject"])
    answer = serializers.CharField(max_length=500, help_text="the reasons; the landlord reads them")
    hazards = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        default=list,
        max_length=50,
        help_text="findings to set aside; without any, an upheld objection asks for another visit",
    )


class ObjectionAnswer(APIView):
    serializer_class = AnswerSerializer
    refusals = (409,)

    @extend_schema(request=AnswerSerializer, responses=ObjectionSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """By a person who took no part in the decision."""
        told = body(request, AnswerSerializer)
        order: dict[str, Any] = {"objection_id": pk, "by": person(request), "at": timezone.now()}
        if told["verb"] == "reject":
            answered = objection.reject(**order, answer=told["answer"])
        else:
            answered = objection.uphold(**order, answer=told["answer"], hazard_ids=told["hazards"])
        return Response(ObjectionSerializer(answered).data)


class NewReplySerializer(serializers.Serializer[Any]):
    unit = serializers.CharField(min_length=25, max_length=25, help_text="code of an own home")
    text = serializers.CharField(max_length=300)


class ReplySerializer(serializers.ModelSerializer[Reply]):
    unit = serializers.CharField(source="unit.code", help_text="code of the home")

    class Meta:
        model = Reply
        fields = ("id", "unit", "text", "at", "hidden_at", "hidden_reason")


class Replies(APIView):
    serializer_class = NewReplySerializer
    refusals = (404, 409)

    @extend_schema(request=NewReplySerializer, responses={201: ReplySerializer})
    def post(self, request: Request) -> Response:
        """The landlord's words beside the grade in force; everybody can read them."""
        told = body(request, NewReplySerializer)
        unit = Unit.objects.visible_to(person(request)).one(code=told["unit"])
        made = objection.reply(unit_id=unit.pk, by=person(request), at=timezone.now(), text=told["text"])
        return Response(ReplySerializer(made).data, status=status.HTTP_201_CREATED)


class HideSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, help_text="what is abusive in it")


class ReplyHide(APIView):
    serializer_class = HideSerializer
    refusals = (409,)

    @extend_schema(request=HideSerializer, responses=ReplySerializer)
    def post(self, request: Request, pk: int) -> Response:
        """For abuse only."""
        reason = body(request, HideSerializer)["reason"]
        hidden = objection.hide_reply(reply_id=pk, by=person(request), at=timezone.now(), reason=reason)
        return Response(ReplySerializer(hidden).data)


class VisitRequestSerializer(serializers.ModelSerializer[VisitRequest]):
    unit = serializers.CharField(source="unit.code", help_text="code of the home")

    class Meta:
        model = VisitRequest
        fields = ("id", "unit", "why", "state", "words", "requested_at", "visit_by", "ended_at")


class VisitRequests(APIView):
    serializer_class = OfHomeSerializer
    refusals = (404, 409)

    @extend_schema(request=OfHomeSerializer, responses={201: VisitRequestSerializer})
    def post(self, request: Request) -> Response:
        """The landlord of a yellow home asks for a visit that may raise it to green."""
        told = body(request, OfHomeSerializer)
        unit = Unit.objects.visible_to(person(request)).one(code=told["unit"])
        asked = objection.ask_for_green(
            unit_id=unit.pk, by=person(request), at=timezone.now(), words=told["words"]
        )
        return Response(VisitRequestSerializer(asked).data, status=status.HTTP_201_CREATED)
