"""Documents, to look at; what they say is frozen."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import LookUp
from letters.models import Document


@admin.register(Document)
class DocumentAdmin(LookUp):
    list_display = ("number", "kind", "building", "unit", "state", "issued_at", "issued_by")
    list_filter = ("kind", "state", "year")
    search_fields = ("number", "unit__code__startswith")
    ordering = ("-pk",)
    exclude = ("data",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("building", "unit", "issued_by")
