"""Pages behind the sticker. Rendered without the request, so that neither session nor user is ever touched."""

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from fucheng.flows import public_report, sign_report
from fucheng.web.public import home_page, limits
from fucheng.web.public.forms import ReportForm
from fucheng.web.public.moulds import Reading, rendered
from fucheng.web.public.queries import PublicHome, home_of, report_of, reported_lately
from grading.models import HazardReport
from signage.serials import serial_of

P = ParamSpec("P")
SHARED = "public, max-age=60"  # safe because no cookie is read or set
ASK_AGAIN = "public, no-cache"  # may be kept, but is shown only after asking whether it still holds
PRIVATE = "private, no-store"


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    cached: str = SHARED,
) -> HttpResponse:
    """Chinese unless `?lang=en`; nothing but the address decides what is on the page."""
    reading = reading_of(request)
    asked = {name: value for name, value in request.GET.dict().items() if name not in ("lang", "elder")}
    return _answer(rendered(template, context, reading, asked), reading, status=status, cached=cached)


def reading_of(request: HttpRequest) -> Reading:
    return Reading(request.GET.get("lang") == "en", request.GET.get("elder") == "1")


def _answer(content: str | bytes, reading: Reading, *, status: int, cached: str) -> HttpResponse:
    response = HttpResponse(content, status=status)
    response["Cache-Control"] = cached
    response["Content-Language"] = "en" if reading.is_english else "zh-Hans"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def behind_sticker(
    view: Callable[Concatenate[HttpRequest, PublicHome, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """Gives the view the home; too many tokens get 429, and whatever is no token the same 404."""

    @wraps(view)
    def found(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        with translation.override(reading_of(request).language):
            if not limits.may_scan(request, token):
                response = page(request, "public/slow.html", {}, status=429, cached=PRIVATE)
                response["Retry-After"] = "60"
                return response
            home = home_of(token, serial_of(request.GET.get("n", "")))
            if home is None:
                sign_report.note_unknown(token=token, at=timezone.now())
                return _unknown(request)
            return view(request, home, *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]", found)


def _unknown(request: HttpRequest) -> HttpResponse:
    reading = reading_of(request)
    return _answer(_unknown_page(reading), reading, status=404, cached=ASK_AGAIN)


@lru_cache(maxsize=4)
def _unknown_page(reading: Reading) -> bytes:
    return rendered("public/unknown.html", {}, reading, {}).encode()


@require_safe
@behind_sticker
def home(request: HttpRequest, home: PublicHome) -> HttpResponseBase:
    """Read from the rows at every scan, so that a grade changed a moment ago is the one shown.

    `?n=` is the print whose code was scanned; one that is not valid any more is said, and looked after.
    """
    reading = reading_of(request)
    serial = serial_of(request.GET.get("n", ""))
    dead = None
    if serial and not home.is_scanned_valid:
        dead = sign_report.note_scan(token=home.token, serial=serial, at=timezone.now())
    body = home_page.shown(home, reading, dead).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    is_known = request.META.get("HTTP_IF_NONE_MATCH", "").removeprefix("W/") == tag
    response = _answer(b"" if is_known else body, reading, status=304 if is_known else 200, cached=ASK_AGAIN)
    response["ETag"] = tag
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@behind_sticker
def report(request: HttpRequest, home: PublicHome) -> HttpResponseBase:
    """The form; forms alone set a cookie (against forged ones)."""
    if request.method != "POST":
        about = request.GET.get("about", "")
        is_kind = about in HazardReport.Kind.values
        return _form(request, home, ReportForm(initial={"kinds": [about]} if is_kind else {}), 200)
    form = ReportForm(request.POST, request.FILES)
    case, status = received(request, form, lambda: public_report.submit(token=home.token, **form.told))
    if not case:
        return _form(request, home, form, status)
    return redirect(reverse("public:report-sent", args=[home.token, case]) + reading_of(request).carry)


def received(request: HttpRequest, form: ReportForm, send: Callable[[], HazardReport]) -> tuple[str, int]:
    """The case number of a form that is sent now, or was by a click before.

    Empty when it was refused: then the reason stands in the form, and the status is that of its page.
    """
    nonce = request.POST.get("nonce", "")[:32]
    if nonce and (known := limits.sent_before(nonce)):
        return known, 302
    if not form.is_valid():
        return "", 422
    if not limits.may_report(request):
        form.add_error(
            None, _("Many reports came from this network within an hour. Please call the hotline.")
        )
        return "", 429
    try:
        case = send().case_number
    except DomainError as refused:
        form.add_error("photo" if refused.code == "photo" else None, str(refused))
        return "", 422
    limits.remember_sent(nonce, case)
    return case, 302


def _form(request: HttpRequest, home: PublicHome, form: ReportForm, status: int) -> HttpResponse:
    lately = reported_lately(home, timezone.now())
    shown = {"home": home, "form": form, "lately": lately, "csrf_token": get_token(request)}
    return page(request, "public/report.html", shown, status=status, cached=PRIVATE)


@require_safe
@behind_sticker
def report_sent(request: HttpRequest, home: PublicHome, case_number: str) -> HttpResponseBase:
    """The case number to keep, and how far the report has come."""
    found = report_of(home, case_number)
    if found is None:
        return _unknown(request)
    return page(request, "public/report_sent.html", {"home": home, "report": found}, cached=PRIVATE)
