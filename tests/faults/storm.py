"""Faults at random while a run is printed; every kind comes as often as its weight says."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from core.outages import is_outage
from fucheng.flows import print_run
from jobs.models import Job
from signage.models import PrintRun
from tests.faults import proof, street
from tests.faults.house import House, children_of, eventually

WEIGHTS = {
    "task child killed": 18,
    "worker group killed": 12,
    "scheduler killed": 5,
    "broker killed, data kept": 6,
    "broker killed, data lost": 6,
    "broker hung": 4,
    "PostgreSQL stopped at once": 6,
    "PostgreSQL hung": 3,
    "disk full": 5,
    "deploy (SIGTERM)": 6,
}


def patiently(ask: Callable[[], Any], seconds: float = 90) -> Any:
    """Asks again while the database is away."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except Exception as error:
            if not is_outage(error) or time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(0.2)


class SmallDisk:
    """The storage's own file system where we may mount one; full means full."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
        self.is_mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0

    def fill(self) -> None:
        with contextlib.suppress(OSError), (self.folder / "ballast").open("wb") as ballast:
            while True:
                ballast.write(b"\0" * 2**16)
                ballast.flush()

    def free(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)

    def leave(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Storm:
    def __init__(self, house: House, disk: SmallDisk, seed: int, *, scale: float) -> None:
        self.house, self.disk, self.scale = house, disk, scale
        self.chance = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.killed: list[tuple[float, int]] = []
        self.deploys_that_ended_by_themselves = 0

    def kinds(self, count: int) -> list[str]:
        """`count` faults, each kind by its weight; without a disk of our own that kind is left out."""
        weights = {k: w for k, w in WEIGHTS.items() if k != "disk full" or self.disk.is_mounted}
        bag = [kind for kind, weight in weights.items() for _ in range(weight)]
        drawn: list[str] = []
        while len(drawn) < count:
            self.chance.shuffle(bag)
            drawn += bag if count >= len(bag) else list(dict.fromkeys(bag))
        return drawn[:count]

    def strike(self, kind: str) -> None:
        getattr(self, "_" + kind.split(",")[0].split(" (")[0].replace(" ", "_").lower())(kind)
        self.counts[kind] += 1

    def _worker(self) -> Any:
        return self.chance.choice(self.house.workers)

    def _remember(self, pids: list[int]) -> None:
        self.killed += [(time.time(), pid) for pid in pids]

    def _task_child_killed(self, kind: str) -> None:
        worker = self._worker()
        children = children_of(worker.pid) if worker.is_alive() else []
        if children:
            victim = self.chance.choice(children)
            self._remember([victim])
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)

    def _worker_group_killed(self, kind: str) -> None:
        worker = self._worker()
        self._remember(children_of(worker.pid))
        worker.kill()

    def _scheduler_killed(self, kind: str) -> None:
        assert self.house.beat is not None
        self.house.beat.kill()

    def _broker_killed(self, kind: str) -> None:
        self.house.broker.kill()
        if kind.endswith("lost"):
            self.house.broker.forget()
        time.sleep(self.chance.uniform(0, 1))
        self.house.broker.start()

    def _broker_hung(self, kind: str) -> None:
        self.house.broker.signal(signal.SIGSTOP)
        time.sleep(60 / self.scale)
        self.house.broker.signal(signal.SIGCONT)

    def _postgresql_stopped_at_once(self, kind: str) -> None:
        self.house.database.stop_at_once()
        time.sleep(self.chance.uniform(0, 1))
        self.house.database.start()
        connection.close()

    def _postgresql_hung(self, kind: str) -> None:
        self.house.database.hang(60 / self.scale)

    def _disk_full(self, kind: str) -> None:
        self.disk.fill()
        time.sleep(self.chance.uniform(1, 3))
        self.disk.free()

    def _deploy(self, kind: str) -> None:
        """New code: the worker is asked to end, gets 10 seconds, is started again."""
        worker = self._worker()
        if worker.is_alive():
            pids = children_of(worker.pid)
            if worker.terminate(10):
                self.deploys_that_ended_by_themselves += 1
            else:
                self._remember(pids)
        worker.start()

    def pass_over(self, faults: int, *, pause: tuple[float, float] = (0.3, 2.0)) -> list[PrintRun]:
        """Orders a run of every home, again when it is done early, until all faults have struck; the runs."""
        waiting = self.kinds(faults)
        runs = [self._order()]
        while True:
            self.house.keep_alive()
            if self._is_done(runs[-1]):
                if not waiting:
                    return runs
                runs.append(self._order())
            if waiting:
                time.sleep(self.chance.uniform(*pause))
                self.strike(waiting.pop())
            else:
                time.sleep(0.2)

    def _order(self) -> PrintRun:
        return patiently(
            lambda: print_run.order(
                product="sticker", wanted={}, by=street.office(), at=timezone.now(), title="storm"
            )
        )

    def _is_done(self, run: PrintRun) -> bool:
        assert run.job_id is not None
        job = patiently(lambda: Job.objects.get(pk=run.job_id))
        assert job.state in ("planning", "running", "done"), f"{job.state}: {job.error}"
        return job.state == "done"


def again_after(folder: Path, killed: list[tuple[float, int]]) -> list[float]:
    """Seconds from each kill that cut a chunk short to the next claim of that chunk."""
    lines = [line.split() for line in (folder / "claims.log").read_text().splitlines()]
    claims = [(float(at), int(chunk), int(pid)) for at, chunk, _attempt, pid in lines]
    waits = []
    for at, pid in killed:
        own = [chunk for when, chunk, who in claims if who == pid and when <= at]
        later = [when for when, chunk, who in claims if own and chunk == own[-1] and when > at and who != pid]
        if later:
            waits.append(min(later) - at)
    return waits


def run(
    house: House, *, homes: int, faults: int, seeds: list[int], scale: float, part: int, stretch: float
) -> dict[str, Any]:
    """One storm for each seed, every run of it decoded while the next storm passes. Figures."""
    disk = SmallDisk(house.folder / "media", 64)
    struck: Counter[str] = Counter()
    killed: list[tuple[float, int]] = []
    looks: list[proof.Look] = []
    deploys, began = 0, time.monotonic()
    street.grow_to(homes)
    pool = proof.decoders()
    try:
        house.open(FAULTS_SCALE=scale, FAULTS_PART=part, FAULTS_STRETCH=stretch)
        for seed in seeds:
            storm, start = Storm(house, disk, seed, scale=scale), time.monotonic()
            runs = storm.pass_over(faults)
            looks += [proof.Look(PrintRun.objects.get(pk=r.pk), pool, storage=house.storage) for r in runs]
            print(
                f"  seed {seed}: {storm.counts.total()} faults, {len(runs)} runs, {time.monotonic() - start:.0f} s",
                flush=True,
            )
            struck += storm.counts
            killed += storm.killed
            deploys += storm.deploys_that_ended_by_themselves
        eventually(lambda: not Job.objects.unfinished().exists(), 60, "no job is left")
        stormed = time.monotonic() - began
        house.shut()
        found = [look.found() for look in looks]
    finally:
        pool.shutdown(cancel_futures=True)
        house.shut()
        disk.leave()
    waits = again_after(house.folder, killed)
    names = (
        "missing",
        "doubled",
        "foreign",
        "misplaced",
        "broken_files",
        "orphans",
        "refused",
        "codes",
        "pages",
        "files",
    )
    figures = {name: sum(getattr(each, name) for each in found) for name in names}
    return {
        "faults": struck,
        "seeds": " ".join(map(str, seeds)),
        "runs": len(found),
        "seconds of the storms; with decoding": f"{stormed:.0f}; {time.monotonic() - began:.0f}",
        "chunks cut short and claimed again": len(waits),
        "longest wait, seconds": max(waits, default=0.0),
        "deploys that ended within 10 s": deploys,
        **figures,
        "is clean": all(each.is_clean and each.codes == homes and not each.refused for each in found),
    }
