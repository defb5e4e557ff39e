"""What a version of the rules would do: the run, its matrix, the homes behind a cell, visits per grid."""

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from core.errors import OutOfScope
from fucheng.flows import what_if as flow
from fucheng.web import listing
from fucheng.web.office.queries import rules
from fucheng.web.office.queries import what_if as queries
from fucheng.web.office.rule_forms import CellFilter
from fucheng.web.office.views.rules import head_of
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from rentals.models import Unit


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.RULES_EDIT, Permission.AUDIT_READ)
def what_if(request: StaffRequest, version: str) -> HttpResponse:
    """Progress while it runs, then what it found; a POST starts it."""
    found = rules.rule_set_of(request.user, version)
    form = Form(posted(request))
    if request.method == "POST":
        job = carried_out(form, lambda: flow.ask(version=version, by=request.user, at=timezone.now()))
        if job:
            return redirect("office:rule-what-if", version)
    simulation, running = rules.last_run(found)
    if request.htmx and running:
        return render(request, "office/rule_what_if.html#progress", {"rule_set": found, "running": running})
    category = request.GET.get("category", "")
    context = head_of(request, found) | {
        "form": form,
        "simulation": simulation,
        "running": running,
        "category": category if category in Unit.Category.values else "",
    }
    if simulation:
        context |= {
            "result": queries.result(simulation, category=context["category"]),
            "load": queries.load(simulation),
            "grids": listing.numbered(queries.loads(simulation), request.GET, size=20),
            "by_rules_query": f"?new_rules=1&category={context['category']}",
            "tabs": _tabs(request.path, context["category"]),
        }
    response = render(request, "office/rule_what_if.html", context, status=status_of(form))
    if request.htmx:
        response["HX-Refresh"] = "true"
    return response


def _tabs(path: str, chosen: str) -> list[tuple[object, str, bool]]:
    kinds = [(_("All categories"), "", not chosen)] + [
        (label, value, value == chosen) for value, label in Unit.Category.choices
    ]
    return [(label, f"{path}?category={value}" if value else path, active) for label, value, active in kinds]


@require_safe
@staff_page(Permission.RULES_EDIT, Permission.AUDIT_READ)
def homes(request: StaffRequest, version: str) -> HttpResponse:
    """The homes behind a cell, each with why it moves."""
    found = rules.rule_set_of(request.user, version)
    simulation, _running_job = rules.last_run(found)
    form = CellFilter(request.GET)
    if simulation is None or not form.is_valid():
        raise OutOfScope
    chosen = form.cleaned_data
    page = listing.numbered(queries.unit_ids(simulation, chosen), request.GET)
    context = {
        "rule_set": found,
        "simulation": simulation,
        "page": page,
        "rows": queries.homes(simulation, list(page.object_list), request.user),
        "chosen": chosen,
        "place": queries.place_of(chosen),
    }
    return render(request, "office/rule_what_if_homes.html", context)
