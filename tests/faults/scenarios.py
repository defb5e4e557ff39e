"""What is tried, in the order it is tried; each scenario adds its figures and fails with an AssertionError."""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from fucheng.flows import job_control, print_run
from jobs.models import Chunk, Job
from rentals.models import Unit
from signage.models import PrintRun, Sign
from tests.faults import proof, storm, street
from tests.faults.house import House, children_of, eventually, free_port

Scenario = Callable[[House, argparse.Namespace], None]
_FIGURES: list[tuple[str, str, Any]] = []


def figure(scenario: str, name: str, value: Any) -> None:
    _FIGURES.append((scenario, name, f"{value:.1f}" if isinstance(value, float) else value))


def table() -> list[str]:
    width = max((len(name) for _scenario, name, _value in _FIGURES), default=0)
    return [f"{scenario:8} {name:<{width}}  {value}" for scenario, name, value in _FIGURES]


def order(title: str, **wanted: Any) -> PrintRun:
    return print_run.order(
        product="sticker", wanted=wanted, by=street.office(), at=timezone.now(), title=title
    )


def ended(run: PrintRun, seconds: float) -> PrintRun:
    eventually(lambda: not Job.objects.get(pk=run.job_id).is_unfinished, seconds, f"{run.title} has ended")
    found = PrintRun.objects.get(pk=run.pk)
    assert found.job is not None
    assert found.job.state == "done", f"{found.title}: {found.job.state} {found.job.error}"
    return found


def storms(house: House, chosen: argparse.Namespace) -> None:
    """J1: faults at random; afterwards every code of every file is read."""
    made = storm.run(
        house,
        homes=chosen.homes,
        faults=chosen.faults // len(chosen.seeds),
        seeds=chosen.seeds,
        scale=chosen.scale,
        part=chosen.part,
        stretch=chosen.stretch,
    )
    figure("storm", "faults", made["faults"].total())
    for kind, count in sorted(made.pop("faults").items()):
        figure("storm", f"  {kind}", count)
    for name, value in made.items():
        figure("storm", name, value)
    assert made["is clean"]


def poison(house: House, chosen: argparse.Namespace) -> None:
    """J6: two homes kill whoever draws them, one raises; all others are delivered."""
    street.grow_to(600)
    homes = list(Unit.objects.order_by("pk").values_list("pk", flat=True)[:600])
    killers, broken = [homes[123], homes[456]], [homes[300]]
    house.open(
        FAULTS_SCALE=chosen.scale,
        FAULTS_PART=200,
        FAULTS_POISON=",".join(map(str, killers)),
        FAULTS_BROKEN=",".join(map(str, broken)),
    )
    try:
        start = time.monotonic()
        run = ended(order("poison", units=homes), 240)
        found = proof.look_at(run, storage=house.storage)
    finally:
        house.shut()
    lines = [line.split()[1:] for line in (house.folder / "poison.log").read_text().splitlines()]
    tried = {unit: sum(str(unit) in line for line in lines) for unit in killers}
    refused = dict(run.items.exclude(refused="").values_list("unit", "refused"))
    figure("poison", "attempts of each home that kills", max(tried.values()))
    figure("poison", "set aside / delivered", f"{len(refused)} / {found.codes}")
    figure("poison", "seconds to the end", time.monotonic() - start)
    assert set(refused) == {*killers, *broken}, refused
    assert found.is_clean, found
    assert max(tried.values()) <= 3, tried
    assert all(refused.values())


def broker(house: House, chosen: argparse.Namespace) -> None:
    """J3, J10: orders over HTTP while the broker is away, and while it hangs."""
    grids = [street.small_grid(f"断网{n}网格", 4) for n in range(5)]
    client = Client()
    client.force_login(street.office(), backend="django.contrib.auth.backends.ModelBackend")
    house.open()
    try:
        eventually(lambda: _readiness(client)["worker"], 60, "a worker answers")
        assert (
            client.get("/office/print-runs/new/", HTTP_HOST="127.0.0.1").status_code == 200
        )  # warm, as a site is
        house.broker.kill()
        wishes = [(grid, start) for start in range(1, 21) for grid in grids]
        took, status = zip(*(_ask(client, grid, start) for grid, start in wishes), strict=True)
        asked = PrintRun.objects.filter(title="away")
        assert asked.count() == 100, asked.count()
        house.broker.start()
        back = time.monotonic()
        eventually(lambda: not asked.exclude(job__state="done").exists(), 90, "all orders are carried out")
        carried_out = time.monotonic() - back
        restart = _restarts(house)
        house.broker.signal(signal.SIGSTOP)
        hung, hung_status = zip(*(_ask(client, grids[n % 5], 21 + n // 5) for n in range(20)), strict=True)
    finally:
        house.broker.signal(signal.SIGCONT)
        house.shut()
    figure("broker", "away: answered, slowest in seconds", f"{status.count(302)}/100, {max(took):.2f}")
    figure("broker", "away: HTTP 500", sum(code >= 500 for code in status))
    figure("broker", "back: all 100 carried out after seconds", carried_out)
    figure("broker", "hung: answered, slowest in seconds", f"{hung_status.count(302)}/20, {max(hung):.2f}")
    figure("broker", "restarted under work: seconds until work goes on (worst of 5)", restart)
    assert status.count(302) == 100
    assert hung_status.count(302) == 20
    assert max(took) <= 1
    assert max(hung) <= 2
    assert carried_out <= 60


def _ask(client: Client, grid: Any, start_at: int) -> tuple[float, int]:
    form = {
        "product": "sticker",
        "community": grid.community_id,
        "grid": grid.pk,
        "start_at": start_at,
        "title": "away",
    }
    began = time.monotonic()
    answer = client.post("/office/print-runs/new/", form, HTTP_HOST="127.0.0.1")
    return time.monotonic() - began, answer.status_code


def _restarts(house: House) -> float:
    """Seconds from the broker's return to the next sign that a worker took a message."""
    worst = 0.0
    for number in range(5):
        house.broker.kill()
        house.broker.start()
        back = time.monotonic()
        run = order(
            f"restart {number}", units=list(Unit.objects.order_by("-pk").values_list("pk", flat=True)[:2])
        )
        ended(run, 60)
        worst = max(worst, time.monotonic() - back)
    return worst


def silence(house: House, chosen: argparse.Namespace) -> None:
    """J2, J9 in real time: a dead worker's chunks run again, a dead scheduler and worker are told, two schedulers."""
    street.grow_to(2_000)
    homes = list(Unit.objects.order_by("pk").values_list("pk", flat=True)[:2_000])
    house.open(FAULTS_PART=100, FAULTS_STRETCH=6)
    second = house.scheduler("second-beat", house.beat.environment if house.beat else {})
    second.start()
    site = Client()
    try:
        eventually(lambda: _readiness(site)["worker"], 60, "the worker is seen")
        run = order("two schedulers", units=homes)
        eventually(lambda: Chunk.objects.filter(job=run.job_id, state="done").exists(), 60, "a chunk is done")
        eventually(lambda: Chunk.objects.filter(job=run.job_id, state="running").count() >= 3, 30, "all work")
        time.sleep(2)
        killed = [(time.time(), pid) for pid in children_of(house.workers[0].pid)]
        house.workers[0].kill()
        found = proof.look_at(ended(run, 240), storage=house.storage)
        waits = storm.again_after(house.folder, killed)
        assert _readiness(site)["status"] == "ok", _readiness(site)
        for part in (*house.parts(), second):
            part.kill()
        dead = time.monotonic()
        told = {}
        while len(told) < 2 and time.monotonic() - dead < 180:
            for name in ("scheduler", "worker"):
                if not _readiness(site)[name]:
                    told.setdefault(name, time.monotonic() - dead)
            time.sleep(1)
    finally:
        second.kill()
        house.shut()
    figure(
        "silence",
        "chunks of a killed worker, claimed again after at most seconds",
        f"{len(waits)}, {max(waits):.1f}",
    )
    for name, seconds in told.items():
        figure("silence", f"/readyz tells of a dead {name} after seconds", seconds)
    figure(
        "silence",
        "two schedulers: missing, doubled, foreign",
        f"{found.missing}, {found.doubled}, {found.foreign}",
    )
    assert waits
    assert max(waits) <= 90
    assert found.is_clean, found
    assert len(told) == 2
    assert max(told.values()) <= 120


def _readiness(site: Client) -> dict[str, Any]:
    answer: dict[str, Any] = site.get("/readyz", HTTP_HOST="127.0.0.1").json()
    return answer


def cancelling(house: House, chosen: argparse.Namespace) -> None:
    """J4: after a cancel no chunk starts, whatever is restarted; no file is left that no row knows."""
    street.grow_to(2_000)
    homes = list(Unit.objects.order_by("pk").values_list("pk", flat=True)[:2_000])
    house.open(FAULTS_SCALE=chosen.scale, FAULTS_PART=50, FAULTS_STRETCH=1)
    late, slowest = 0, 0.0
    try:
        for number in range(5):
            run = order(f"cancel {number}", units=homes)
            assert run.job_id is not None
            chunks = Chunk.objects.filter(job=run.job_id)
            eventually(
                lambda chunks=chunks, n=number: chunks.filter(state="done").count() > n, 90, "it works"
            )
            job_control.cancel(job_id=run.job_id, by=street.office(), at=timezone.now())
            begun = chunks.exclude(state="open").count()
            at = time.monotonic()
            if number == 2:
                house.broker.kill()
                house.broker.forget()
                house.broker.start()
            eventually(
                lambda chunks=chunks: (
                    not chunks.filter(state="running", lease_until__gt=timezone.now()).exists()
                ),
                30,
                "idle",
            )
            slowest = max(slowest, time.monotonic() - at)
            time.sleep(3)
            late += chunks.exclude(state="open").count() - begun
        orphans = len(proof.orphans(house.storage))
    finally:
        house.shut()
    figure("cancel", "cancels, chunks started afterwards", f"5, {late}")
    figure("cancel", "slowest end of what was under way, seconds", slowest)
    figure("cancel", "files that no row knows", orphans)
    assert late == 0
    assert orphans == 0
    assert slowest <= 10


def memory(house: House, chosen: argparse.Namespace) -> None:
    """J7: the most memory a process of a worker ever had, at production's part size."""
    for count in chosen.memory:
        street.grow_to(count)
        units = list(Unit.objects.order_by("pk").values_list("pk", flat=True)[:count])
        house.open()
        try:
            start = time.monotonic()
            run = order(f"memory {count}", **({} if Unit.objects.count() == count else {"units": units}))
            peak = 0.0
            while Job.objects.get(pk=run.job_id).is_unfinished:
                pids = [p for w in house.workers for p in (w.pid, *children_of(w.pid))]
                peak = max([peak, *map(_peak_mb, pids)])
                time.sleep(0.5)
            made = ended(run, 5)
            peak = max([peak, *(_peak_mb(p) for w in house.workers for p in (w.pid, *children_of(w.pid)))])
        finally:
            house.shut()
        assert Sign.objects.filter(run=made).count() == count
        figure(
            "memory",
            f"{count:,} stickers: peak of a worker process in MB; seconds",
            f"{peak:.0f}; {time.monotonic() - start:.0f}",
        )
        assert peak < 512, peak


def _peak_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def hosts(house: House, chosen: argparse.Namespace) -> None:
    """Two worker hosts with folders of their own share nothing but PostgreSQL, broker and S3; one is killed."""
    import boto3

    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    local, house.storage = house.storage, f"s3://key:secret@127.0.0.1:{port}/fucheng?tls=0"
    try:
        s3 = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="key",
            aws_secret_access_key="secret", region_name="us-east-1",
        )  # fmt: skip
        eventually(lambda: _makes_bucket(s3), 60, "the S3 server answers")
        with_s3 = house.environment()["STORAGE_URL"]
        from django.test import override_settings

        from fucheng.settings.environment import storage

        storages = {**settings.STORAGES, "default": storage(with_s3, "")}
        with override_settings(STORAGES=storages):
            _two_hosts(house, chosen, s3)
    finally:
        house.shut()
        house.storage = local
        server.kill()
        server.wait()


def _makes_bucket(s3: Any) -> bool:
    try:
        s3.create_bucket(Bucket="fucheng")
        return True
    except Exception:
        return False


def _two_hosts(house: House, chosen: argparse.Namespace, s3: Any) -> None:
    street.grow_to(2_000)
    homes = list(Unit.objects.order_by("pk").values_list("pk", flat=True)[:2_000])
    house.open(FAULTS_SCALE=chosen.scale, FAULTS_PART=100, FAULTS_STRETCH=1.5)
    run = order("two hosts", units=homes)
    chunks = Chunk.objects.filter(job=run.job_id)
    eventually(lambda: chunks.filter(state="done").count() >= 2, 90, "it works")
    killed = [(time.time(), pid) for pid in children_of(house.workers[0].pid)]
    house.workers[0].kill()
    made = ended(run, 240)
    found = proof.look_at(made, storage=house.storage)
    written = [p for n in (1, 2) for p in house.host(n).rglob("*") if p.is_file() and p.suffix != ".log"]
    objects = s3.list_objects_v2(Bucket="fucheng").get("KeyCount", 0)
    figure("hosts", "files in S3, decoded codes", f"{objects}, {found.codes}")
    figure(
        "hosts",
        "missing, doubled, foreign, broken files",
        f"{found.missing}, {found.doubled}, {found.foreign}, {found.broken_files}",
    )
    figure(
        "hosts",
        "chunks of the killed host claimed by the other",
        len(storm.again_after(house.folder, killed)),
    )
    figure("hosts", "files written to a host's own folder", len(written))
    assert found.is_clean, found
    assert found.codes == 2_000
    assert objects == found.files == made.files.count()
    assert not written, written
    with default_storage.open(made.files.all()[0].file) as stored:
        assert stored.read(5) == b"%PDF-"


ALL: dict[str, Scenario] = {
    "storm": storms,
    "poison": poison,
    "cancel": cancelling,
    "broker": broker,
    "silence": silence,
    "hosts": hosts,
    "memory": memory,
}
