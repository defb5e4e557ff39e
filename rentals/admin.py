"""The register, to look at; it changes by import. Personal data is masked here as everywhere."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import LookUp
from rentals.models import Building, ImportRun, Landlord, Manager, Unit


@admin.register(Building)
class BuildingAdmin(LookUp):
    list_display = ("code", "name", "community", "grid", "estate")
    list_filter = ("community",)
    search_fields = ("code__startswith", "name")
    ordering = ("code",)
    raw_id_fields = ("community", "grid", "estate", "added_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("community", "grid", "estate", "added_by")


@admin.register(Unit)
class UnitAdmin(LookUp):
    list_display = ("code", "address", "category", "masked_landlord", "left_on")
    list_filter = ("category",)
    search_fields = ("code__startswith", "address")
    ordering = ("code",)
    raw_id_fields = ("building", "landlord", "manager", "added_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("building", "landlord", "manager", "added_by")

    @admin.display(description=_("landlord"))
    def masked_landlord(self, unit: Unit) -> str:
        return unit.landlord.masked_name if unit.landlord else ""


class PersonAdmin(LookUp):
    """Names and phones masked; the sealed columns do not leave the model."""

    list_display: tuple[str, ...] = ("masked_name", "masked_phone", "created_at")
    fields: ClassVar[tuple[str, ...]] = ("masked_name", "masked_phone", "created_at")
    readonly_fields = ("masked_name", "masked_phone", "created_at")
    search_fields = ("name__exact",)
    ordering = ("-pk",)

    @admin.display(description=_("name"))
    def masked_name(self, person: Landlord | Manager) -> str:
        return person.masked_name

    @admin.display(description=_("phone"))
    def masked_phone(self, person: Landlord | Manager) -> str:
        return person.masked_phone


@admin.register(Landlord)
class LandlordAdmin(PersonAdmin):
    list_display = ("masked_name", "masked_phone", "masked_identity", "created_at")
    fields = ("masked_name", "masked_phone", "masked_identity", "created_at")

    @admin.display(description=_("identity number"))
    def masked_identity(self, person: Landlord) -> str:
        return person.masked_identity


@admin.register(Manager)
class ManagerAdmin(PersonAdmin):
    pass


@admin.register(ImportRun)
class ImportRunAdmin(LookUp):
    list_display = ("file_name", "state", "dry_run", "by", "created_at", "rows", "added", "changed", "bad")
    list_filter = ("state", "dry_run")
    exclude = ("problems",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("by", "job", "undone_by")
