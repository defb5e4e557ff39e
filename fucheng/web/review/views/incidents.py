"""Incidents whose place is in doubt: candidates with their reasons, one click, or none of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from fucheng.flows import incident_import
from fucheng.web import listing
from fucheng.web.review.forms.answers import PlaceForm
from fucheng.web.review.queries import incidents
from fucheng.web.staff import StaffRequest, carried_out, staff_page, status_of

SIZE = 20


@require_safe
@staff_page(Permission.INCIDENT_MATCH)
def incident_list(request: StaffRequest) -> HttpResponse:
    return _incidents(request)


def _incidents(request: StaffRequest, form: PlaceForm | None = None) -> HttpResponse:
    page = listing.numbered(incidents.doubtful(request.user), request.GET, size=SIZE)
    context = {"page": page, "rows": incidents.rows(request.user, list(page.object_list)), "form": form}
    return render(request, "review/incident_list.html", context, status=status_of(form) if form else 200)


@require_POST
@staff_page(Permission.INCIDENT_MATCH)
def incident_place(request: StaffRequest, pk: int) -> HttpResponse:
    """`place` is `none`, or the building and, after a colon, the home."""
    form = PlaceForm(request.POST)
    order: dict[str, Any] = {"incident_id": pk, "by": request.user, "at": timezone.now()}

    def check() -> Any:
        if form.building_id is None:
            return incident_import.put_aside(**order)
        return incident_import.confirm(**order, building_id=form.building_id, unit_id=form.unit_id)

    done = carried_out(form, check)
    if done is None:
        return _incidents(request, form)
    messages.success(
        request,
        _("Confirmed. What the rules make of it waits among the grade changes; someone else decides.")
        if done.hazard_id
        else _("Noted. It counts for no grade."),
    )
    return redirect("review:incidents")
