"""Registry imports: upload, result, import after a dry run, taking a run back."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from core.errors import Conflict, OutOfScope
from fucheng.flows import downloads, registry_import
from fucheng.web import listing
from fucheng.web.office.forms import UploadForm
from fucheng.web.office.queries import imports
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from rentals.models import ImportRun
from rentals.registry.columns import COLUMNS
from rentals.registry.template import write_template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.REGISTER_IMPORT)
def import_list(request: StaffRequest) -> HttpResponse:
    """Upload form and earlier runs; a POST keeps the file and starts its run."""
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST":
        asked = carried_out(
            form,
            lambda: registry_import.upload(
                file=form.cleaned_data["file"],
                dry_run=form.cleaned_data["mode"] == "check",
                on_error=form.cleaned_data["on_error"],
                by=request.user,
                at=timezone.now(),
            ),
        )
        if asked:
            return redirect("office:import", asked.pk)
    page = listing.numbered(imports.runs(request.user), request.GET, size=20)
    context = {"form": form, "page": page, "columns": COLUMNS}
    return render(request, "office/import_list.html", context, status=status_of(form))


@require_safe
@staff_page(Permission.REGISTER_IMPORT)
def template(request: StaffRequest) -> FileResponse:
    """The blank workbook with one example row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.xlsx"
        write_template(path)
        return FileResponse(
            path.open("rb"), as_attachment=True, filename="出租屋登记表.xlsx", content_type=XLSX
        )


@require_safe
@staff_page(Permission.REGISTER_IMPORT, Permission.AUDIT_READ)
def import_run(request: StaffRequest, pk: int) -> HttpResponse:
    """Progress while it runs, afterwards what it found and did."""
    run = imports.run_of(request.user, pk)
    if request.htmx and run.job is not None and run.job.is_unfinished:
        return render(request, "office/import_detail.html#progress", {"run": run, "job": run.job})
    context = {"run": run, "job": run.job, **_result(request, run)}
    response = render(request, "office/import_detail.html", context)
    if request.htmx:
        response["HX-Refresh"] = "true"
    return response


def _result(request: StaffRequest, run: ImportRun) -> dict[str, Any]:
    tabs = imports.tabs(run)
    names = [tab.name for tab in tabs]
    tab = request.GET.get("tab", "")
    tab = tab if tab in names else next(iter(names), "")
    context: dict[str, Any] = {
        "tab": tab,
        "tab_links": [(t.label, f"?tab={t.name}", t.name == tab, t.count) for t in tabs],
    }
    if tab in ("bad", "remarks"):
        kept = run.problems if tab == "bad" else run.remarks
        page = listing.numbered(kept, request.GET)
        return context | {"page": page, "problems": [imports.problem_of(p) for p in page.object_list]}
    if tab in ("changed", "missing"):
        page = imports.changes(run, tab, request.GET)
        return context | {"page": page, "changes": imports.change_views(list(page.object_list))}
    return context | ({"page": imports.added(run, request.GET)} if tab == "added" else {})


@require_safe
@staff_page(Permission.REGISTER_IMPORT)
def error_workbook(request: StaffRequest, pk: int) -> FileResponse:
    """The file as it was uploaded, with what is wrong beside each row."""
    run = imports.run_of(request.user, pk)
    if not run.error_file:
        raise OutOfScope
    name = f"{Path(run.file_name).stem}-{_('errors')}.xlsx"
    downloads.note(subject="import_run", subject_id=run.pk, by=request.user, file=name, rows=run.rows)
    return FileResponse(
        default_storage.open(run.error_file), as_attachment=True, filename=name, content_type=XLSX
    )


@require_POST
@staff_page(Permission.REGISTER_IMPORT)
def import_now(request: StaffRequest, pk: int) -> HttpResponse:
    """After a dry run: the same stored file, this time for good."""
    run = imports.run_of(request.user, pk)
    if run.state != ImportRun.State.CHECKED:
        raise Conflict(_("Only a checked file can be imported. Upload it again."))
    started = registry_import.ask(
        file=run.file,
        file_name=run.file_name,
        dry_run=False,
        on_error=run.on_error,
        by=request.user,
        at=timezone.now(),
    )
    return redirect("office:import", started.pk)


@require_POST
@staff_page(Permission.REGISTER_IMPORT)
def import_undo(request: StaffRequest, pk: int) -> HttpResponse:
    registry_import.undo(run_id=pk, by=request.user, at=timezone.now())
    messages.success(request, _("The import was taken back; the register is as it was before."))
    return redirect("office:import", pk)
