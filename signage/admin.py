"""Print runs and signs, to look at. The token of a home is never shown: it is what the wall knows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import LookUp
from signage.models import PrintRun, Sign


@admin.register(PrintRun)
class PrintRunAdmin(LookUp):
    list_display = ("title", "product", "community", "by", "at")
    list_filter = ("product", "community")
    search_fields = ("title",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("community", "by", "job")


@admin.register(Sign)
class SignAdmin(LookUp):
    list_display = ("serial", "product", "unit", "estate", "grade", "state", "printed_at", "posted_by")
    list_filter = ("product", "state", "grade")
    search_fields = ("serial__exact", "unit__code__startswith")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("unit", "estate", "run", "posted_by")
