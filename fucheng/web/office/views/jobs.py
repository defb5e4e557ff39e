"""Long work: the list, one job with its progress, stopping it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from fucheng.flows import job_control
from fucheng.web import listing
from fucheng.web.office.queries import jobs
from fucheng.web.staff import StaffRequest, staff_page


@require_safe
@staff_page(Permission.JOBS_READ)
def job_list(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    page = listing.numbered(jobs.visible(request.user), request.GET, size=30)
    context = {
        "page": page,
        "rows": [jobs.view_of(job, at=at, reader=request.user) for job in page.object_list],
    }
    return render(request, "office/job_list.html", context)


@require_safe
@staff_page(Permission.REGISTER_READ)
def job(request: StaffRequest, pk: int) -> HttpResponse:
    """A job for whoever asked for it or reads jobs; htmx asks for the progress alone."""
    found = jobs.job_of(request.user, pk)
    context = {
        "view": jobs.view_of(found, at=timezone.now(), reader=request.user),
        "job": found,
        "may_cancel": job_control.may_cancel(request.user, found),
    }
    part = "#progress" if request.htmx and found.is_unfinished else ""
    response = render(request, f"office/job_detail.html{part}", context)
    if request.htmx and not found.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@staff_page(Permission.REGISTER_READ)
def job_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    job_control.cancel(job_id=pk, by=request.user, at=timezone.now())
    messages.success(request, _("Stopped. What was finished stays."))
    return redirect("office:job", pk)
