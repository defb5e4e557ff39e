"""From the search: there is no sticker on a door, or a wrong one. The home is chosen, its token is never shown."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from fucheng.flows import public_report
from fucheng.web.public import safe_homes
from fucheng.web.public.forms import StickerForm
from fucheng.web.public.queries import dialled, of_case
from fucheng.web.public.views import PRIVATE, page, reading_of, received
from rentals.models import Building


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The form of one building; like the one behind a sticker it sets the cookie against forged forms."""
    reading = reading_of(request)
    with translation.override(reading.language):
        found = safe_homes.doors_of(pk)
        if found is None:
            return page(request, "public/find_gone.html", {}, status=404)
        building, homes = found
        if request.method != "POST":
            return _form(request, building, StickerForm(homes), 200)
        form = StickerForm(homes, request.POST, request.FILES)
        case, status = received(
            request,
            form,
            lambda: public_report.submit_from_search(
                building_id=pk, unit_id=form.cleaned_data["home"], **form.told
            ),
        )
        if not case:
            return _form(request, building, form, status)
        return redirect(reverse("public:find-sticker-sent", args=[pk, case]) + reading.carry)


def _form(request: HttpRequest, building: Building, form: StickerForm, status: int) -> HttpResponse:
    shown = {"building": building, "form": form, "csrf_token": get_token(request)}
    return page(request, "public/find_sticker.html", shown, status=status, cached=PRIVATE)


@require_safe
def sent(request: HttpRequest, pk: int, case_number: str) -> HttpResponseBase:
    """The case number to keep, and how far the report has come."""
    with translation.override(reading_of(request).language):
        reports = of_case(case_number).select_related("unit__building__community__street")
        found = reports.filter(unit__building=pk, kinds__overlap=list(public_report.SIGN_TASKS)).first()
        if found is None:
            return page(request, "public/find_gone.html", {}, status=404)
        hotline = found.unit.building.community.street.hotline
        called = {"hotline": hotline, "dialled": dialled(hotline)}
        shown = {"report": found, "building": found.unit.building, "called": called}
        return page(request, "public/find_sticker_sent.html", shown, cached=PRIVATE)
