"""`/healthz` the process, `/readyz` database, migrations and waiting work, `/metrics` numbers for Prometheus."""

import ipaddress
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from core import replica
from jobs import pulses
from jobs.models import Job

STALLED = timedelta(minutes=10)
MIGRATIONS_SEEN = "readyz-migrations"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a slow database does not restart it."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """503 while the database is away or not migrated.

    A scheduler or worker that is silent for 90 seconds, stalled jobs and a replica that is away or behind are
    told ("degraded"), but do not take the site down: pages answer without them.
    """
    checks: dict[str, Any] = {}
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = True
        checks["migrations"] = _is_migrated()
        since = timezone.now() - STALLED
        checks["stalled_jobs"] = Job.objects.unfinished().filter(moved_at__lt=since).count()
        checks |= pulses.at_work(at=timezone.now())
    except Error:
        checks["database"] = False
    if not (checks.get("database") and checks.get("migrations")):
        return JsonResponse({"status": "unready", **checks}, status=503)
    is_well = checks["scheduler"] and checks["worker"] and not checks["stalled_jobs"]
    if (follows := replica.is_well()) is not None:
        checks["replica"] = follows
        is_well = is_well and follows
    return JsonResponse({"status": "ok" if is_well else "degraded", **checks})


def _is_migrated() -> bool:
    """Asked of the database until it is so, then remembered for a minute."""
    if cache.get(MIGRATIONS_SEEN):
        return True
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    is_done = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    cache.set(MIGRATIONS_SEEN, is_done, 60)
    return is_done


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For internal addresses only; a request that a proxy passed on from outside is not internal."""
    if not _is_internal(request):
        raise Http404
    response: HttpResponse = ExportToDjangoView(request)  # type: ignore[no-untyped-call]
    return response


def _is_internal(request: HttpRequest) -> bool:
    """The caller, and everyone it speaks for, must have a private address."""
    passed = request.headers.get("X-Forwarded-For", "")
    addresses = [
        request.META.get("REMOTE_ADDR", ""),
        *(part.strip() for part in passed.split(",") if part.strip()),
    ]
    try:
        return all(ipaddress.ip_address(address).is_private for address in addresses)
    except ValueError:
        return False
