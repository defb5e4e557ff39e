"""Parameters that several lists share. What cannot be read is refused, never ignored."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.filterset import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

LARGEST_ID = 2**31 - 1


@extend_schema_field(OpenApiTypes.BOOL)
class YesNo(django_filters.TypedChoiceFilter):
    """`true` or `false`; anything else is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            choices=[("true", "true"), ("false", "false")],
            coerce=lambda text: {"true": True, "false": False}.get(text),
            empty_value=None,
            **kwargs,
        )


@extend_schema_field(OpenApiTypes.INT)
class Id(django_filters.NumberFilter):
    """The number of a place; one outside the person's area finds nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            min_value=1, max_value=LARGEST_ID, decimal_places=0, **kwargs
        )


class Filters(FilterSet):
    """Refuses parameters that are not known, so that a misspelt one never widens an answer."""

    BESIDES = frozenset({"limit", "offset", "format", "lang"})

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        unknown = sorted(set(self.data) - set(self.filters) - self.BESIDES)
        if unknown:
            raise ValidationError({name: _("There is no such parameter.") for name in unknown})
        filtered: QuerySet[Any] = super().filter_queryset(queryset)  # type: ignore[no-untyped-call]
        return filtered
