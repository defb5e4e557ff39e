"""Who has a password of the office changes it before anything else."""

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.middleware import PasswordChangeMiddleware
from accounts.models import User
from tests.conftest import Cast


def visit(path: str, user: User, rf) -> HttpResponse:
    request: HttpRequest = rf.get(path)
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "of this person"
    request.user = user
    return PasswordChangeMiddleware(lambda _request: HttpResponse("through"))(request)


@pytest.mark.parametrize("path", ["/", "/field/", "/api/v1/units/"])
def test_every_page_leads_to_the_new_password(cast: Cast, rf, path: str) -> None:
    cast.grid.must_change_password = True
    answer = visit(path, cast.grid, rf)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("signin:password-change"))


@pytest.mark.parametrize("name", ["signin:password-change", "signin:sign-out"])
def test_the_way_there_and_out_is_open(cast: Cast, rf, name: str) -> None:
    cast.grid.must_change_password = True
    assert visit(reverse(name), cast.grid, rf).content == b"through"


def test_others_are_not_stopped(cast: Cast, rf) -> None:
    assert visit("/", cast.grid, rf).content == b"through"
