"""Incidents: the file of police or fire service, what became of its rows, and every incident that is no secret."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from fucheng.flows import incident_import
from fucheng.web import listing
from fucheng.web.office.forms import IncidentFilter, IncidentUploadForm
from fucheng.web.office.queries import incidents
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.INCIDENT_IMPORT)
def incident_list(request: StaffRequest) -> HttpResponse:
    """Upload form, the latest files with their bad rows, and the incidents; a POST starts an import."""
    form = IncidentUploadForm(posted(request), request.FILES or None)
    if request.method == "POST":
        job = carried_out(
            form,
            lambda: incident_import.upload(
                file=form.cleaned_data["file"], by=request.user, at=timezone.now()
            ),
        )
        if job:
            messages.success(request, _("The file is being read; its result appears below."))
            return redirect("office:incidents")
    wanted = IncidentFilter(request.GET)
    context = {
        "form": form,
        "filter": wanted,
        "columns": incident_import.COLUMNS,
        "categories": incidents.categories(),
        "files": incidents.files(),
        "protected": incidents.protected(),
        "page": listing.numbered(incidents.found(request.user, wanted.wanted_state), request.GET, size=30),
    }
    return render(request, "office/incident_list.html", context, status=status_of(form))
