"""Visits from machines: received once for each client id, however often they are sent."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fucheng.api.requests import person
from fucheng.flows import visit as flow
from grading.models import Finding, Visit, VisitException
from grading.services import photos
from grading.services.hazards import Seen
from rentals.models import Building

EARLIEST = datetime(2019, 1, 1, tzinfo=UTC)
CLOCK_ERROR = timedelta(days=1)


class FindingSerializer(serializers.Serializer[Any]):
    item = serializers.CharField(max_length=4, help_text="code of the checklist item")
    unit = serializers.CharField(
        max_length=25, allow_null=True, required=False, default=None, help_text="null: the common parts"
    )
    seen = serializers.ChoiceField(Finding.Seen.choices, default=Finding.Seen.FAULT)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")
    photos = serializers.ListField(
        child=serializers.RegexField(r"^[0-9a-f]{64}$"),
        max_length=20,
        default=list,
        help_text="sha256 of each",
    )


class NotSeenSerializer(serializers.Serializer[Any]):
    unit = serializers.CharField(max_length=25)
    why = serializers.ChoiceField(VisitException.Why.choices)


class VisitSerializer(serializers.Serializer[Any]):
    """A visit of a building. What is not named was looked at and is in order."""

    client_id = serializers.UUIDField(required=False, help_text="or in the header Idempotency-Key")
    building = serializers.CharField(max_length=19, help_text="code of the building")
    started_at = serializers.DateTimeField()
    kind = serializers.ChoiceField(Visit.Kind.choices, default=Visit.Kind.ROUTINE)
    findings = FindingSerializer(many=True, default=list)
    not_seen = NotSeenSerializer(many=True, default=list)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")

    def validate_started_at(self, moment: datetime) -> datetime:
        if not EARLIEST <= moment <= timezone.now() + CLOCK_ERROR:
            raise ValidationError(_("This moment cannot be; check the clock of the device."))
        return moment

    def validate_findings(self, findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
        missing = photos.missing({digest for finding in findings for digest in finding["photos"]})
        if missing:
            raise ValidationError(
                _("Send these photos first, then the visit: %(photos)s") % {"photos": ", ".join(missing)}
            )
        return findings


class ReceiptSerializer(serializers.ModelSerializer[Visit]):
    """What is kept; `sent` in the context is what this sending said, which is the same however often it comes."""

    building = serializers.CharField(source="building.code")
    rule_set = serializers.CharField(source="rule_set.version")
    findings = serializers.SerializerMethodField()
    not_seen = serializers.SerializerMethodField()
    photos = serializers.SerializerMethodField()

    class Meta:
        model = Visit
        fields = (
            "id", "client_id", "content_sha256", "building", "kind", "rule_set", "started_at", "submitted_at",
            "findings", "not_seen", "photos",
        )  # fmt: skip

    def get_findings(self, _visit: Visit) -> int:
        return len(self.context["sent"]["findings"])

    def get_not_seen(self, _visit: Visit) -> int:
        return len(self.context["sent"]["not_seen"])

    def get_photos(self, _visit: Visit) -> list[str]:
        return sorted({photo for finding in self.context["sent"]["findings"] for photo in finding["photos"]})


class Visits(APIView):
    """201 with the receipt when it is new, 200 with the same receipt when it was here before."""

    serializer_class = VisitSerializer
    refusals = (404, 409)

    @extend_schema(
        request=VisitSerializer,
        responses={201: ReceiptSerializer, 200: ReceiptSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", UUID, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> Response:
        """409 when a visit with this number was received with other content; the first one is kept."""
        body = VisitSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        client_id = _client_id(request.headers.get("Idempotency-Key"), sent.get("client_id"))
        building = Building.objects.visible_to(person(request)).one(code=sent["building"])
        ids = _unit_ids(building, [*sent["findings"], *sent["not_seen"]])
        receipt = flow.submit(
            client_id=client_id,
            building_id=building.pk,
            by=person(request),
            started_at=sent["started_at"],
            at=timezone.now(),
            seen=[_seen(finding, ids) for finding in sent["findings"]],
            not_seen={ids[row["unit"]]: row["why"] for row in sent["not_seen"]},
            kind=Visit.Kind(sent["kind"]),
            note=sent["note"],
        )
        answer = status.HTTP_201_CREATED if receipt.is_new else status.HTTP_200_OK
        return Response(ReceiptSerializer(receipt.visit, context={"sent": sent}).data, status=answer)


def _client_id(header: str | None, field: UUID | None) -> UUID:
    """The number made by the device: in the header, in the body, or the same one in both."""
    try:
        key = UUID(header) if header else None
    except ValueError as error:
        raise ValidationError({"Idempotency-Key": _("Must be a UUID.")}) from error
    if key and field and key != field:
        raise ValidationError({"client_id": _("Differs from the header Idempotency-Key.")})
    number = key or field
    if number is None:
        raise ValidationError({"client_id": _("Give the visit a UUID of its own, and keep it for repeats.")})
    return number


def _unit_ids(building: Building, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Code to key of the homes named; each must be in the building."""
    codes = {row["unit"] for row in rows if row["unit"] is not None}
    ids = dict(building.units.filter(code__in=codes).values_list("code", "pk"))
    unknown = sorted(codes - set(ids))
    if unknown:
        raise ValidationError({"unit": _("Not in this building: %(codes)s") % {"codes": ", ".join(unknown)}})
    return ids


def _seen(finding: dict[str, Any], ids: dict[str, int]) -> Seen:
    return Seen(
        item_code=finding["item"],
        unit_id=ids[finding["unit"]] if finding["unit"] is not None else None,
        seen=Finding.Seen(finding["seen"]),
        note=finding["note"],
        photos=tuple(dict.fromkeys(finding["photos"])),
    )
