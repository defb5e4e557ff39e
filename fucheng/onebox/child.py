"""A process of `make demo`: a group of its own, its log under var/log, gone when the supervisor is gone."""

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from fucheng.onebox.stepdown import die_with_parent

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Child:
    """A process that is kept alive. `pause` doubles while it keeps dying young."""

    name: str
    command: list[str]
    has_console: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    began: float = 0
    pause: float = 0.5
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = ROOT / "var" / "log" / f"{self.name}.log"

    def start(self, environment: dict[str, str]) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=None if self.has_console else log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.began = time.monotonic()

    def ask_to_end(self) -> None:
        """SIGTERM to the process only: a worker lets its pool finish, a signal to the group would cut it."""
        if self.process is not None:
            self.process.terminate()

    def signal(self, number: int) -> None:
        """To the whole group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
