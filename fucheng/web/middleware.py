"""Turns a domain refusal that no view handled into a page; views stay free of try and except."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect
from django.urls import reverse

from communities import access
from core.errors import DomainError
from fucheng.web import errors
from fucheng.web.signin import second_step


class CallerAddressMiddleware:
    """REMOTE_ADDR is the caller, not our own proxy, for limits, lock-out and the audit.

    Each of the TRUSTED_PROXIES appends the address it was called from to X-Forwarded-For; what stands
    further left was written by the caller and is not believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.TRUSTED_PROXIES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        passed = request.headers.get("X-Forwarded-For", "").split(",")[-settings.TRUSTED_PROXIES :]
        if passed[0].strip():
            request.META["REMOTE_ADDR"] = passed[0].strip()
        return self.get_response(request)


class CompressedPagesMiddleware(GZipMiddleware):
    """Pages and JSON in a twentieth of their size for phones far from a mast; files go out as they are.

    Django pads at random, so that the length tells nothing about a token in the page (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_text = response.headers.get("Content-Type", "").startswith(("text/html", "application/json"))
        return super().process_response(request, response) if is_text and not response.streaming else response


class SecondStepMiddleware:
    """Where a second step is required, people of certain posts set theirs up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.SECOND_STEP_REQUIRED:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_known = settings.SESSION_COOKIE_NAME in request.COOKIES
        if is_known and request.user.is_authenticated and not second_step.is_through(request):
            open_paths = tuple(
                reverse(f"signin:{name}") for name in ("second-step", "password-change", "sign-out")
            )
            if access.needs_second_step(request.user) and not request.path.startswith(
                (*open_paths, "/static/")
            ):
                return redirect("signin:second-step")
        return self.get_response(request)


class DomainErrorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_empty_refusal = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content
        return (
            errors.only_forms(request, response) if is_empty_refusal and request.method == "GET" else response
        )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return errors.refusal(request, error) if isinstance(error, DomainError) else None


class ReturnToFormMiddleware:
    """A form sent after the session had ended: sign-in leads back to the form, not to its POST address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        location = response.headers.get("Location", "")
        if request.method == "POST" and response.status_code == 302:
            came_from = urlsplit(request.headers.get("Referer", ""))
            to_sign_in = location.startswith(f"{settings.LOGIN_URL}?")
            if to_sign_in and came_from.netloc == request.get_host():
                back = came_from.path + (f"?{came_from.query}" if came_from.query else "")
                response.headers["Location"] = f"{settings.LOGIN_URL}?{urlencode({'next': back})}"
        return response
