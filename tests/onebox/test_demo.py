"""The supervisor of `make demo`: it answers, restarts what dies, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fucheng.onebox import demo
from fucheng.onebox.stepdown import Refused


class Demo:
    """`python -m fucheng.onebox.demo` in a small checkout."""

    def __init__(self, checkout: Path, environment: dict[str, str]) -> None:
        self.checkout = checkout
        self.port = free_port()
        self.out = checkout / "out.txt"
        with self.out.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fucheng.onebox.demo"],
                cwd=checkout,
                env=environment | {"PORT": str(self.port), "PYTHONPATH": str(checkout)},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + 30
        while words not in self.out.read_text():
            assert time.monotonic() < deadline, self.out.read_text()
            time.sleep(0.05)

    def family(self) -> set[int]:
        """Every process that runs in or was started from the checkout."""
        found = set()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_text()
                here = (process / "cwd").resolve()
            except OSError:
                continue
            inside = str(self.checkout) in words or here == self.checkout or self.checkout in here.parents
            if inside and int(process.name) != os.getpid():
                found.add(int(process.name))
        return found

    def is_gone(self, seconds: float = 15) -> bool:
        deadline = time.monotonic() + seconds
        while self.family() and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.family()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def running(checkout: Path, environment: dict[str, str]) -> Iterator[Demo]:
    started = Demo(checkout, environment)
    try:
        started.wait_for("Ctrl-C stops everything")
        yield started
    finally:
        started.process.terminate()
        started.process.wait(30)


def test_demo_answers_and_names_every_sign_in(running):
    assert demo.answers(running.port)
    text = running.out.read_text()
    assert f"http://127.0.0.1:{running.port}/" in text
    for name in [*demo.SIGN_INS, "landlord", "fucheng-2019"]:
        assert name in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_demo_leaves_no_process_when_asked_to_stop(running, number):
    running.process.send_signal(number)
    assert running.process.wait(30) == 0
    assert running.is_gone(1)
    assert "Stopped." in running.out.read_text()


def test_demo_leaves_no_process_when_killed(running):
    running.process.kill()
    running.process.wait()
    # the pool of the small worker has no parent that would end it, the real one ends its own
    for pid in running.family():
        if "pool of" in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGKILL)
    assert running.is_gone()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_worker_that_dies_is_started_again_without_its_old_pool(running):
    before = running.family()
    worker = next(pid for pid in before if "celery" in Path(f"/proc/{pid}/cmdline").read_text().split("\0"))
    pool = {pid for pid in before if parent_of(pid) == worker}
    os.kill(worker, signal.SIGKILL)
    running.wait_for("The worker died and is started again")
    time.sleep(0.5)
    assert pool
    assert not ({worker} | pool) & running.family()


def test_second_start_skips_the_tables(running, checkout, environment):
    running.process.terminate()
    running.process.wait(30)
    again = Demo(checkout, environment)
    again.wait_for("Ctrl-C stops everything")
    again.process.terminate()
    again.process.wait(30)
    assert "Making the tables" not in again.out.read_text()


def test_busy_port_is_refused_in_one_sentence(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        with pytest.raises(Refused, match=r"is taken by another program: `make demo PORT="):
            demo.refuse_busy_port()


@pytest.mark.parametrize("wrong", ["eight", "0", "70000", "-1"])
def test_wrong_port_is_refused(monkeypatch, wrong):
    monkeypatch.setenv("PORT", wrong)
    with pytest.raises(Refused, match="is not a port number"):
        demo.port()
