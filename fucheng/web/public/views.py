"""Pages behind the sticker. Rendered without the request, so that neither session nor user is ever touched."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from fucheng.flows import public_report, sign_report
from fucheng.web.public import limits
from fucheng.web.public.forms import KINDS, ReportForm
from fucheng.web.public.queries import PublicHome, home_of, report_of
from signage.serials import serial_of

P = ParamSpec("P")
SHARED = "public, max-age=60"  # safe because no cookie is read or set
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
    is_english, is_elder = _reading(request)
    shown = {
        "lang": "en" if is_english else "zh-hans",
        "elder": is_elder,
        "carry": _carry(is_english, is_elder),
        "other_lang": _here(request, lang="zh" if is_english else "en"),
        "other_size": _here(request, elder="" if is_elder else "1"),
        **context,
    }
    response = HttpResponse(render_to_string(template, shown), status=status)
    response["Cache-Control"] = cached
    response["Content-Language"] = "en" if is_english else "zh-Hans"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _reading(request: HttpRequest) -> tuple[bool, bool]:
    """English, large type: the reader's choices, kept in the links instead of in a cookie."""
    return request.GET.get("lang") == "en", request.GET.get("elder") == "1"


def _here(request: HttpRequest, **changed: str) -> str:
    """The same page, what was asked for included, read in another way."""
    asked = request.GET.dict() | changed
    return f"?{urlencode({name: value for name, value in asked.items() if value})}"


def _carry(is_english: bool, is_elder: bool) -> str:
    return f"?{urlencode({'lang': 'en' if is_english else 'zh', **({'elder': '1'} if is_elder else {})})}"


def behind_sticker(
    view: Callable[Concatenate[HttpRequest, PublicHome, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """Gives the view the home; too many tokens get 429, and whatever is no token the same 404."""

    @wraps(view)
    def found(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        with translation.override("en" if request.GET.get("lang") == "en" else "zh-hans"):
            if not limits.may_scan(request, token):
                response = page(request, "public/slow.html", {}, status=429, cached=PRIVATE)
                response["Retry-After"] = "60"
                return response
            home = home_of(token)
            if home is None:
                sign_report.note_unknown(token=token, at=timezone.now())
                return _unknown(request)
            return view(request, home, *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]", found)


def _unknown(request: HttpRequest) -> HttpResponse:
    return page(request, "public/unknown.html", {}, status=404)


@require_safe
@behind_sticker
def home(request: HttpRequest, home: PublicHome) -> HttpResponseBase:
    """`?n=` is the print whose code was scanned; one that is not valid any more is said, and looked after."""
    serial = serial_of(request.GET.get("n", ""))
    dead = sign_report.note_scan(token=home.token, serial=serial, at=timezone.now()) if serial else None
    return page(request, "public/home.html", {"home": home, "dead": dead})


@require_http_methods(["GET", "HEAD", "POST"])
@behind_sticker
def report(request: HttpRequest, home: PublicHome) -> HttpResponseBase:
    """The form; it alone sets a cookie (against forged forms), and only here."""
    if request.method != "POST":
        about = request.GET.get("about", "")
        return _form(request, home, ReportForm(initial={"kinds": [about]} if about in KINDS else {}), 200)
    form = ReportForm(request.POST, request.FILES)
    nonce = request.POST.get("nonce", "")[:32]
    case = limits.sent_before(nonce) if nonce else None
    if case is None:
        if not form.is_valid():
            return _form(request, home, form, 422)
        if not limits.may_report(request):
            form.add_error(
                None, _("Many reports came from this network within an hour. Please call the hotline.")
            )
            return _form(request, home, form, 429)
        case = _submitted(home, form)
        if case is None:
            return _form(request, home, form, 422)
        limits.remember_sent(nonce, case)
    return redirect(reverse("public:report-sent", args=[home.token, case]) + _carry(*_reading(request)))


def _submitted(home: PublicHome, form: ReportForm) -> str | None:
    """The case number; None when the photo or the words were refused, with the reason in the form."""
    photo = form.cleaned_data["photo"]
    try:
        sent = public_report.submit(token=home.token, text=form.words, photo=photo, at=timezone.now())
    except DomainError as refused:
        form.add_error("photo" if refused.code == "photo" else None, str(refused))
        return None
    return sent.case_number


def _form(request: HttpRequest, home: PublicHome, form: ReportForm, status: int) -> HttpResponse:
    shown = {"home": home, "form": form, "csrf_token": get_token(request)}
    return page(request, "public/report.html", shown, status=status, cached=PRIVATE)


@require_safe
@behind_sticker
def report_sent(request: HttpRequest, home: PublicHome, case_number: str) -> HttpResponseBase:
    """The case number to keep, and how far the report has come."""
    found = report_of(home, case_number)
    if found is None:
        return _unknown(request)
    return page(request, "public/report_sent.html", {"home": home, "report": found}, cached=PRIVATE)
