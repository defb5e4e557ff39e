"""Shares of spot checks by severity, and what each kind of incident does: one page, and one for a category."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from core.errors import OutOfScope
from fucheng.flows import handling_rules
from fucheng.web.office.handling_forms import CategoryForm, SharesForm
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from grading.models import IncidentCategory, SamplingShare
from grading.services.incident_categories import CategoryTold


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.RULES_EDIT)
def overview(request: StaffRequest) -> HttpResponse:
    """The shares as a form, the categories as a list."""
    form = SharesForm(list(SamplingShare.objects.order_by("-percent")), posted(request))
    if request.method == "POST":

        def save() -> bool:
            handling_rules.set_shares(form.shares, by=request.user)
            return True

        if carried_out(form, save):
            messages.success(request, _("Saved. Proofs accepted from now on are drawn by these shares."))
            return redirect("office:handling")
    context = {"form": form, "categories": IncidentCategory.objects.order_by("-is_protected", "code")}
    return render(request, "office/handling.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.RULES_EDIT)
def category_new(request: StaffRequest) -> HttpResponse:
    return _category(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.RULES_EDIT)
def category(request: StaffRequest, code: str) -> HttpResponse:
    found = IncidentCategory.objects.filter(pk=code).first()
    if found is None:
        raise OutOfScope
    return _category(request, found)


def _category(request: StaffRequest, found: IncidentCategory | None) -> HttpResponse:
    form = CategoryForm(found, posted(request))
    if request.method == "POST":

        def save() -> IncidentCategory:
            told: dict[str, Any] = form.cleaned_data
            return handling_rules.save_category(CategoryTold(**told), by=request.user)

        if saved := carried_out(form, save):
            said = _("Category %(name)s is saved. It holds for incidents that come in from now on.")
            messages.success(request, said % {"name": saved})
            return redirect("office:handling")
    context = {"form": form, "category": found}
    return render(request, "office/category.html", context, status=status_of(form))
