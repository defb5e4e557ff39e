"""Landlords' proofs, tenants' reports, and the way of delisting requests."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from core.dates import day_of
from fucheng.flows import hazard_report, proof
from fucheng.web import listing
from fucheng.web.review.forms.answers import AnswerForm
from fucheng.web.review.forms.decisions import ProofForm
from fucheng.web.review.forms.reasons import REASONS
from fucheng.web.review.queries import proofs
from fucheng.web.staff import StaffRequest, carried_out, staff_page

SIZE = 20  # cards with photos


@require_safe
@staff_page(Permission.HAZARD_VERIFY)
def proof_list(request: StaffRequest) -> HttpResponse:
    return _proofs(request)


def _proofs(request: StaffRequest, **more: Any) -> HttpResponse:
    waiting = request.GET.get("tab") != "checked"
    page = listing.numbered(proofs.proofs(request.user, waiting=waiting), request.GET, size=SIZE)
    context = {
        "page": page,
        "rows": proofs.proof_rows(list(page.object_list)),
        "waiting": waiting,
        "counts": proofs.waiting(request.user),
        "reasons": REASONS,
        "today": timezone.localdate(),
    }
    return render(request, "review/proof_list.html", context | more, status=422 if more else 200)


@require_POST
@staff_page(Permission.HAZARD_VERIFY)
def proof_check(request: StaffRequest, pk: int) -> HttpResponse:
    """Accepts or refuses a proof; a refusal of the refusal is shown beside the card."""
    form = ProofForm(request.POST)
    order: dict[str, Any] = {"proof_id": pk, "by": request.user, "at": timezone.now()}

    def check() -> Any:
        if form.cleaned_data["verb"] == "accept":
            return proof.accept(**order)
        return proof.refuse(**order, reason=form.cleaned_data["reason"])

    if carried_out(form, check) is None:
        return _proofs(request, bad_form=form, bad_pk=pk)
    accepted = form.cleaned_data["verb"] == "accept"
    messages.success(
        request,
        _("Accepted. The hazard is closed and the home was assessed anew.")
        if accepted
        else _("Refused. The landlord reads your reason and may send another proof."),
    )
    return redirect(_back(request, "review:proofs"))


@require_safe
@staff_page(Permission.HAZARD_VERIFY)
def report_list(request: StaffRequest) -> HttpResponse:
    return _reports(request)


def _reports(request: StaffRequest, **more: Any) -> HttpResponse:
    waiting = request.GET.get("tab") != "answered"
    context = {
        "page": listing.numbered(proofs.reports(request.user, waiting=waiting), request.GET, size=SIZE),
        "waiting": waiting,
        "counts": proofs.waiting(request.user),
        "reasons": REASONS,
        "now": timezone.now(),
    }
    return render(request, "review/report_list.html", context | more, status=422 if more else 200)


@require_POST
@staff_page(Permission.HAZARD_VERIFY)
def report_answer(request: StaffRequest, pk: int) -> HttpResponse:
    form = AnswerForm(request.POST)
    answered = carried_out(
        form,
        lambda: hazard_report.answer(
            report_id=pk, by=request.user, at=timezone.now(), answer=form.cleaned_data["answer"]
        ),
    )
    if answered is None:
        return _reports(request, bad_form=form, bad_pk=pk)
    messages.success(
        request, _("Answer noted under case number %(number)s.") % {"number": answered.case_number}
    )
    return redirect(_back(request, "review:reports"))


@require_safe
@staff_page(Permission.GRADE_REVIEW, Permission.GRADE_DECIDE_RED, Permission.FIGURES_READ)
def delisting_list(request: StaffRequest) -> HttpResponse:
    """Requests to take a home off the red list, with how far each has come."""
    waiting = request.GET.get("tab") != "ended"
    page = listing.numbered(proofs.delistings(request.user, waiting=waiting), request.GET)
    context = {
        "page": page,
        "rows": proofs.delisting_rows(list(page.object_list), on=day_of(timezone.now())),
        "waiting": waiting,
        "counts": proofs.waiting(request.user),
    }
    return render(request, "review/delisting_list.html", context)


def _back(request: StaffRequest, name: str) -> str:
    query = request.GET.urlencode()
    return f"{reverse(name)}?{query}" if query else reverse(name)
