"""People and the audit trail, to look at. Accounts and posts are given on the office's pages."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from knox.models import AuthToken

from accounts.admin_base import LookUp
from accounts.models import AuditEvent, User

for unused in (Group, AuthToken):  # roles are posts; tokens are made and revoked by the API
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


@admin.register(User)
class UserAdmin(LookUp):
    list_display = ("name", "display_name", "kind", "is_active", "is_superuser", "last_login")
    list_filter = ("kind", "is_active", "is_superuser")
    search_fields = ("name", "display_name")
    ordering = ("name",)
    fields = (
        "name", "display_name", "kind", "is_active", "is_staff", "is_superuser", "must_change_password",
        "last_login", "created_at",
    )  # fmt: skip
    readonly_fields = ("created_at",)


@admin.register(AuditEvent)
class AuditEventAdmin(LookUp):
    list_display = ("at", "actor", "verb", "subject", "subject_id", "reason")
    list_filter = ("verb", "subject")
    list_select_related = ("actor",)
    search_fields = ("subject_id",)
    date_hierarchy = "at"
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("actor")
