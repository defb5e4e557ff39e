"""Promise 1: the register comes in fast, in little memory, and a second time changes nothing.

Measured is the flow that the page uses: from the upload to the register's commit, which is the work that the
peer does too, and on to homes with a standing and a token. The peer is django-import-export's ModelResource on
the same database, in a transaction that is rolled back; its better run of two counts.
"""

import hashlib
import time
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from benchmarks import hands
from benchmarks.figures import Figure
from benchmarks.registry_peer import peer_rows_per_second
from benchmarks.street import Bench, said

PEER_ROWS = 2_000


def measure(bench: Bench) -> tuple[list[Figure], dict[str, Any]]:
    bench.at("empty")
    path = workbook(bench)
    with said(f"django-import-export, {PEER_ROWS:,} rows, three times"):
        homes_only = _peer(whole_row=False)
        peer = max(_peer(whole_row=True) for _ in range(2))
    with said("Reading and checking only"):
        read_seconds, child_mb = _read_only(path)
    with said("Import"):
        first, merged, watch = _imported(bench, path)
    bench.reached("registered")
    with said("Import of the same file"):
        again, _, again_watch = _imported(bench, path)
    seconds, again_seconds = watch.seconds, again_watch.seconds
    rate = first.rows / merged
    figures = [
        Figure("upload to the register's commit", merged, "s"),
        Figure("upload to homes with standing and token", seconds, "s", at_most=30, full_size=True),
        Figure("its processor time, Python and parser child", watch.python, "s"),
        Figure("its processor time, database", watch.database, "s"),
        Figure("rows a second into the register", rate, "rows/s"),
        Figure("django-import-export, same columns and tables", peer, "rows/s"),
        Figure("the same without people and places", homes_only, "rows/s"),
        Figure("times as fast as with them", rate / peer, "x", at_least=60, full_size=True),
        Figure("reading, normalising and checking alone", read_seconds, "s"),
        Figure("parser child, peak memory", child_mb, "MB", at_most=512),
        Figure("homes that did not come in", bench.units - first.added, "", exactly=0),
        Figure("the same file again", again_seconds, "s", at_most=seconds),
        Figure("its processor time in all", again_watch.python + again_watch.database, "s"),
        Figure(
            "changed by it (added, changed, missing, bad)",
            again.added + again.changed + again.missing + again.bad,
            exactly=0,
        ),
    ]
    return figures, {"worker_peak_mb": round(hands.peak_mb())}


def workbook(bench: Bench) -> Path:
    """The made-up register, written once for each size, seed and state of the generator."""
    from django.conf import settings

    from fucheng.demo import names, registry_rows, street_plan

    total = hashlib.sha256()
    for module in (names, registry_rows, street_plan):
        total.update(Path(module.__file__ or "").read_bytes())
    path: Path = settings.BENCH_DIR / f"registry-{bench.units}-{bench.seed}-{total.hexdigest()[:8]}.xlsx"
    if not path.exists():
        with said(f"Writing {path.name}"):
            registry_rows.generate_registry(path, units=bench.units, seed=bench.seed)
    return path


def _imported(bench: Bench, path: Path) -> tuple[Any, float, hands.Watch]:
    """The run, the seconds until the register had it, and the watch over all of it."""
    from fucheng.flows import registry_import
    from jobs.models import Chunk

    begun = timezone.now()
    with hands.watched() as watch, path.open("rb") as file:
        run = registry_import.upload(
            file=File(file, name=path.name), dry_run=False, on_error="skip", by=bench.office, at=bench.now
        )
        assert run.job_id is not None
        hands.drained(run.job_id)
    run.refresh_from_db()
    merged = Chunk.objects.get(job=run.job_id, payload__step="merge").finished_at - begun
    return run, merged.total_seconds(), watch


def _read_only(path: Path) -> tuple[float, float]:
    """Seconds, and the parser child's VmHWM in MB."""
    from rentals.registry.check import RegistryCheck
    from rentals.registry.reader import open_registry

    start = time.perf_counter()
    with open_registry(path) as reader:
        check = RegistryCheck(reader.sheet)
        for _ in check.good_rows(reader.chunks()):
            pass
        return time.perf_counter() - start, reader.peak_bytes / 2**20


def _peer(*, whole_row: bool) -> float:
    with transaction.atomic():
        rate = peer_rows_per_second(PEER_ROWS, whole_row=whole_row)
        transaction.set_rollback(True)
    return rate
