"""Whose address counts for limits and lock-out when a proxy stands before the site."""

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from fucheng.web.middleware import CallerAddressMiddleware


@pytest.mark.parametrize(
    ("proxies", "passed", "caller"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first was made up by the caller
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_caller_is_who_the_outermost_trusted_proxy_saw(
    settings: Settings, proxies: int, passed: str, caller: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": passed})
    CallerAddressMiddleware(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == caller


def test_without_a_proxy_nobody_is_believed(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0
    with pytest.raises(MiddlewareNotUsed):
        CallerAddressMiddleware(lambda _: HttpResponse())
