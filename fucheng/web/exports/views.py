"""The page of one export and its file; for the person who asked, and nobody else."""

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.roles import Permission
from core.errors import DomainError
from fucheng.flows import list_export
from fucheng.web import exporting
from fucheng.web.staff import StaffRequest, staff_page


class Expired(DomainError):
    status = 410
    code = "expired"
    message = _("This file was kept for seven days and is deleted now. Export the list again.")


@require_GET
@staff_page(Permission.EXPORT)
def job(request: StaffRequest, job_id: int) -> HttpResponse:
    found = list_export.one(job_id, by=request.user)
    shown = {
        "job": found,
        "list": list_export.list_named(found.params["list"]),
        "is_kept": list_export.is_kept(found, at=timezone.now()),
        "until": found.finished_at and found.finished_at + list_export.KEPT,
    }
    template = "exports/job.html#progress" if request.htmx else "exports/job.html"
    return render(request, template, shown)


@require_GET
@staff_page(Permission.EXPORT)
def file(request: StaffRequest, job_id: int) -> FileResponse:
    found = list_export.one(job_id, by=request.user)
    if not list_export.is_kept(found, at=timezone.now()):
        raise Expired
    name = exporting.file_name(list_export.list_named(found.params["list"]), "xlsx")
    stored = default_storage.open(found.result["file"])
    return FileResponse(stored, as_attachment=True, filename=name, content_type=exporting.XLSX)
