"""The real web server on a free port of the loopback, as `make demo` starts it."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int


@contextmanager
def running(log: Path, **environment: str) -> Iterator[Server]:
    """Gunicorn over the benchmarks' database; its log is kept."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config=python:fucheng.webserver"]
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, env={**os.environ, "PORT": str(port), **environment}, stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + 60
        while not answers(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the web server did not start: {log}")
            time.sleep(0.1)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def workers(server: Server) -> list[int]:
    """Its processes that answer; they are there once it does."""
    return [int(pid) for pid in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()]
