"""A private PostgreSQL under var/, reached through a unix socket only. Standard library only.

Settings write `DATABASES = database(env("DATABASE_URL") or postgres.ensure())`, test settings
`postgres.ensure("test")`. The server runs as long as a process that called `ensure` lives: each holds a
shared lock that the kernel drops however the process ends, and a small keeper process waits for the
exclusive one, then stops the server.
"""

import atexit
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from fucheng.onebox.cluster import Cluster, database_url, exclusive, is_locked, is_ready
from fucheng.onebox.stepdown import Refused

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"demo": "pg", "test": "pg-test"}

_held: dict[Path, IO[str]] = {}


def cluster_named(name: str, var: Path | None = None) -> Cluster:
    return Cluster((var or ROOT / "var").resolve() / FOLDERS[name], durable=name != "test")


def ensure(name: str = "demo", *, var: Path | None = None) -> str:
    """Start the private server unless it runs; return its DATABASE_URL. Raises Refused (a SystemExit).

    Call it only where DATABASE_URL is not set. Calling again is cheap. The server stops by itself when the
    last process that called this has ended.
    """
    cluster = cluster_named(name, var)
    _make_folder(cluster)
    if cluster.folder not in _held:
        users = cluster.lock_file("users")
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping the server
        atexit.register(users.close)
        _held[cluster.folder] = users
    with exclusive(cluster.lock_file("start")):
        if not (is_ready(cluster) and is_locked(cluster, "keeper")):
            _run_start(cluster)
    return database_url(cluster)


def release(name: str = "demo", *, var: Path | None = None) -> None:
    """End this process's use; wait until the server is down if nobody else uses it."""
    cluster = cluster_named(name, var)
    users = _held.pop(cluster.folder, None)
    if users is None:
        return
    users.close()
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        if (cluster.folder / "stopping").exists() or not is_locked(cluster, "keeper"):
            break
        time.sleep(0.02)
    while (cluster.folder / "stopping").exists() and is_locked(cluster, "keeper"):
        time.sleep(0.02)


def stop(name: str, *, var: Path | None = None) -> None:
    """Stop the server now, whoever uses it (`make clean`)."""
    cluster = cluster_named(name, var)
    with contextlib.suppress(OSError, ValueError):
        os.kill(int((cluster.folder / "keeper.pid").read_text()), signal.SIGTERM)
        while is_locked(cluster, "keeper"):
            time.sleep(0.05)


def _make_folder(cluster: Cluster) -> None:
    """The folder, its owner checked. Others may pass through it, not look into it."""
    try:
        cluster.folder.mkdir(parents=True, exist_ok=True)
        owner = cluster.folder.stat().st_uid
        if os.geteuid() not in (0, owner):
            raise PermissionError
        if owner == os.geteuid():
            cluster.folder.chmod(0o711)
    except PermissionError:
        raise Refused(
            f"{cluster.folder} belongs to another user: run as that user, or let that user run `make clean`."
        ) from None
    except OSError as error:
        raise Refused(f"{cluster.folder} cannot be made: {error.strerror}.") from None


def _run_start(cluster: Cluster) -> None:
    """In a process of its own: the keeper that it leaves behind is then nobody's child."""
    command = [sys.executable, "-m", "fucheng.onebox.keeper", str(cluster.folder), str(int(cluster.durable))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, check=False
    )
    if answer.returncode:
        raise Refused(answer.stderr.strip() or "The private PostgreSQL did not start.")


def main(arguments: list[str]) -> None:
    if arguments != ["stop"]:
        raise SystemExit("usage: python -m fucheng.onebox.postgres stop")
    for name, folder in FOLDERS.items():
        if (ROOT / "var" / folder).exists():
            stop(name)


if __name__ == "__main__":
    main(sys.argv[1:])
