"""Bulk assessment: all homes through the rules in force."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from fucheng.flows import bulk_assessment
from fucheng.web.office.queries import assessment as queries
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.GRADE_BULK_ASSESS)
def assessment(request: StaffRequest) -> HttpResponse:
    """What it will do, the running one, earlier ones; a POST starts it."""
    form = forms.Form(posted(request))
    if request.method == "POST":
        job = carried_out(form, lambda: bulk_assessment.ask(by=request.user, at=timezone.now()))
        if job:
            return redirect("office:job", job.pk)
    context = {"form": form, "outlook": queries.outlook(at=timezone.now())}
    return render(request, "office/assessment.html", context, status=status_of(form))
