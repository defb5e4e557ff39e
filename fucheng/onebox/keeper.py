"""Starts a private server and keeps it until its last user is gone.

`python -m fucheng.onebox.keeper FOLDER DURABLE` is called by `postgres.ensure`.

The process that runs this ends when the server answers; the keeper it leaves behind is nobody's child.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fucheng.onebox.binaries import CURE, find_binaries
from fucheng.onebox.cluster import (
    NAME,
    SOCKET,
    Cluster,
    is_inhabited,
    is_ready,
    pid_file,
    socket_folder,
    try_lock,
)
from fucheng.onebox.stepdown import Account, Refused, choose_account


def start(cluster: Cluster) -> None:
    """Make the cluster if there is none, leave a keeper with a server behind, return when it answers."""
    binaries = _binaries_for(cluster)
    account = choose_account(cluster.folder, cluster.data, binaries / "initdb")
    run = socket_folder(cluster)
    _make_private(run, account)
    if not cluster.data.exists():
        _initialise(cluster, binaries, account)
    _clear_leftovers(cluster)
    if os.fork() == 0:
        _become_keeper(cluster, binaries, account)
    deadline = time.monotonic() + 60
    while not is_ready(cluster):
        if time.monotonic() > deadline or (cluster.folder / "failed").exists():
            raise Refused(
                f"The private PostgreSQL did not start ({_last_words(cluster)}); see {cluster.log}."
            )
        time.sleep(0.02)


def _binaries_for(cluster: Cluster) -> Path:
    version = cluster.data / "PG_VERSION"
    major = int(version.read_text()) if version.exists() else None
    binaries = find_binaries(major)
    if binaries is None and major is not None:
        raise Refused(
            f"{cluster.data} was made by PostgreSQL {major}, which is not here any more: "
            f"install it again, or `make clean` to start afresh."
        )
    if binaries is None:
        raise Refused(f"No PostgreSQL found: {CURE}.")
    return binaries


def _make_private(folder: Path, account: Account) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    account.give(folder)


def _initialise(cluster: Cluster, binaries: Path, account: Account) -> None:
    """initdb beside the final place, then rename: a set-up that was cut short leaves no half cluster.

    The order of text is by code point (prefix searches use plain indexes); the character classes need a
    UTF-8 locale, or pg_trgm sees no letter in a Chinese word.
    """
    fresh = cluster.folder / "data.new"
    words = "no error text"
    for character_type in ("C.UTF-8", "en_US.UTF-8", "zh_CN.UTF-8", "C"):
        shutil.rmtree(fresh, ignore_errors=True)
        _make_private(fresh, account)
        command = [binaries / "initdb", "-D", fresh, f"--username={NAME}", "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C", f"--lc-ctype={character_type}", "--no-instructions"]
        command += [] if cluster.durable else ["--no-sync"]
        made = account.run(command)
        if made.returncode == 0:
            break
        words = (made.stderr.strip().splitlines() or [words])[-1]
    else:
        raise Refused(f"PostgreSQL could not make its data folder {cluster.data}: {words}.")
    account.run(
        [binaries / "postgres", "--single", "-D", fresh, "postgres"], text=f'CREATE DATABASE "{NAME}";\n'
    )
    fresh.rename(cluster.data)


def _clear_leftovers(cluster: Cluster) -> None:
    """Remove the lock files of a server that was killed.

    PostgreSQL only asks whether their process number exists, which is also true of a foreign process with
    the same number and of a zombie. Survivors of a killed server end by themselves within moments.
    """
    while is_inhabited(cluster) and not is_ready(cluster):
        time.sleep(0.05)
    if not is_inhabited(cluster):
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        (socket_folder(cluster) / f"{SOCKET}.lock").unlink(missing_ok=True)


def _last_words(cluster: Cluster) -> str:
    lines = cluster.log.read_text(errors="replace").strip().splitlines() if cluster.log.exists() else []
    told = [line for line in lines if "FATAL" in line or "ERROR" in line] or lines
    return told[-1] if told else "it said nothing"


def _become_keeper(cluster: Cluster, binaries: Path, account: Account) -> None:
    """Runs in the forked child and never returns."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    log = os.open(cluster.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    code = 1
    try:
        code = _keep(cluster, binaries, account)
    except BaseException as error:
        print(f"keeper: {error!r}", file=sys.stderr, flush=True)
    finally:
        if code:
            (cluster.folder / "failed").touch()
        os._exit(code)


def _keep(cluster: Cluster, binaries: Path, account: Account) -> int:
    """Hold the server until its last user is gone or SIGTERM comes; then stop it."""
    keeper = cluster.lock_file("keeper")
    if not try_lock(keeper):
        return 0
    for leftover in ("failed", "stopping"):
        (cluster.folder / leftover).unlink(missing_ok=True)
    (cluster.folder / "keeper.pid").write_text(str(os.getpid()))
    wanted = [True]
    signal.signal(signal.SIGTERM, lambda *_: wanted.clear())
    server = None if is_ready(cluster) else account.start([binaries / "postgres", *_options(cluster)])
    users = cluster.lock_file("users")
    while wanted and not try_lock(users):
        if server is not None and server.poll() is not None:
            return 1
        time.sleep(0.1)
    (cluster.folder / "stopping").touch()
    _stop_server(cluster, server)
    _remove_socket_folder(cluster)
    (cluster.folder / "keeper.pid").unlink(missing_ok=True)
    (cluster.folder / "stopping").unlink(missing_ok=True)
    return 0


def _stop_server(cluster: Cluster, server: "subprocess.Popen[bytes] | None") -> None:
    """Fast shutdown: open transactions are rolled back, nothing committed is lost."""
    lines = pid_file(cluster)
    pid = server.pid if server else int(lines[0]) if lines else None
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    if server:
        server.wait()
    while is_inhabited(cluster):
        time.sleep(0.05)


def _remove_socket_folder(cluster: Cluster) -> None:
    record = cluster.folder / "socket-folder"
    if record.exists():
        shutil.rmtree(record.read_text(), ignore_errors=True)
        record.unlink()


def _options(cluster: Cluster) -> list[str]:
    folder = str(socket_folder(cluster)).replace('"', '""')
    options: dict[str, Any] = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{folder}"',
        "unix_socket_permissions": "0700",
        "max_connections": 100,
        "shared_buffers": "256MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "effective_cache_size": "2GB",
        "random_page_cost": 1.1,
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "jit": "off",  # compiling costs more than the short queries of a page take
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_messages": "warning",
        "lc_messages": "C",
    }
    if not cluster.durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        # A vacuum of tables whose rows were rolled back tells the planner that they are empty: a statement of
        # milliseconds then took minutes. Only a street that is really loaded is looked at.
        options |= {"autovacuum_vacuum_threshold": "1000000", "autovacuum_analyze_threshold": "20000"}
    if not _has_shared_memory():
        options["max_parallel_workers_per_gather"] = 0
    return ["-D", str(cluster.data), *(f"--{name}={value}" for name, value in options.items())]


def _has_shared_memory() -> bool:
    """Containers often give /dev/shm 64 MB; parallel queries fail there half way."""
    try:
        room = os.statvfs("/dev/shm")
    except OSError:
        return False
    return room.f_bavail * room.f_frsize > 256 * 2**20


if __name__ == "__main__":
    start(Cluster(Path(sys.argv[1]), durable=sys.argv[2] == "1"))
