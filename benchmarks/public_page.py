"""Promise: one web process serves the page behind a sticker at 0.6 times the rate of an empty view.

Both stand behind the same middleware of the same server and are asked in turns of a second, so that whatever
else the machine does meets both. Each request has an address of its own where homes change, as the limit on
scans asks for.
"""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from random import Random
from statistics import median
from typing import Any

from benchmarks import hands, web
from benchmarks.figures import Figure, percentile
from benchmarks.street import Bench, said
from benchmarks.urls import EMPTY

TURNS, TURN_S, CLIENTS = 8, 1.0, 8
A_SECOND, SECONDS = 100, 20
SHARE = 0.6
Paths = Iterator[str]


@dataclass(slots=True)
class Turn:
    """What one kind of request got: answers a second and processor time an answer, turn by turn."""

    rates: list[float] = field(default_factory=list)
    web_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(self.rates)


@dataclass(slots=True)
class Log:
    statuses: Counter[int] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)
    size: int = 0


class Phone:
    """One kept connection. Reads no more than it must: it shares the machine with the server."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection((web.HOST, port), timeout=30)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str, address: str) -> tuple[int, int]:
        """Status and bytes of the body."""
        head = f"GET {path} HTTP/1.1\r\nHost: {web.HOST}\r\nX-Forwarded-For: {address}\r\n\r\n"
        self.line.sendall(head.encode())
        got = self.line.recv(65536)
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self.line.recv(65536)
        length = int(got[:end].lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        missing = end + 4 + length - len(got)
        while missing > 0:
            missing -= len(self.line.recv(65536))
        return int(got[9:12]), length


def measure(bench: Bench) -> tuple[list[Figure], dict[str, Any]]:
    bench.at("loaded")
    from django.conf import settings

    homes = _homes()
    log = Log()
    with web.running(settings.BENCH_DIR / "web.log", WEB_CONCURRENCY="1", TRUSTED_PROXIES="1") as server:
        kinds = {"empty": cycle([EMPTY]), "one": cycle(homes[:1]), "any": cycle(homes)}
        _warm_up(server.port, kinds)
        turns = {name: Turn() for name in kinds}
        with said(f"{TURNS} turns of {len(kinds)} kinds"):
            for _ in range(TURNS):
                for name, paths in kinds.items():
                    _take_turn(server, turns[name], paths)
        with said(f"{A_SECOND} requests a second for {SECONDS} s"):
            _by_timetable(server.port, kinds["any"], log)
    details = {name: {"rates": t.rates, "web_ms": t.web_ms} for name, t in turns.items()}
    return _figures(turns, log, len(homes)), details | {"statuses": dict(log.statuses)}


def _figures(turns: dict[str, Turn], log: Log, homes: int) -> list[Figure]:
    empty, one, any_ = turns["empty"], turns["one"], turns["any"]
    p99 = percentile(log.delays, 0.99) * 1000
    refused = sum(n for status, n in log.statuses.items() if status != 200)
    return [
        Figure("homes asked for", homes),
        Figure("empty view", empty.rate, "/s"),
        Figure("one home again and again", one.rate, "/s"),
        Figure("another home at every request", any_.rate, "/s"),
        Figure("one home, times the empty view", _times(one, empty), at_least=SHARE),
        Figure("another home, times the empty view", _times(any_, empty), at_least=SHARE),
        Figure("web process, an empty view", median(empty.web_ms), "ms"),
        Figure("web process, one home", median(one.web_ms), "ms"),
        Figure("web process, another home", median(any_.web_ms), "ms"),
        Figure("database, another home", median(any_.database_ms), "ms"),
        Figure("size of the last page", log.size / 1024, "kB"),
        Figure(f"{A_SECOND} a second: answers other than 200", refused, exactly=0),
        Figure(f"{A_SECOND} a second: p50 from the moment due", percentile(log.delays, 0.5) * 1000, "ms"),
        Figure(f"{A_SECOND} a second: p99 from the moment due", p99, "ms", at_most=100, full_size=True),
        Figure("slowest", max(log.delays) * 1000, "ms"),
    ]


def _times(page: Turn, empty: Turn) -> float:
    """Turn by turn, so that a busy minute of the machine stands on both sides."""
    return median(a / b for a, b in zip(page.rates, empty.rates, strict=True))


def _homes() -> list[str]:
    """Pages of homes of the whole street in mixed order, most of them seen once only."""
    from signage.models import PublicToken

    tokens = list(
        PublicToken.objects.filter(unit__left_on__isnull=True)
        .order_by("unit")
        .values_list("token", flat=True)
    )
    Random(2019).shuffle(tokens)
    return [f"/u/{token}" for token in tokens]


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


_NUMBERS = count()


def _warm_up(port: int, kinds: dict[str, Paths]) -> None:
    phones = [Phone(port) for _ in range(CLIENTS)]
    for _ in range(12):
        for paths in kinds.values():
            for phone in phones:
                phone.get(next(paths), _address(next(_NUMBERS)))


def _take_turn(server: web.Server, turn: Turn, paths: Paths) -> None:
    """All clients ask as fast as they are answered."""
    worker, sessions = web.workers(server)[0], _sessions()
    before, database = hands.cpu_seconds(worker), sum(map(hands.cpu_seconds, sessions))
    start = time.perf_counter()
    answers = _in_parallel(server.port, lambda phone: _ask_until(phone, paths, start + TURN_S))
    seconds = time.perf_counter() - start
    turn.rates.append(answers / seconds)
    turn.web_ms.append((hands.cpu_seconds(worker) - before) * 1000 / answers)
    turn.database_ms.append((sum(map(hands.cpu_seconds, sessions)) - database) * 1000 / answers)


def _ask_until(phone: Phone, paths: Paths, end: float) -> int:
    answers = 0
    while time.perf_counter() < end:
        status, _size = phone.get(next(paths), _address(next(_NUMBERS)))
        if status != 200:
            raise RuntimeError(f"the page answered {status}")
        answers += 1
    return answers


def _in_parallel(port: int, work: Callable[[Phone], int]) -> int:
    done: list[int] = []

    def client() -> None:
        done.append(work(Phone(port)))

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(done) < CLIENTS:
        raise RuntimeError("a client was refused")
    return sum(done)


def _by_timetable(port: int, paths: Paths, log: Log) -> None:
    """A delay counts from the moment a request was due, also when no client was free."""
    numbers, start, lock = count(), time.perf_counter() + 0.1, threading.Lock()

    def work(phone: Phone) -> int:
        while (number := next(numbers)) < A_SECOND * SECONDS:
            due = start + number / A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            status, size = phone.get(next(paths), _address(next(_NUMBERS)))
            delay = time.perf_counter() - due
            with lock:
                log.statuses[status] += 1
                log.delays.append(delay)
                log.size = size
        return 0

    _in_parallel(port, work)


def _sessions() -> list[int]:
    """Processes of the database that serve this one."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [row[0] for row in cursor.fetchall()]
