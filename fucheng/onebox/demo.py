"""`make demo`: database, web server and worker on one machine; Ctrl-C stops all of it.

Children are process groups of their own, get SIGTERM when this process ends in whatever way, and are
started again when they die. Standard output of the web server is for people (one-time codes of the console
SMS backend); its log and the worker's lie under var/log.
"""

import hashlib
import http.client
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import NoReturn

from fucheng.onebox import postgres
from fucheng.onebox.child import Child
from fucheng.onebox.stepdown import Refused, die_with_parent

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
HOST = "127.0.0.1"
GRACE = 5.0  # seconds between SIGTERM and SIGKILL; a job cut short goes on at the next start
SIGN_INS = {
    "grid": "grid worker",
    "reviewer": "community staff",
    "panel": "grading panel",
    "panel2": "another member of the panel, who confirms urgent reds",
    "office": "street office",
    "office2": "a second person of the office, who publishes rules",
    "leader": "street leader",
    "auditor": "auditor",
    "grid2": "grid worker of another community",
    "reviewer2": "community staff of another community",
}


def port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refused(f"PORT={text} is not a port number: use one from 1024 to 65535.")
    return int(text)


def refuse_busy_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port()))
        except PermissionError:
            raise Refused(f"Port {port()} needs root: `make demo PORT=8000` takes a free one.") from None
        except OSError:
            cure = f"`make demo PORT={port() + 1}` takes the next one"
            raise Refused(f"Port {port()} is taken by another program: {cure}.") from None


class Supervisor:
    def __init__(self) -> None:
        python = sys.executable
        self.web = Child(
            "web", [python, "-m", "gunicorn", "--config=python:fucheng.webserver"], has_console=True
        )
        self.worker = Child(
            "worker",
            [
                *(python, "-m", "celery", "-A", "fucheng.celery", "worker", "-B", "--concurrency=2"),
                *("--loglevel=WARNING", "--without-gossip", "--without-mingle"),
                *(f"--schedule={VAR / 'celery' / 'beat'}", "--hostname=demo@localhost"),
            ],
        )
        self.loader = Child("load", [python, "manage.py", "load_demo_street", *_units()], has_console=True)
        self.environment: dict[str, str] = {}
        self.stopping = False
        self.next_look = 0.0
        self.is_private = not os.environ.get("DATABASE_URL")

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        if os.environ.get("MAKELEVEL"):
            die_with_parent()
        try:
            self._prepare()
            self.web.start(self.environment)
            self.worker.start(self.environment)
            self.loader.start(self.environment)
            self._wait_for_site()
            self._watch()
        finally:
            self._stop()

    def _ask_to_stop(self, *_: object) -> None:
        """Twice means: at once."""
        if self.stopping:
            for child in self._children():
                child.signal(signal.SIGKILL)
        self.stopping = True

    def _prepare(self) -> None:
        refuse_busy_port()
        for name in ("log", "media", "broker", "broker-done", "broker-control", "celery"):
            (VAR / name).mkdir(parents=True, exist_ok=True)
        for child in self._children():
            child.log.write_bytes(b"")
        began = time.monotonic()
        url = os.environ.get("DATABASE_URL") or postgres.ensure()
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "fucheng.settings.local",
            "PORT": str(port()),
            "PYTHONUNBUFFERED": "1",
        }
        print(f"  Database: ready, {time.monotonic() - began:.1f} s", flush=True)
        self._migrate()

    def _migrate(self) -> None:
        """Skipped when the private database has seen exactly these migrations."""
        stamp = VAR / "pg" / "migrated"
        key = migrations_hash()
        if self.is_private and stamp.exists() and stamp.read_text() == key:
            return
        began = time.monotonic()
        print("  Making the tables ...", flush=True)
        migrate = Child("migrate", [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0"])
        migrate.log.write_bytes(b"")
        migrate.start(self.environment)
        while migrate.is_alive() and not self.stopping:
            time.sleep(0.05)
        if self.stopping:
            migrate.signal(signal.SIGKILL)
            raise SystemExit(0)
        if migrate.process is not None and migrate.process.returncode:
            raise Refused(f"The tables could not be made:\n{migrate.last_words()}")
        if self.is_private:
            stamp.write_text(key)
        print(f"  Making the tables: done, {time.monotonic() - began:.1f} s", flush=True)

    def _wait_for_site(self) -> None:
        """Until pages answer and the sign-ins are there; then say where to go."""
        deadline = time.monotonic() + 60
        while not self.stopping and not answers(port()):
            if not self.web.is_alive() or time.monotonic() > deadline:
                raise Refused(f"The web server did not start:\n{self.web.last_words()}")
            time.sleep(0.1)
        if not self.stopping:
            print(f"  Site: http://{HOST}:{port()}/ answers; filling the street ...", flush=True)
        while not self.stopping and self.loader.is_alive():
            self._keep_alive()
            time.sleep(0.1)
        if self.stopping:
            return
        if self.loader.process is not None and self.loader.process.returncode:
            raise Refused(f"The demonstration street could not be made:\n{self.loader.last_words()}")
        print(self._welcome(), flush=True)

    def _welcome(self) -> str:
        password = os.environ.get("DEMO_PASSWORD") or "fucheng-2019"
        width = max(map(len, SIGN_INS))
        lines = [f"    {name:<{width}}  {who}" for name, who in SIGN_INS.items()]
        return "\n".join(
            [
                "",
                f"  Open http://{HOST}:{port()}/   (password of every sign-in: {password})",
                *lines,
                f"    {'landlord':<{width}}  landlord; also by phone 10012340000, the code is shown here",
                "  The street goes on filling in the background. Logs: var/log. Ctrl-C stops everything.",
                "",
            ]
        )

    def _watch(self) -> None:
        while not self.stopping:
            self._keep_alive()
            time.sleep(0.2)

    def _keep_alive(self) -> None:
        for child in (self.web, self.worker):
            now = time.monotonic()
            if child.is_alive():
                if now - child.began > 60:
                    child.pause = 0.5
            elif now - child.began > child.pause:
                child.signal(signal.SIGKILL)  # whatever of its group is left
                child.pause = min(child.pause * 2, 30)
                print(f"  The {child.name} died and is started again; see {child.log}", flush=True)
                child.start(self.environment)
        if self.is_private and time.monotonic() > self.next_look:
            postgres.ensure()  # starts the server again if it died
            self.next_look = time.monotonic() + 5

    def _children(self) -> tuple[Child, ...]:
        return (self.loader, self.worker, self.web)

    def _stop(self) -> None:
        self.stopping = True
        for child in self._children():
            child.ask_to_end()
        deadline = time.monotonic() + GRACE
        while any(child.is_alive() for child in self._children()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in self._children():
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
        postgres.release()
        print("  Stopped.", flush=True)


def _units() -> list[str]:
    units = os.environ.get("UNITS", "")
    if not units:
        return []
    if not units.isdecimal() or not int(units):
        raise Refused(f"UNITS={units} is not a number of homes: use for example UNITS=5000.")
    return ["--units", units]


def answers(number: int) -> bool:
    connection = http.client.HTTPConnection(HOST, number, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def migrations_hash() -> str:
    total = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("fucheng/*/migrations/*.py")):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def main() -> NoReturn:
    Supervisor().run()
    raise SystemExit(0)


if __name__ == "__main__":
    main()
