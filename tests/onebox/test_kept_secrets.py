"""A secret made at first use is the same for all processes that start at once, and never read half-made."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from fucheng.settings import local


def test_all_who_start_at_once_read_the_same_whole_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "VAR_DIR", tmp_path)
    gate = Barrier(8)

    def start(name: str) -> str:
        gate.wait()
        return local._kept_secret(name)

    with ThreadPoolExecutor(8) as pool:
        for turn in range(50):
            answers = set(pool.map(start, [f"secret-{turn}"] * 8))
            assert len(answers) == 1
            assert len(answers.pop()) == 44
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
