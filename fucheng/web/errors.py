"""Error pages: every refusal as a page (or an htmx message) that says what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import DomainError


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refused request, with the status of the error."""
    template = "errors/refusal.html#message" if getattr(request, "htmx", False) else "errors/refusal.html"
    return render(request, template, {"error": error}, status=error.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)
