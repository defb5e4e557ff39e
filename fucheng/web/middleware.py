"""Turns a domain refusal that no view handled into a page; views stay free of try and except."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.errors import DomainError
from fucheng.web import errors


class DomainErrorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return errors.refusal(request, error) if isinstance(error, DomainError) else None
