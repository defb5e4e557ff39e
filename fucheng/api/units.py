"""Homes of the register and their grades, within the person's scope."""

from datetime import date, datetime, time
from typing import Any

import django_filters
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.text import fold
from fucheng.api.filters import Filters, Id, YesNo
from fucheng.api.requests import person
from grading.facts import Because, Effect
from grading.models import GradePeriod, Watch
from grading.models.rule_sets import GRADE_CHOICES
from grading.services import explaining
from rentals.models import Unit

NOT_GRADED = "none"


class PlaceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class BuildingSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class LandlordSerializer(serializers.Serializer[Any]):
    """Masked; the whole is shown on the pages only, to one person at a time, with a reason."""

    name = serializers.CharField(source="masked_name")
    phone = serializers.CharField(source="masked_phone")


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """`landlord` is there for staff who may read the register, and absent for everybody else."""

    building = BuildingSerializer()
    community = PlaceSerializer(source="building.community")
    grid = PlaceSerializer(source="building.grid", allow_null=True)
    estate = PlaceSerializer(source="building.estate", allow_null=True)
    grade = serializers.ChoiceField(GRADE_CHOICES, source="standing.grade", allow_null=True)
    graded_at = serializers.DateTimeField(source="standing.graded_at", allow_null=True)
    last_visit_at = serializers.DateTimeField(source="standing.last_visit_at", allow_null=True)
    next_visit_on = serializers.DateField(source="standing.next_visit_on", allow_null=True)
    is_stale = serializers.SerializerMethodField(help_text="the next visit is overdue")
    watch_until = serializers.DateField(
        read_only=True,
        allow_null=True,
        help_text="after a red that was left; the watch of an incident stands with the grade",
    )
    landlord = LandlordSerializer(allow_null=True, required=False)

    class Meta:
        model = Unit
        fields = (
            "code", "address", "floor", "room", "category", "area_m2", "head_count", "left_on",
            "building", "community", "grid", "estate",
            "grade", "graded_at", "last_visit_at", "next_visit_on", "is_stale", "watch_until",
            "landlord",
        )  # fmt: skip

    def get_is_stale(self, unit: Unit) -> bool:
        due = unit.standing.next_visit_on
        return due is not None and due < timezone.localdate()

    def to_representation(self, unit: Unit) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(unit)
        if not access.can(self.context["request"].user, Permission.REGISTER_READ):
            del shown["landlord"]
        return shown


class UnitFilter(Filters):
    community = Id(field_name="building__community")
    grid = Id(field_name="building__grid")
    category = django_filters.ChoiceFilter(choices=Unit.Category.choices)
    grade = django_filters.ChoiceFilter(choices=[*GRADE_CHOICES, (NOT_GRADED, "-")], method="of_grade")
    stale = YesNo(method="is_stale", help_text="the next visit is overdue")
    q = django_filters.CharFilter(
        method="search", max_length=100, help_text="beginning of the code, or part of the address"
    )

    def of_grade(self, units: QuerySet[Unit], _: str, grade: str) -> QuerySet[Unit]:
        if grade == NOT_GRADED:
            return units.filter(standing__grade__isnull=True)
        return units.filter(standing__grade=grade)

    def is_stale(self, units: QuerySet[Unit], _: str, stale: bool) -> QuerySet[Unit]:
        today = timezone.localdate()
        if stale:
            return units.filter(standing__next_visit_on__lt=today)
        return units.exclude(standing__next_visit_on__lt=today)

    def search(self, units: Any, _: str, text: str) -> QuerySet[Unit]:
        found: QuerySet[Unit] = units.search(fold(text))
        return found


def units_of(user: User) -> Any:
    """Homes the person may see, with everything a representation shows: one query for any number."""
    watches = Watch.objects.filter(unit=OuterRef("pk"), until__gte=timezone.localdate()).order_by("-until")
    return (
        Unit.objects.visible_to(user)
        .select_related("building__community", "building__grid", "building__estate", "standing", "landlord")
        .annotate(watch_until=Subquery(watches.values("until")[:1]))
    )


class UnitList(generics.ListAPIView[Unit]):
    """Homes in the register, by code."""

    serializer_class = UnitSerializer
    filterset_class = UnitFilter

    def get_queryset(self) -> QuerySet[Unit]:
        units: QuerySet[Unit] = units_of(person(self.request)).in_register().order_by("code")
        return units


class UnitDetail(generics.RetrieveAPIView[Unit]):
    """One home by its code; `left_on` tells when it left the register."""

    serializer_class = UnitSerializer
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Unit]:
        units: QuerySet[Unit] = units_of(person(self.request))
        return units


class LineSerializer(serializers.Serializer[Any]):
    """One line of the sum; `points` is what it takes off before the cap of its dimension.

    `until` is the first day on which it counts no more, where a day ends it.
    """

    item = serializers.CharField(source="item_code")
    fault = serializers.CharField(help_text="in the language of Accept-Language")
    effect = serializers.ChoiceField([effect.value for effect in Effect])
    points = serializers.IntegerField()
    since = serializers.DateField()
    common_parts = serializers.BooleanField(source="in_common_parts")
    hazard = serializers.IntegerField(source="hazard_id")
    sources = serializers.ListField(child=serializers.CharField(), help_text="the laws it rests on")
    because = serializers.ChoiceField(
        [cause.value for cause in Because], allow_null=True, help_text="why a cap item weighs as a veto"
    )
    due_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    does = serializers.CharField(help_text="what it does to the grade, in words")
    ends = serializers.CharField(help_text="what brings it to an end, in words")


class MeritSerializer(serializers.Serializer[Any]):
    """What counts for stars only."""

    item = serializers.CharField(source="item_code")
    name = serializers.CharField(source="fault")
    points = serializers.IntegerField()
    since = serializers.DateField()
    common_parts = serializers.BooleanField(source="in_common_parts")


class DimensionSerializer(serializers.Serializer[Any]):
    dimension = serializers.CharField()
    lost = serializers.IntegerField()
    cap = serializers.IntegerField()
    counted = serializers.IntegerField()


class GradeSerializer(serializers.ModelSerializer[GradePeriod]):
    """A grade in force, by whom it was decided and why, and the sum behind it."""

    decided_as = serializers.ChoiceField(["community", "panel"], source="change.decided_as")
    reason = serializers.CharField(source="change.reason")
    rule_set = serializers.CharField(source="change.assessment.rule_set.version")
    score = serializers.IntegerField(source="change.assessment.score")
    lines = LineSerializer(many=True, source="explanation.lines")
    dimensions = DimensionSerializer(many=True, source="explanation.dimensions")
    merits = MeritSerializer(many=True, source="explanation.merits")
    green_from = serializers.IntegerField(source="explanation.green_from")
    watch_until = serializers.DateField(
        source="explanation.watch_until", allow_null=True, help_text="of an incident behind the grade"
    )
    to_green = serializers.ListField(
        child=serializers.CharField(), source="explanation.to_green", help_text="what would bring green back"
    )

    class Meta:
        model = GradePeriod
        fields = (
            "grade", "starts_at", "ends_at", "decided_as", "reason", "rule_set", "score", "lines",
            "dimensions", "merits", "green_from", "watch_until", "to_green",
        )  # fmt: skip

    def to_representation(self, period: GradePeriod) -> dict[str, Any]:
        period.explanation = explaining.explain(period.change.assessment)  # type: ignore[attr-defined]
        shown: dict[str, Any] = super().to_representation(period)
        return shown


class GradeFilter(Filters):
    as_of = django_filters.DateFilter(method="on_day", help_text="the grade in force when this day ended")

    def on_day(self, periods: QuerySet[GradePeriod], _: str, day: date) -> QuerySet[GradePeriod]:
        end = timezone.make_aware(datetime.combine(day, time.max))
        return periods.filter(starts_at__lte=end).exclude(ends_at__lte=end)


@extend_schema(parameters=[OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)])
class UnitGrades(generics.ListAPIView[GradePeriod]):
    """Every grade a home had, newest first; with `as_of` only the one in force on that day."""

    serializer_class = GradeSerializer
    filterset_class = GradeFilter
    refusals = (404,)

    def get_queryset(self) -> QuerySet[GradePeriod]:
        if getattr(self, "swagger_fake_view", False):
            return GradePeriod.objects.none()
        unit = Unit.objects.visible_to(person(self.request)).one(code=self.kwargs["code"])
        return unit.grade_periods.select_related("change__assessment__rule_set").order_by("-starts_at")
