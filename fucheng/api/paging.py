"""Lists in parts: `limit` and `offset` in, `{count, next, previous, results}` out."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

FURTHEST = 10_000_000


class Page(LimitOffsetPagination):
    """100 rows unless told, 1,000 at most. A wrong number is refused, never guessed."""

    default_limit = 100
    max_limit = 1000

    def paginate_queryset(  # type: ignore[override] # our lists are querysets, never sequences
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Finds the keys of the part first, so that the 150,000th row is not reached by joining all before it."""
        self.request = request
        self.limit, self.offset = self.get_limit(request), self.get_offset(request)
        self.count = self.get_count(queryset)
        keys = list(queryset.values_list("pk", flat=True)[self.offset : self.offset + self.limit])
        rows = {row.pk: row for row in queryset.filter(pk__in=keys)}
        return [rows[key] for key in keys if key in rows]

    def get_limit(self, request: Request) -> int:
        return _number(request, "limit", self.default_limit, 1, self.max_limit)

    def get_offset(self, request: Request) -> int:
        return _number(request, "offset", 0, 0, FURTHEST)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            page["properties"][name].pop("example", None)
        return page

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """As OpenAPI parameters, with the same bounds as above."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        bounds = {
            "limit": {"minimum": 1, "maximum": self.max_limit, "default": self.default_limit},
            "offset": {"minimum": 0, "maximum": FURTHEST, "default": 0},
        }
        for parameter in parameters:
            parameter["schema"] |= bounds[parameter["name"]]
        return parameters


def _number(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        raise ValidationError(
            {name: _("Give a whole number from %(low)s to %(high)s.") % {"low": low, "high": high}}
        )
    return int(text)
