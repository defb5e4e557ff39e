"""What every room's admin stands on: master data that may be edited, and rows that may only be looked at."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.services import audit

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:
    Admin = admin.ModelAdmin  # generic for the type checker only


class MasterData(Admin):
    """May be added and changed; nothing is deleted, because history refers to it."""

    list_per_page = 50
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool) -> None:
        audit.act_as(request.user)  # type: ignore[arg-type]
        super().save_model(request, obj, form, change)
        audit.record(
            "master-data-changed" if change else "master-data-added",
            by=request.user,  # type: ignore[arg-type]
            subject=obj._meta.model_name or "",
            subject_id=obj.pk,
            data={"fields": form.changed_data},
        )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LookUp(Admin):
    """May be looked at. Whatever has a state moves through the flows only."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
