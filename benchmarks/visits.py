"""Promise 5: 50 visits a second for 30 seconds from parallel clients, each sent once or twice: none lost, none doubled.

Arrivals follow a fixed timetable, and a delay counts from the moment a visit was due, also when no client was free.
"""

import json
import queue
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from benchmarks import hands, web
from benchmarks.figures import Figure, percentile
from benchmarks.sender import Sender
from benchmarks.street import Bench, said

A_SECOND, SECONDS, CLIENTS = 50, 30, 32
FAULTY_SHARE, TWICE_SHARE = 0.4, 0.5
UNIT_FAULTS = ("F02", "H03", "Z07", "L05")
WORKERS = 60


@dataclass(slots=True)
class Sending:
    """One visit on its way: when it is due (seconds from the start), by whose token, what."""

    due: float
    token: str
    body: bytes
    client_id: str


@dataclass(slots=True)
class Log:
    """What the clients saw."""

    delays: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


def measure(bench: Bench) -> tuple[list[Figure], dict[str, Any]]:
    bench.at("loaded")
    from django.conf import settings
    from django.utils import timezone

    from grading.models import Finding, Visit

    began = timezone.now()
    sendings, findings = timetable(Random(began.timestamp()))
    ids = {sending.client_id for sending in sendings}
    with web.running(settings.BENCH_DIR / "web.log") as server:
        _warm_up(server.port, sendings[0].token)
        workers = web.workers(server)
        cpu = sum(map(hands.cpu_seconds, workers))
        with said(f"{len(sendings):,} sendings of {len(ids):,} visits"):
            log, seconds = _send_all(server.port, sendings)
        cpu = sum(map(hands.cpu_seconds, workers)) - cpu
        peak = max(map(hands.peak_mb, workers))
    kept = Visit.objects.filter(client_id__in=ids)
    found = Finding.objects.filter(visit__in=kept).count()
    figures = [
        Figure("visits sent", len(ids)),
        Figure("sendings", len(sendings)),
        Figure(
            "visits a second, from the first to the last answer",
            len(ids) / seconds,
            "/s",
            at_least=A_SECOND * 0.95,
        ),
        Figure("lost", len(ids) - kept.count(), exactly=0),
        Figure("doubled", Visit.objects.filter(submitted_at__gte=began).count() - kept.count(), exactly=0),
        Figure("findings lost or doubled", abs(findings - found), exactly=0),
        Figure("never answered", len(ids - log.answered), exactly=0),
        Figure("answered as new other than once", sum(log.new[i] != 1 for i in ids), exactly=0),
        Figure("p50 from the moment due", percentile(log.delays, 0.5) * 1000, "ms"),
        Figure("p95 from the moment due", percentile(log.delays, 0.95) * 1000, "ms", at_most=2000),
        Figure("slowest", max(log.delays) * 1000, "ms"),
        Figure("web processes' time of the processor a sending", cpu / len(sendings) * 1000, "ms"),
        Figure("larger web process, peak memory", peak, "MB"),
    ]
    return figures, {"statuses": dict(log.statuses)}


def timetable(random: Random) -> tuple[list[Sending], int]:
    """Sendings in the order they are due, and how many findings all visits have together."""
    places = _places(random)
    sendings, findings = [], 0
    for number in range(A_SECOND * SECONDS):
        token, building, units = places[number % len(places)]
        faults = []
        if random.random() < FAULTY_SHARE:
            codes = random.sample(UNIT_FAULTS, random.choice((1, 1, 2)))
            faults = [{"item": code, "unit": random.choice(units), "note": "楼道"} for code in codes]
        client_id = str(uuid.UUID(int=random.getrandbits(128), version=4))
        body = _body(client_id, building, faults)
        due = number / A_SECOND
        sendings.append(Sending(due, token, body, client_id))
        if random.random() < TWICE_SHARE:
            again = min(due + random.choice((0, 0.2, 2)), SECONDS)
            sendings.append(Sending(again, token, body, client_id))
        findings += len(faults)
    return sorted(sendings, key=lambda sending: sending.due), findings


def _body(client_id: str, building: str, faults: list[dict[str, str]]) -> bytes:
    from django.utils import timezone

    started = timezone.now() - timedelta(minutes=10)
    return json.dumps(
        {
            "client_id": client_id,
            "building": building,
            "started_at": started.isoformat(),
            "findings": faults,
        }
    ).encode()


def _places(random: Random) -> list[tuple[str, str, list[str]]]:
    """(token of a grid worker, code of a building of the same grid, codes of its homes), in mixed order."""
    from knox.models import AuthToken

    from communities.models import Post
    from rentals.models import Building

    posts = Post.objects.filter(role="grid_worker", grid__isnull=False).select_related("user").order_by("pk")
    tokens = {post.grid_id: AuthToken.objects.create(post.user)[1] for post in posts[:WORKERS]}
    buildings = Building.objects.filter(grid__in=tokens).prefetch_related("units").order_by("pk")
    places = [
        (tokens[b.grid_id], b.code, codes)
        for b in buildings
        if (codes := [u.code for u in b.units.all() if u.left_on is None])
    ]
    random.shuffle(places)
    return places[: A_SECOND * SECONDS]


def _warm_up(port: int, token: str) -> None:
    sender = Sender(port)
    for _ in range(16):
        sender.get("/api/v1/units/?limit=1", token)
    sender.close()


def _send_all(port: int, sendings: list[Sending]) -> tuple[Log, float]:
    """Sends everything by its timetable; the log, and seconds until the last answer."""
    waiting: queue.SimpleQueue[Sending] = queue.SimpleQueue()
    for sending in sendings:
        waiting.put(sending)
    log, start = Log(), time.monotonic() + 0.2

    def client() -> None:
        sender = Sender(port)
        while True:
            try:
                sending = waiting.get_nowait()
            except queue.Empty:
                sender.close()
                return
            time.sleep(max(0.0, start + sending.due - time.monotonic()))
            status = sender.post_until_answered("/api/v1/visits/", sending.token, sending.body)
            with log.lock:
                log.delays.append(time.monotonic() - start - sending.due)
                log.statuses[status] += 1
                log.new[sending.client_id] += status == 201
                if status in (200, 201):
                    log.answered.add(sending.client_id)

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    return log, time.monotonic() - start
