"""Print runs: ordering, following, fetching the sheets, putting boards up."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from core.dates import day_of
from fucheng.flows import downloads, print_run
from fucheng.web import listing
from fucheng.web.office.queries import print_runs as queries
from fucheng.web.office.queries import walls
from fucheng.web.office.sign_forms import OrderForm
from fucheng.web.staff import StaffRequest, carried_out, staff_page, status_of
from signage.models import PrintRun
from signage.services import walking


@require_safe
@staff_page(Permission.SIGN_PRINT)
def run_list(request: StaffRequest) -> HttpResponse:
    page = listing.numbered(queries.runs(request.user), request.GET, size=20)
    context = {"page": page, "owed": queries.owed_by_community(request.user)}
    return render(request, "office/print_run_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SIGN_PRINT)
def run_new(request: StaffRequest) -> HttpResponse:
    """First how many signs an order would print (GET), then the order itself (POST)."""
    is_order = request.method == "POST"
    data = request.POST if is_order else _ticked(request.GET)
    form = OrderForm(request.user, data or None)
    if is_order:
        ordered = carried_out(form, lambda: _order(request, form))
        if ordered:
            return redirect("office:print-run", ordered.pk)
    size = (
        queries.size_of(form.cleaned_data["product"], form.wanted, form.of_size, form.paper)
        if form.is_valid()
        else None
    )
    context = {"form": form, "size": size}
    return render(request, "office/print_run_new.html", context, status=status_of(form))


def _ticked(asked: QueryDict) -> QueryDict:
    """Serials that were ticked in a list come as several values of one field."""
    data = asked.copy()
    if len(asked.getlist("places")) > 1:
        data["places"] = "\n".join(asked.getlist("places"))
    return data


def _order(request: StaffRequest, form: OrderForm) -> PrintRun:
    return print_run.order(
        product=form.cleaned_data["product"],
        wanted=form.wanted,
        by=request.user,
        at=timezone.now(),
        title=form.cleaned_data["title"].strip() or queries.title_of(form.cleaned_data),
        paper=form.paper,
    )


@require_safe
@staff_page(Permission.SIGN_PRINT)
def run(request: StaffRequest, pk: int) -> HttpResponse:
    """Progress while it is being made, afterwards its files, refused items and boards."""
    found = queries.run_of(request.user, pk)
    context: dict[str, Any] = {"run": found, "job": found.job}
    if request.htmx and found.job is not None and found.job.is_unfinished:
        return render(request, "office/print_run_detail.html#progress", context)
    context["file"] = queries.run_file(found)
    context["bundles"] = walls.bundles(found)
    context["hangers"] = list(walls.hangers(found, timezone.localdate()))
    response = render(request, "office/print_run_detail.html", context)
    if request.htmx:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@staff_page(Permission.SIGN_PRINT)
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The first sheet as a picture; what is printed is the PDF."""
    png = queries.first_page(queries.run_of(request.user, pk))
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@require_safe
@staff_page(Permission.SIGN_PRINT)
def file(request: StaffRequest, pk: int, seq: int) -> FileResponse:
    """A PDF of the run, for whoever may print; each download is an export in the audit trail."""
    found = queries.file_of(queries.run_of(request.user, pk), seq)
    name = f"{found.run.title}-{found.seq + 1}.pdf"
    downloads.note(subject="print_file", subject_id=found.pk, by=request.user, file=name, rows=found.signs)
    return FileResponse(
        default_storage.open(found.file),
        as_attachment="inline" not in request.GET,
        filename=name,
        content_type="application/pdf",
        headers={"Cache-Control": "private, no-store"},
    )


@require_safe
@staff_page(Permission.SIGN_PRINT)
def walk(request: StaffRequest, pk: int, seq: int) -> HttpResponse:
    """The walking list of one file: covers by grid, what to hang where, what it replaces."""
    found = queries.file_of(queries.run_of(request.user, pk), seq)
    name = f"walk-{found.run_id}-{found.seq + 1}.pdf"
    downloads.note(subject="print_file", subject_id=found.pk, by=request.user, file=name, rows=found.signs)
    return HttpResponse(
        walking.walk_list(found, on=day_of(timezone.now())),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@require_safe
@staff_page(Permission.SIGN_PRINT)
def sign_list(request: StaffRequest, pk: int) -> HttpResponse:
    """The signs of a run with what each replaces; ticked ones are ordered again."""
    found = queries.run_of(request.user, pk)
    page = listing.numbered(queries.signs_of(found), request.GET)
    return render(request, "office/print_run_signs.html", {"run": found, "page": page})
