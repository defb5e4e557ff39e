"""How often one address may ask: many sticker codes in a minute is somebody guessing. Fails open."""

import hashlib
import time

import structlog
from django.core.cache import cache
from django.http import HttpRequest

log = structlog.get_logger(__name__)
TOKENS_A_MINUTE = 60
REPORTS_AN_HOUR = 6
FILES_A_MINUTE = 60


def address_of(request: HttpRequest) -> str:
    """Behind a proxy the server itself must put the client here (see the operator's page)."""
    return hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:16]


def may_scan(request: HttpRequest, token: str) -> bool:
    """Counts different tokens: reloading one's own page is free, and so is a whole house behind one address."""
    place = f"{address_of(request)}.{int(time.time() // 60)}"
    digest = hashlib.sha256(token.encode()).hexdigest()[:16]
    try:
        if cache.add(f"public.seen.{place}.{digest}", 1, 60):
            return _count(f"public.scans.{place}", 60, by=1) <= TOKENS_A_MINUTE
        return int(cache.get(f"public.scans.{place}", 0)) <= TOKENS_A_MINUTE
    except Exception:
        log.exception("limiter_away")
        return True


def may_report(request: HttpRequest) -> bool:
    try:
        hour = int(time.time() // 3600)
        return _count(f"public.reports.{address_of(request)}.{hour}", 3600, by=1) <= REPORTS_AN_HOUR
    except Exception:
        log.exception("limiter_away")
        return True


def may_fetch(request: HttpRequest) -> bool:
    """Files of the open data."""
    try:
        minute = int(time.time() // 60)
        return _count(f"public.files.{address_of(request)}.{minute}", 60, by=1) <= FILES_A_MINUTE
    except Exception:
        log.exception("limiter_away")
        return True


def _count(key: str, seconds: int, *, by: int) -> int:
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key, by))
    except ValueError:  # ran out between the two calls
        return by


def sent_before(nonce: str) -> str | None:
    """The case number that this very form got already: a second click must not make a second report."""
    try:
        found: str | None = cache.get(f"public.sent.{nonce}")
    except Exception:
        log.exception("limiter_away")
        return None
    return found


def remember_sent(nonce: str, case_number: str) -> None:
    try:
        cache.set(f"public.sent.{nonce}", case_number, 3600)
    except Exception:
        log.exception("limiter_away")
