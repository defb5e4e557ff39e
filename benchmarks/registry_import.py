"""The registry import at the size of the real street, beside django-import-export's default on the same
PostgreSQL.

    python -m benchmarks.registry_import [--units 170699] [--peer-rows 2000]

Prints one JSON object: seconds and rows per second of a first import, of the same file again, of a dry
run, and of taking it back; peak memory of the parser child; and the peer's rows per second on the same
columns.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

AT = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def measure(units: int, peer_rows: int) -> dict[str, Any]:
    """Figures of one machine. Needs a database that may be filled."""
    from accounts.models import User
    from accounts.roles import Role
    from benchmarks.registry_peer import peer_rows_per_second
    from communities.models import Community, Post, Street
    from fucheng.demo.registry_rows import generate_registry
    from fucheng.demo.street_plan import COMMUNITIES
    from rentals.models import ImportRun, Unit
    from rentals.registry.check import RegistryCheck
    from rentals.registry.reader import open_registry
    from rentals.services import registry_import, registry_undo

    street = Street.objects.create(name="福城街道", name_en="Fucheng", district="龙华区", city="深圳市")
    for plan in COMMUNITIES:
        Community.objects.create(
            street=street,
            name=plan.name,
            name_en=plan.name,
            address_code=plan.code,
            starts_on=date(2019, 1, 1),
        )
    office = User.objects.create_user("bench-office", "bench-office-2026", display_name="bench")
    Post.objects.create(user=office, role=Role.OFFICE, starts_on=date(2019, 1, 1))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.xlsx"
        _, made = timed(lambda: generate_registry(path, units))
        peak = 0

        def read_only() -> int:
            nonlocal peak
            with open_registry(path) as reader:
                check = RegistryCheck(reader.sheet)
                count = sum(len(rows) for rows in check.good_rows(reader.chunks()))
                peak = reader.peak_bytes
                return count

        def imported(dry_run: bool) -> ImportRun:
            run = registry_import.ask_import(
                path=path,
                file=path.name,
                file_name=path.name,
                dry_run=dry_run,
                on_error="skip",
                by=office,
                at=AT,
            )
            return registry_import.run_import(run_id=run.pk, path=path, by=office, at=AT)

        count, reading = timed(read_only)
        dry, dry_seconds = timed(lambda: imported(True))
        first, first_seconds = timed(lambda: imported(False))
        again, again_seconds = timed(lambda: imported(False))
        _, undo_seconds = timed(lambda: registry_undo.undo_import(run_id=first.pk, by=office, at=AT))
        left = Unit.objects.count()
        homes_only = peer_rows_per_second(peer_rows, whole_row=False) if peer_rows else 0.0
        peer = peer_rows_per_second(peer_rows, whole_row=True) if peer_rows else 0.0
    return {
        "rows": count,
        "generate_s": round(made, 2),
        "read_normalise_check_s": round(reading, 2),
        "child_peak_mb": peak >> 20,
        "dry_run_s": round(dry_seconds, 2),
        "dry_run": [dry.added, dry.changed, dry.unchanged, dry.missing, dry.bad],
        "first_import_s": round(first_seconds, 2),
        "first_import": [first.added, first.changed, first.unchanged, first.missing, first.bad],
        "again_s": round(again_seconds, 2),
        "again": [again.added, again.changed, again.unchanged, again.missing, again.bad],
        "undo_s": round(undo_seconds, 2),
        "left_after_undo": left,
        "rows_per_s": round(count / first_seconds),
        "peer_homes_only_rows_per_s": round(homes_only),
        "peer_whole_row_rows_per_s": round(peer),
        "times_the_peer": round(count / first_seconds / peer, 1) if peer else None,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=170_699)
    parser.add_argument("--peer-rows", type=int, default=2_000)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "fucheng.settings.test"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["TEST"] = {"NAME": f"bench_registry_{os.getpid()}"}
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "import_export"]
    django.setup()
    from django.db import connection

    warnings.simplefilter("ignore")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        print(json.dumps(measure(options.units, options.peer_rows), ensure_ascii=False))
    finally:
        connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
