"""The audit trail, to read."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from fucheng.web import listing
from fucheng.web.office.forms import AuditFilter
from fucheng.web.office.queries import audit
from fucheng.web.staff import StaffRequest, staff_page


@require_safe
@staff_page(Permission.AUDIT_READ)
def event_list(request: StaffRequest) -> HttpResponse:
    """Newest first, along the key; never counted, for it only grows."""
    form = AuditFilter(request.GET)
    form.full_clean()
    page = listing.by_key(audit.events(form.cleaned_data), request.GET, key="pk", descending=True, read=int)
    context = {"form": form, "page": page, "rows": [audit.view_of(event) for event in page.rows]}
    return render(request, "office/audit_list.html", context)
