"""The register: homes and buildings, looked up; personal data only with a purpose."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from communities import access
from fucheng.flows import personal_data
from fucheng.web import exporting, listing
from fucheng.web.review import lists
from fucheng.web.review.forms.answers import RevealForm
from fucheng.web.review.forms.decisions import StarWithdrawalForm
from fucheng.web.review.forms.filters import AsOfForm, BuildingFilter, RegisterFilter
from fucheng.web.review.forms.reasons import REASONS
from fucheng.web.review.queries import homes, register
from fucheng.web.staff import StaffRequest, carried_out, staff_page, status_of
from rentals.models import Unit


@require_safe
@staff_page(Permission.REGISTER_READ)
def home_list(request: StaffRequest) -> HttpResponse:
    """Homes in the order of their codes."""
    today = timezone.localdate()
    form = RegisterFilter(request.user, request.GET)
    found = register.homes(request.user, form.wanted, on=today)
    page = listing.by_key(
        register.with_facts(found), request.GET, key="code", counted=found, capped="state" in form.wanted
    )
    context = {
        "form": form,
        "page": page,
        "rows": register.rows_of(page.rows, on=today),
    }
    return render(request, "review/home_list.html", context)


@require_POST
@staff_page(Permission.EXPORT)
def homes_export(request: StaffRequest) -> HttpResponseBase:
    """What the list shows, as CSV or XLSX; personal data masked."""
    return exporting.export(request, lists.REGISTER, request.GET.dict())


@require_safe
@staff_page(Permission.REGISTER_READ)
def home(request: StaffRequest, pk: int) -> HttpResponse:
    return _home(request, homes.home_of(request.user, pk), RevealForm())


@never_cache
@require_POST
@staff_page(Permission.REGISTER_READ)
def home_reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """Shows the landlord in clear on this one answer; nothing of it is kept in the session or a cache."""
    unit = homes.home_of(request.user, pk)
    access.authorize(request.user, Permission.PERSONAL_DATA_REVEAL, community_id=unit.building.community_id)
    form = RevealForm(request.POST)
    revealed = carried_out(
        form,
        lambda: personal_data.reveal(unit_id=pk, by=request.user, purpose=form.cleaned_data["purpose"]),
    )
    return _home(request, unit, form, revealed=revealed)


def _home(request: StaffRequest, unit: Unit, form: RevealForm, **more: Any) -> HttpResponse:
    today = timezone.localdate()
    as_of = AsOfForm(request.GET or None)
    day = as_of.cleaned_data.get("on") if as_of.is_valid() else None
    community = unit.building.community_id
    context = {
        "unit": unit,
        "file": homes.home_file(unit, on=today),
        "form": form,
        "as_of": as_of,
        "day": day,
        "period_then": homes.grade_on(unit, day) if day else None,
        "may_reveal": access.can(request.user, Permission.PERSONAL_DATA_REVEAL, community_id=community),
        "today": today,
    }
    return render(request, "review/home_detail.html", context | more, status=status_of(form))


@require_safe
@staff_page(Permission.REGISTER_READ)
def building_list(request: StaffRequest) -> HttpResponse:
    today = timezone.localdate()
    form = BuildingFilter(request.user, request.GET)
    found = register.buildings(request.user, form.wanted, on=today)
    page = listing.by_key(
        found.select_related("community", "grid", "estate"), request.GET, key="code", counted=found
    )
    context = {
        "form": form,
        "page": page,
        "rows": register.building_rows(page.rows, on=today),
    }
    return render(request, "review/building_list.html", context)


@require_safe
@staff_page(Permission.REGISTER_READ)
def building(request: StaffRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "file": homes.building_file(request.user, pk, on=today),
        "today": today,
        "reasons": REASONS,
        "withdrawal": StarWithdrawalForm(),
    }
    return render(request, "review/building_detail.html", context)
