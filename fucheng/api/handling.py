"""What is done about a hazard: the landlord's proof and its check, departments and their answers."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fucheng.api.requests import body, person
from fucheng.flows import hazard_care, proof
from grading.models import HandOver, Proof
from grading.services import photos
from grading.states import HAND_OVER_STATE_NAMES, HandOverState

HAND_OVER_STATES = [(state.value, HAND_OVER_STATE_NAMES[state]) for state in HandOverState]


class NewProofSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=500, allow_blank=True, default="")
    photos = serializers.ListField(
        child=serializers.RegexField(r"^[0-9a-f]{64}$"),
        max_length=20,
        default=list,
        help_text="sha256 of each; send them first",
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if missing := photos.missing(set(sent["photos"])):
            listed = _("Send these photos first: %(photos)s") % {"photos": ", ".join(missing)}
            raise ValidationError({"photos": listed})
        if not sent["note"] and not sent["photos"]:
            raise ValidationError({"note": _("Write what was done, or add a photo of it.")})
        return sent


class ProofSerializer(serializers.ModelSerializer[Proof]):
    hazard = serializers.IntegerField(source="hazard_id")

    class Meta:
        model = Proof
        fields = ("id", "hazard", "state", "note", "sent_at", "checked_at", "reason")


class HazardProofs(APIView):
    serializer_class = NewProofSerializer
    refusals = (409,)

    @extend_schema(request=NewProofSerializer, responses={201: ProofSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """The landlord shows that an own hazard is mended; it stays open until somebody has checked."""
        told = body(request, NewProofSerializer)
        sent = proof.send(
            hazard_id=pk,
            by=person(request),
            at=timezone.now(),
            note=told["note"],
            photo_digests=list(dict.fromkeys(told["photos"])),
        )
        return Response(ProofSerializer(sent).data, status=status.HTTP_201_CREATED)


class CheckSerializer(serializers.Serializer[Any]):
    verb = serializers.ChoiceField(["accept", "refuse"])
    reason = serializers.CharField(
        max_length=500, default="", allow_blank=True, help_text="of a refusal; the landlord reads it"
    )


class ProofCheck(APIView):
    serializer_class = CheckSerializer
    refusals = (409,)

    @extend_schema(request=CheckSerializer, responses=ProofSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """By community staff. What makes a home red is never closed on paper."""
        told = body(request, CheckSerializer)
        order: dict[str, Any] = {"proof_id": pk, "by": person(request), "at": timezone.now()}
        is_good = told["verb"] == "accept"
        checked = proof.accept(**order) if is_good else proof.refuse(**order, reason=told["reason"])
        return Response(ProofSerializer(checked).data)


class NewHandOverSerializer(serializers.Serializer[Any]):
    department = serializers.CharField(max_length=64)
    words = serializers.CharField(max_length=500, help_text="what is asked for")


class HandOverSerializer(serializers.ModelSerializer[HandOver]):
    hazard = serializers.IntegerField(source="hazard_id")
    state = serializers.ChoiceField(HAND_OVER_STATES)

    class Meta:
        model = HandOver
        fields = (
            "id", "hazard", "department", "words", "state", "handed_at", "answered_by", "answer", "ended_at",
        )  # fmt: skip


class HazardHandOver(APIView):
    serializer_class = NewHandOverSerializer
    refusals = (409,)

    @extend_schema(request=NewHandOverSerializer, responses={201: HandOverSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """To one department at a time; the deadline runs on."""
        told = body(request, NewHandOverSerializer)
        given = hazard_care.hand_over(hazard_id=pk, by=person(request), at=timezone.now(), **told)
        return Response(HandOverSerializer(given).data, status=status.HTTP_201_CREATED)


class HandOverEndSerializer(serializers.Serializer[Any]):
    verb = serializers.ChoiceField(["answer", "take-back"])
    answered_by = serializers.CharField(max_length=64, default="", allow_blank=True)
    words = serializers.CharField(max_length=500, help_text="what was said, or why it is taken back")


class HandOverEnd(APIView):
    serializer_class = HandOverEndSerializer
    refusals = (409,)

    @extend_schema(request=HandOverEndSerializer, responses=HandOverSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """The department's answer, or the hand-over taken back."""
        told = body(request, HandOverEndSerializer)
        order: dict[str, Any] = {"hand_over_id": pk, "by": person(request), "at": timezone.now()}
        if told["verb"] == "answer":
            ended = hazard_care.record_answer(**order, answered_by=told["answered_by"], answer=told["words"])
        else:
            ended = hazard_care.take_back(**order, reason=told["words"])
        return Response(HandOverSerializer(ended).data)
