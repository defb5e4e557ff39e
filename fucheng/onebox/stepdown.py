"""Which user runs the private PostgreSQL. The server refuses root, so root steps down to somebody else.

Never adds a user, never changes the rights of anything outside var/.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2  # linux/capability.h


class Refused(SystemExit):
    """One sentence: what cannot be had, and the cure. Ends a program without a traceback."""


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """For `preexec_fn`: the child gets `number` when its parent ends, however that ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))


@dataclass(frozen=True)
class Account:
    """How to run a command: as ourselves (`user` None), or as another user, with `prefix` before it."""

    user: pwd.struct_passwd | None = None
    prefix: tuple[str, ...] = ()

    def give(self, folder: Path) -> None:
        if self.user is not None:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def run(self, command: list[Any], *, text: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self._words(command), input=text, capture_output=True, text=True, check=False, **self._options()
        )

    def start(self, command: list[Any]) -> "subprocess.Popen[bytes]":
        """The server gets SIGINT (fast shutdown) if its keeper is killed."""
        last_wish = ("--pdeathsig", "INT") if self.prefix else ()
        return subprocess.Popen(
            self._words(command, last_wish),
            preexec_fn=lambda: die_with_parent(signal.SIGINT),
            **self._options(),
        )

    def _words(self, command: list[Any], last_wish: tuple[str, ...] = ()) -> list[str]:
        return [*self.prefix, *(last_wish if self.prefix else ()), *map(str, command)]

    def _options(self) -> dict[str, Any]:
        """The root folder as place: PostgreSQL fails in a current folder that its user cannot enter."""
        kept = {k: os.environ[k] for k in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if k in os.environ}
        options: dict[str, Any] = {"cwd": "/", "env": kept | {"LC_ALL": "C"}}
        if self.user is not None and not self.prefix:
            options |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return options

    def reaches(self, *paths: Path) -> bool:
        # access() of the shell's test asks with the real user, as PostgreSQL's own checks do
        return all(self.run(["test", "-x", path]).returncode == 0 for path in paths)


def choose_account(folder: Path, data: Path, program: Path) -> Account:
    """Ourselves, unless we are root. Root: the owner of the data, else of the checkout, else a system user.

    Where such a user cannot pass a closed folder above the checkout (root's home), the server keeps the one
    right to walk through folders; it is the right that root, who starts it, has anyway.
    """
    if os.geteuid() != 0:
        return Account()
    users = _owners(data) if data.exists() else _unprivileged_users(folder)
    for user in users:
        if Account(user).reaches(folder, program):
            return Account(user)
    for user in users:
        prefix = _walking_prefix(user)
        if prefix and Account(user, prefix).reaches(folder, program):
            return Account(user, prefix)
    raise Refused(
        "PostgreSQL does not run as root, and no other user can reach "
        f"{folder.parent.parent}: move the checkout to a folder that all users may enter, such as /opt, "
        "run as a normal user, or set DATABASE_URL."
    )


def _owners(data: Path) -> list[pwd.struct_passwd]:
    try:
        return [pwd.getpwuid(data.stat().st_uid)]
    except KeyError:
        return []


def _unprivileged_users(folder: Path) -> list[pwd.struct_passwd]:
    known = {user.pw_name: user for user in pwd.getpwall()}
    owners = [user for user in known.values() if user.pw_uid == folder.parent.parent.stat().st_uid != 0]
    return owners + [known[name] for name in ("postgres", "nobody") if name in known]


def _walking_prefix(user: pwd.struct_passwd) -> tuple[str, ...]:
    """`setpriv` words that step down to `user` but keep the right to enter and read closed folders."""
    held = _held_capabilities()
    right = next(
        (
            name
            for bit, name in ((CAP_DAC_READ_SEARCH, "dac_read_search"), (CAP_DAC_OVERRIDE, "dac_override"))
            if held >> bit & 1
        ),
        None,
    )
    program = shutil.which("setpriv")
    if program is None or right is None:
        return ()
    return (
        *(program, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"),
        *(f"--inh-caps=+{right}", f"--ambient-caps=+{right}", "--securebits=+no_setuid_fixup"),
    )


def _held_capabilities() -> int:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    bounds = [line.split()[1] for line in status.splitlines() if line.startswith(("CapBnd", "CapPrm"))]
    held = ~0
    for bound in bounds:
        held &= int(bound, 16)
    return held if bounds else 0
