"""How many doors one address may look at in a minute, so that nobody reads out the street by trying."""

from functools import wraps
from typing import Any, Protocol

import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

PER_MINUTE = 60
log = structlog.get_logger(__name__)


class View(Protocol):
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse: ...


def slowed(view: View) -> View:
    """More than PER_MINUTE requests of one address in a minute get 429 and are told to wait."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _count(request) > PER_MINUTE:
            answer = render(request, "public/slow.html", status=429)
            answer["Retry-After"] = "60"
            return answer
        return view(request, *args, **kwargs)

    return guarded


def _count(request: HttpRequest) -> int:
    """Requests of this address in this minute; an unreachable cache lets everybody in."""
    key = f"public {request.META.get('REMOTE_ADDR')} {timezone.now():%H%M}"
    try:
        cache.add(key, 0, timeout=90)
        return cache.incr(key)
    except (ValueError, OSError):
        log.warning("public_throttle_away")
        return 0
