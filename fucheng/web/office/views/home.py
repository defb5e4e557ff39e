"""The office's first page: what waits."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from fucheng.web.office.queries import home as queries
from fucheng.web.office.queries import jobs
from fucheng.web.staff import StaffRequest, staff_page


@require_safe
@staff_page(Permission.REGISTER_IMPORT, Permission.AUDIT_READ)
def home(request: StaffRequest) -> HttpResponse:
    found = queries.overview(request.user, on=timezone.localdate())
    views = [jobs.view_of(job, at=timezone.now(), reader=request.user) for job in found.jobs]
    return render(request, "office/home.html", {"overview": found, "jobs": views})
