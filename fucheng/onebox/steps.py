"""How a set-up step is shown, run and explained when it fails."""

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from fucheng.onebox.stepdown import Refused

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
LOG = VAR / "log" / "setup.log"

# what pip, npm or Python said -> cause and cure
CAUSES = {
    r"No space left|ENOSPC|Errno 28|Disk quota": "the disk is full; free some space",
    r"DO NOT MATCH THE HASHES|EINTEGRITY": (
        "a file from the package index is not the one that was locked; ask who runs the index"
    ),
    r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|SSLError": (
        "the certificate of the package index is not trusted; name your authority by PIP_CERT and "
        "NODE_EXTRA_CA_CERTS"
    ),
    r"NewConnectionError|Failed to establish|name resolution|timed out|Network is unreachable|ProxyError"
    r"|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET": (
        "the package index cannot be reached; check the network, or name a mirror in your own pip.conf and "
        ".npmrc"
    ),
    r"No matching distribution|Could not find a version|E404": (
        "the package index lacks a locked package; name a complete one in your own pip.conf or .npmrc"
    ),
    r"Permission denied|EACCES|Read-only file system|EROFS": (
        "a folder cannot be written to; check who owns the checkout"
    ),
}

Say = Callable[[str], None]


@contextlib.contextmanager
def step(title: str) -> Iterator[Say]:
    """One line a step; what takes over two seconds shows how far it is."""
    began = time.monotonic()
    news = [""]
    finished = threading.Event()
    live = sys.stdout.isatty()
    print(f"  {title} ...", end="" if live else "\n", flush=True)

    def tick() -> None:
        pause = 2.0
        while not finished.wait(pause):
            seconds = time.monotonic() - began
            text = f"  {title} ... {seconds:.0f} s {news[0]}"
            print(f"\r{text[:100]:<100}" if live else text, end="" if live else "\n", flush=True)
            pause = 0.5 if live else 10

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield lambda text: news.__setitem__(0, text)
    except BaseException:
        finished.set()
        ticker.join()
        print(flush=True)
        raise
    finished.set()
    ticker.join()
    text = f"  {title}: done, {time.monotonic() - began:.1f} s"
    print(f"\r{text:<100}" if live else text, flush=True)


def run(command: list[str], follow: Say, what: str) -> None:
    """Run, keep the output in the log, give each line to `follow`; a failure becomes one sentence."""
    lines: list[str] = []
    with LOG.open("a", encoding="utf-8") as log:
        print(f"$ {' '.join(command)}", file=log, flush=True)
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as child:
            for line in child.stdout or ():
                log.write(line)
                lines.append(line)
                follow(line)
    if child.returncode:
        raise Refused(explain(what, "".join(lines)))


def explain(what: str, output: str) -> str:
    """The cause and the cure in one sentence, from what pip or npm said."""
    cause = next((text for words, text in CAUSES.items() if re.search(words, output)), None)
    cause = cause or "see the last lines of the log"
    return f"{what} could not be installed: {cause} ({LOG.relative_to(ROOT)})."


def _environment() -> dict[str, str]:
    """The user's settings, but every cache and temporary file below var/cache."""
    cache = VAR / "cache"
    kept = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}
    impatient = {"npm_config_fetch_retry_mintimeout": "1000", "npm_config_fetch_retry_maxtimeout": "3000"}
    return (
        impatient
        | kept
        | {
            "PIP_CACHE_DIR": str(cache / "pip"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_USER": "0",
            "TMPDIR": str(cache / "tmp"),
            "npm_config_cache": str(cache / "npm"),
            "npm_config_update_notifier": "false",
        }
    )
