"""Hazards that wait: overdue ones by grid, departments and their answers, spot checks of proofs."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from fucheng.flows import hazard_care
from fucheng.web import listing
from fucheng.web.review.forms.answers import DepartmentAnswerForm, HandOverForm
from fucheng.web.review.queries import handling
from fucheng.web.staff import StaffRequest, carried_out, staff_page, status_of

TABS: dict[str, Callable[..., Any]] = {
    "overdue": handling.overdue,
    "departments": handling.departments,
    "checks": handling.checks,
}


@require_safe
@staff_page(Permission.HAZARD_VERIFY, Permission.FIGURES_READ)
def hazard_list(request: StaffRequest) -> HttpResponse:
    return _hazards(request, request.GET.get("tab", ""))


def _hazards(request: StaffRequest, tab: str, form: forms.Form | None = None) -> HttpResponse:
    tab = tab if tab in TABS else "overdue"
    page = listing.numbered(TABS[tab](request.user), request.GET)
    given = handling.hand_overs_of(list(page.object_list)) if tab == "overdue" else {}
    context = {
        "tab": tab,
        "page": page,
        "given": given,
        "counts": handling.counts(request.user),
        "today": timezone.localdate(),
        "form": form,
    }
    return render(request, "review/hazard_list.html", context, status=status_of(form) if form else 200)


@require_POST
@staff_page(Permission.HAZARD_VERIFY)
def hand_over(request: StaffRequest, pk: int) -> HttpResponse:
    form = HandOverForm(request.POST)
    done = carried_out(
        form,
        lambda: hazard_care.hand_over(hazard_id=pk, by=request.user, at=timezone.now(), **form.cleaned_data),
    )
    if done is None:
        return _hazards(request, "overdue", form)
    messages.success(request, _("Handed over. The deadline runs on; note the answer when it comes."))
    return redirect("review:hazards")


@require_POST
@staff_page(Permission.HAZARD_VERIFY)
def hand_over_end(request: StaffRequest, pk: int) -> HttpResponse:
    """`verb` is answer or take-back."""
    form = DepartmentAnswerForm(request.POST)
    order: dict[str, Any] = {"hand_over_id": pk, "by": request.user, "at": timezone.now()}

    def end() -> Any:
        told = form.cleaned_data
        if told["verb"] == "answer":
            return hazard_care.record_answer(**order, answered_by=told["answered_by"], answer=told["words"])
        return hazard_care.take_back(**order, reason=told["words"])

    if carried_out(form, end) is None:
        return _hazards(request, "departments", form)
    messages.success(
        request, _("Noted in the story of the hazard. It is open until a visit or a proof ends it.")
    )
    return redirect(f"{reverse('review:hazards')}?tab=departments")
