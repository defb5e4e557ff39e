"""Accounts made by the office must get a password of their own before anything else."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class PasswordChangeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_known = settings.SESSION_COOKIE_NAME in request.COOKIES  # nobody's session is not looked at
        if is_known and request.user.is_authenticated and request.user.must_change_password:
            open_paths = (reverse("signin:password-change"), reverse("signin:sign-out"), "/static/")
            if not request.path.startswith(open_paths):
                return redirect("signin:password-change")
        return self.get_response(request)
