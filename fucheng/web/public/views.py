"""The page behind a sticker's code, and the report that anyone may send from it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, OutOfScope
from fucheng.flows import public_report
from fucheng.web.public import queries
from fucheng.web.public.forms import ReportForm
from fucheng.web.public.throttle import slowed


@require_safe
@slowed
def home(request: HttpRequest, token: str) -> HttpResponse:
    """No cookie is read or set here, so a copy may be kept for a minute by anybody on the way."""
    with _language(request):
        try:
            found = queries.home_of(token)
        except OutOfScope:
            return _unknown(request)
        answer = render(request, "public/home.html", _reading(request) | {"home": found})
    patch_cache_control(answer, public=True, max_age=60)
    return answer


@require_http_methods(["GET", "POST"])
@slowed
def report(request: HttpRequest, token: str) -> HttpResponse:
    """A hazard is reported; the case number is the only trace that the reporter keeps."""
    with _language(request):
        try:
            found = queries.home_of(token)
        except OutOfScope:
            return _unknown(request)
        form = ReportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                sent = public_report.submit(
                    token=token,
                    text=form.cleaned_data["text"],
                    photo=form.cleaned_data["photo"],
                    at=timezone.now(),
                )
            except DomainError as refusal:
                form.add_error("photo", str(refusal))
            else:
                address = reverse("public:report-sent", args=[token, sent.case_number])
                return redirect(f"{address}?{_reading(request)['reading']}")
        context = _reading(request) | {"home": found, "form": form}
        status = 422 if form.errors else 200
        return render(request, "public/report.html", context, status=status)


@require_safe
@slowed
def report_sent(request: HttpRequest, token: str, case_number: str) -> HttpResponse:
    with _language(request):
        try:
            sent = queries.report_of(token, case_number)
        except OutOfScope:
            return _unknown(request)
        context = _reading(request) | {"report": sent, "home": queries.home_of(token)}
        return render(request, "public/report_sent.html", context)


def _language(request: HttpRequest) -> translation.override:
    """Chinese, or English by `?lang=en`: what a browser asks for would make copies differ."""
    return translation.override("en" if request.GET.get("lang") == "en" else "zh-hans")


def _reading(request: HttpRequest) -> dict[str, str | bool]:
    """How the reader wants to read, kept in the links instead of in a cookie."""
    lang = "en" if request.GET.get("lang") == "en" else "zh"
    elder = request.GET.get("elder") == "1"
    return {"lang": lang, "elder": elder, "reading": f"lang={lang}{'&elder=1' if elder else ''}"}


def _unknown(request: HttpRequest) -> HttpResponse:
    """Unknown, malformed and revoked codes look exactly alike."""
    return render(request, "public/unknown.html", _reading(request), status=404)
