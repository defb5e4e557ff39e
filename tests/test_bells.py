"""Message files, for a machine without Redis: a reader meets whole messages or none."""

from pathlib import Path
from threading import Thread
from typing import Any

from kombu import Connection
from kombu.transport.virtual import Empty

MESSAGES = 1000


def test_who_reads_while_another_writes_gets_every_message_whole(tmp_path: Path, settings: Any) -> None:
    import fucheng.celery  # noqa: F401

    box = str(tmp_path)
    options = {"data_folder_in": box, "data_folder_out": box, "control_folder": box}

    def write() -> None:
        with Connection("filesystem://", transport_options=options) as line:
            channel: Any = line.channel()
            for number in range(MESSAGES):
                channel._put("celery", {"number": number, "words": "房" * 500})

    writer = Thread(target=write)
    writer.start()
    got: set[int] = set()
    with Connection("filesystem://", transport_options=options) as line:
        channel: Any = line.channel()
        while writer.is_alive() or len(got) < MESSAGES:
            try:
                got.add(channel._get("celery")["number"])
            except Empty:
                if not writer.is_alive():
                    break
    assert got == set(range(MESSAGES))
    assert not list(tmp_path.glob("*"))
