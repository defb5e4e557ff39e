"""A second process that works on jobs, as a second worker of the real installation does."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

TURN = 0.05  # seconds between two looks for work; a real worker is rung within 0.2


@dataclass(slots=True)
class Watch:
    """Seconds of the clock, and processor seconds, which other programs on the machine hardly change."""

    seconds: float = 0.0
    python: float = 0.0
    database: float = 0.0


@contextmanager
def watched() -> Iterator[Watch]:
    """Times the block: this process with the children it waited for, and its own database session."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session: int = cursor.fetchone()[0]
    watch, before, database = Watch(), os.times(), cpu_seconds(session)
    start = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - start
    watch.python = sum(os.times()[:4]) - sum(before[:4])
    watch.database = cpu_seconds(session) - database


@dataclass(slots=True)
class Hand:
    """What is known of the helper afterwards."""

    peak_mb: float = 0.0
    cpu_seconds: float = 0.0


def drained(job_id: int) -> Any:
    """Works on a job here until it has ended; raises when it did not end well."""
    from jobs import running

    job = running.drain(job_id, wait=True)
    if job.state != job.State.DONE:
        raise RuntimeError(f"{job.kind}: {job.state} {job.error}")
    return job


@contextmanager
def second_process() -> Iterator[Hand]:
    """One process works along on every job while the block runs; it is up before the block begins."""
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.hands", str(os.getpid())], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    hand = Hand()
    try:
        if not select.select([child.stdout], [], [], 60)[0] or child.stdout.readline() != "ready\n":
            raise RuntimeError("the second process did not start")
        yield hand
        hand.peak_mb, hand.cpu_seconds = peak_mb(child.pid), cpu_seconds(child.pid)
    finally:
        child.terminate()
        child.wait()


def peak_mb(pid: int | str = "self") -> float:
    """VmHWM: the most memory a process ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def cpu_seconds(pid: int | str = "self") -> float:
    """0 for a process of another machine."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _work_along(parent: int) -> None:
    from django.db import connection

    import fucheng.celery  # noqa: F401
    from jobs import running
    from jobs.models import Job

    connection.ensure_connection()
    print("ready", flush=True)
    while os.getppid() == parent:
        for pk in list(Job.objects.unfinished().exclude(kind="demo.street").values_list("pk", flat=True)):
            running.drain(pk)
        time.sleep(TURN)


if __name__ == "__main__":
    django.setup()
    _work_along(int(sys.argv[1]))
