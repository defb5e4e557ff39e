"""The private PostgreSQL: who starts it, who shares it, and that it is gone with its last user."""

import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from fucheng.onebox.binaries import find_binaries

USE = "from fucheng.onebox import postgres; print(postgres.ensure({name!r}), flush=True); input()"


class User:
    """A process that calls `ensure` and lives until it is ended."""

    def __init__(self, checkout: Path, environment: dict[str, str], name: str = "demo") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE.format(name=name)],
            cwd=checkout,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def words(self) -> str:
        return self.process.communicate("\n")[1].strip()

    def end(self) -> None:
        self.process.communicate("\n")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def server_pid(checkout: Path) -> Callable[[], int | None]:
    def read() -> int | None:
        path = checkout / "var" / "pg" / "data" / "postmaster.pid"
        return int(path.read_text().splitlines()[0]) if path.exists() else None

    return read


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def ask(url: str, question: str) -> object:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def test_ensure_gives_a_server_with_our_extensions_that_knows_chinese(checkout, environment):
    user = User(checkout, environment)
    ask(user.url, "CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist")
    assert ask(user.url, "SELECT cardinality(show_trgm('福海街道')) > 0") is True
    assert ask(user.url, "SHOW listen_addresses") == ""
    assert ask(user.url, "SHOW fsync") == "on"
    user.end()


def test_user_leaves_no_file_open_at_its_end(checkout, environment):
    assert User(checkout, environment | {"PYTHONWARNINGS": "default"}).words() == ""


def test_server_stops_when_its_last_user_is_killed_and_not_before(checkout, environment, server_pid):
    first, second = User(checkout, environment), User(checkout, environment)
    assert first.url == second.url
    pid = server_pid()
    first.kill()
    time.sleep(0.5)
    assert server_pid() == pid
    second.kill()
    assert eventually(lambda: server_pid() is None)
    assert eventually(lambda: not Path(f"/proc/{pid}").exists())


def test_data_survives_a_killed_server_and_keeper(checkout, environment, server_pid):
    user = User(checkout, environment)
    ask(user.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    keeper = int((checkout / "var" / "pg" / "keeper.pid").read_text())
    os.kill(keeper, signal.SIGKILL)
    if pid := server_pid():
        os.kill(pid, signal.SIGKILL)
    user.kill()
    again = User(checkout, environment)
    assert ask(again.url, "SELECT answer FROM kept") == 42
    again.end()


def test_server_goes_when_only_its_keeper_is_killed(checkout, environment, server_pid):
    user = User(checkout, environment)
    os.kill(int((checkout / "var" / "pg" / "keeper.pid").read_text()), signal.SIGKILL)
    assert eventually(lambda: server_pid() is None)
    user.end()


def test_pid_file_of_a_foreign_process_is_not_believed(checkout, environment):
    User(checkout, environment).end()
    data = checkout / "var" / "pg" / "data"
    assert eventually(lambda: not (data / "postmaster.pid").exists())
    stale = data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{data}\n1\n5432\n/nowhere\n\n  1 1\nready   \n")
    user = User(checkout, environment)
    assert ask(user.url, "SELECT 1") == 1
    user.end()


def test_half_made_data_folder_is_made_again(checkout, environment):
    half = checkout / "var" / "pg" / "data.new"
    half.mkdir(parents=True)
    (half / "rubbish").touch()
    user = User(checkout, environment)
    assert ask(user.url, "SELECT current_database()") == "fucheng"
    user.end()


@pytest.mark.parametrize("fits", [True, False], ids=["short TMPDIR", "TMPDIR too long as well"])
def test_long_path_uses_a_private_temporary_folder_and_removes_it(tmp_path, environment, fits):
    var = tmp_path / ("long" * 30)
    system = Path("/tmp")
    temporary = Path(tempfile.mkdtemp(dir=system)) if fits else tmp_path / ("deep" * 30)
    temporary.mkdir(exist_ok=True)
    program = (
        "from pathlib import Path; from fucheng.onebox import postgres;"
        f"var = Path({str(var)!r}); print(postgres.ensure(var=var)); postgres.release(var=var)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=environment | {"TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(answer.stdout.strip().split("host=")[1])
    assert folder.parent == (temporary if fits else system)
    assert not folder.exists()
    temporary.rmdir()


def test_test_server_is_another_one_that_does_not_wait_for_the_disk(checkout, environment):
    demo, test = User(checkout, environment), User(checkout, environment, "test")
    assert demo.url != test.url
    assert ask(test.url, "SHOW fsync") == "off"
    demo.end()
    test.end()


def test_data_of_a_version_that_is_gone_is_refused_in_one_sentence(checkout, environment):
    User(checkout, environment).end()
    version = checkout / "var" / "pg" / "data" / "PG_VERSION"
    version.write_text("16\n" if find_binaries(16) is None else "17\n")
    words = User(checkout, environment).words()
    assert "was made by PostgreSQL" in words
    assert "make clean" in words
    assert "\n" not in words


def test_no_binaries_is_refused_in_one_sentence_with_the_cure(checkout, environment):
    words = User(checkout, environment | {"FUCHENG_PG_BIN": "/nowhere"}).words()
    assert words.startswith("No PostgreSQL found: install PostgreSQL 15 or later")
    assert "\n" not in words


@pytest.mark.skipif(os.geteuid() != 0, reason="steps down only from root")
@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["open", "closed"])
def test_root_steps_down_even_below_a_closed_folder(checkout, environment, mode, server_pid):
    checkout.chmod(mode)
    user = User(checkout, environment)
    owner = Path(f"/proc/{server_pid()}").stat().st_uid
    assert pwd.getpwuid(owner).pw_name in {"postgres", "nobody"}
    assert ask(user.url, "SELECT 1") == 1
    assert checkout.stat().st_mode & 0o777 == mode
    user.end()
