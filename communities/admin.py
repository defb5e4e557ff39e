"""Places: the master data of the street. Posts are looked at here and given on the office's pages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import LookUp, MasterData
from communities.models import Community, Estate, Grid, Post, ResidentsCommittee, Street


@admin.register(Street)
class StreetAdmin(MasterData):
    list_display = ("name", "name_en", "district", "city", "hotline", "population")
    search_fields = ("name", "name_en")


@admin.register(Community)
class CommunityAdmin(MasterData):
    list_display = ("name", "name_en", "street", "address_code", "starts_on", "ends_on")
    list_filter = ("street",)
    list_select_related = ("street",)
    search_fields = ("name", "name_en", "address_code")
    autocomplete_fields = ("street", "successors")


@admin.register(ResidentsCommittee)
class CommitteeAdmin(MasterData):
    list_display = ("name", "street", "statistical_code", "starts_on", "ends_on")
    list_select_related = ("street",)
    search_fields = ("name", "statistical_code")
    autocomplete_fields = ("street", "communities")


@admin.register(Grid)
class GridAdmin(MasterData):
    list_display = ("name", "community", "code")
    list_filter = ("community",)
    list_select_related = ("community",)
    search_fields = ("name", "code")
    autocomplete_fields = ("community",)


@admin.register(Estate)
class EstateAdmin(MasterData):
    list_display = ("name", "community", "is_gated")
    list_filter = ("is_gated", "community")
    list_select_related = ("community",)
    search_fields = ("name",)
    autocomplete_fields = ("community",)


@admin.register(Post)
class PostAdmin(LookUp):
    list_display = ("user", "role", "community", "grid", "starts_on", "ends_on")
    list_filter = ("role", "community")
    search_fields = ("user__name", "user__display_name")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "community", "grid", "given_by")
