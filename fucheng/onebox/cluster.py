"""One private server's folder: where its files and socket lie, whether it lives, who holds its locks."""

import contextlib
import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

NAME = "fucheng"  # of the database and of its owner
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107  # bytes; sun_path of Linux holds 108 with the closing zero


@dataclass(frozen=True)
class Cluster:
    """One server's folder. `durable` is off for tests: a crash of the machine may lose them."""

    folder: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def lock_file(self, name: str) -> IO[str]:
        return (self.folder / f"{name}.lock").open("a")


def database_url(cluster: Cluster) -> str:
    return f"postgresql://{NAME}@/{NAME}?host={quote(str(socket_folder(cluster)))}"


def socket_folder(cluster: Cluster) -> Path:
    """var/pg/run; where that path is too long for a socket, a private temporary folder kept on record."""
    short = cluster.folder / "run"
    if _fits(short):
        return short
    record = cluster.folder / "socket-folder"
    if record.exists() and Path(record.read_text()).is_dir():
        return Path(record.read_text())
    asked = Path(tempfile.gettempdir())
    root = asked if _fits(asked / f"{NAME}-12345678") else Path("/tmp")
    made = Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=root))
    record.write_text(str(made))
    return made


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET)) <= SOCKET_PATH_LIMIT


def is_ready(cluster: Cluster) -> bool:
    """Does a server of this cluster answer on its socket?"""
    lines = pid_file(cluster)
    if len(lines) < 8 or lines[7].strip() != "ready":
        return False
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(socket_folder(cluster) / SOCKET))
        except OSError:
            return False
    return True


def pid_file(cluster: Cluster) -> list[str]:
    try:
        return (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def is_inhabited(cluster: Cluster) -> bool:
    """Does any process work in the data folder? (Each process of a server does.)"""
    if not Path("/proc/self/cwd").exists():
        return bool(pid_file(cluster))
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == cluster.data:
                return True
    return False


@contextlib.contextmanager
def exclusive(lock: IO[str]) -> Iterator[None]:
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_locked(cluster: Cluster, name: str) -> bool:
    with cluster.lock_file(name) as lock:
        return not try_lock(lock)


def try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
