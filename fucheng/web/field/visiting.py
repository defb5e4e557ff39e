"""A visit: its form, the check before sending, the receipt."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from communities import access
from core.errors import DomainError
from fucheng.flows import visit as visit_flow
from fucheng.web.field import places, queries
from fucheng.web.field.sheet import Sheet
from fucheng.web.staff import StaffRequest, staff_page
from grading.services import rule_sets
from grading.services.visits import SentDifferently


def _sheet(request: StaffRequest, building_id: int) -> Sheet:
    today = timezone.localdate()
    place = places.place(request.user, building_id, today)
    access.authorize(request.user, Permission.VISIT_SUBMIT, community_id=place.building.community_id)
    return Sheet(place, rule_sets.items_of(rule_sets.for_visit(today)), request, request.user)


def _show(request: StaffRequest, page: str, sheet: Sheet, error: DomainError | None = None) -> HttpResponse:
    context = {"sheet": sheet, "place": sheet.place, "today": sheet.place.day, "error": error}
    status = error.status if error else 422 if sheet.has_errors else 200
    return render(request, f"field/{page}.html", context, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(Permission.VISIT_SUBMIT)
def visit_new(request: StaffRequest, pk: int) -> HttpResponse:
    """The form; `do` tells whether to add rows, to go back to it, to check, or to send."""
    sheet, do = _sheet(request, pk), request.POST.get("do", "")
    if request.method != "POST":
        return _show(request, "visit_form", sheet)
    if do in ("more", "edit"):
        sheet.reopen(more_rows=do == "more")
        return _show(request, "visit_form", sheet)
    if not sheet.is_valid():
        return _show(request, "visit_form", sheet)
    return _submit(request, sheet) if do == "submit" else _show(request, "visit_check", sheet)


@require_safe
@staff_page(Permission.VISIT_SUBMIT)
def visit_clean(request: StaffRequest, pk: int) -> HttpResponse:
    """The second of three taps: nothing found, to be confirmed."""
    sheet = _sheet(request, pk)
    sheet.bind_clean()
    sheet.is_valid()
    return _show(request, "visit_check", sheet)


def _submit(request: StaffRequest, sheet: Sheet) -> HttpResponse:
    try:
        receipt = visit_flow.submit(
            client_id=sheet.client_id,
            building_id=sheet.place.building.pk,
            by=request.user,
            started_at=sheet.started_at,
            at=timezone.now(),
            seen=[entry.seen for entry in sheet.entries],
            not_seen=sheet.not_seen.not_seen,
            kind=sheet.kind,
            note=sheet.visit.cleaned_data["note"],
        )
    except SentDifferently as error:
        sheet.take_fresh_id()
        return _show(request, "visit_check", sheet, error)
    except DomainError as error:
        return _show(request, "visit_check", sheet, error)
    return redirect("field:visit", pk=receipt.visit.pk)


@require_safe
@staff_page(Permission.VISIT_SUBMIT)
def visit(request: StaffRequest, pk: int) -> HttpResponse:
    """The receipt: what was recorded, what it proposed, where to go next."""
    found = places.receipt(request.user, pk)
    following = queries.next_building(request.user, found.visit.building, timezone.localdate())
    return render(request, "field/visit.html", {"receipt": found, "next": following})
