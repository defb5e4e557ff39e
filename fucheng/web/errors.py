"""Error pages: every refusal as a page (or an htmx message) that says what to do."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import DomainError


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refused request, with the status of the error."""
    return _answer(request, str(error), error.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or came from elsewhere. What was typed stays in the browser."""
    return render(request, "errors/csrf.html", status=HTTPStatus.FORBIDDEN)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, _("The request cannot be read. Go back and try again."), HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, _("Your post does not include this page."), HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, _("Not found, or not in your area."), HTTPStatus.NOT_FOUND)


def only_forms(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """The address of a button, opened as a page; `refused` is the empty answer that Django gives."""
    page = _answer(
        request,
        _("This address belongs to a button. Go back to the page and press it there."),
        HTTPStatus.METHOD_NOT_ALLOWED,
    )
    page.headers["Allow"] = refused.headers["Allow"]
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the usual frame: whatever broke may break that as well."""
    return render(request, "errors/500.html", status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """The page, or for htmx only its message, which shell.js shows as a toast."""
    is_htmx = bool(getattr(request, "htmx", False))
    template = "errors/refusal.html#message" if is_htmx else "errors/refusal.html"
    kind = getattr(getattr(request, "user", None), "kind", "")
    shown = {
        "message": message,
        "status": int(status),
        "is_landlord": kind == User.Kind.LANDLORD,
        "is_staff_post": kind == User.Kind.STAFF,
    }
    return render(request, template, shown, status=status)
