"""The message files of a machine without Redis, each whole from the moment it has its name.

The transport of kombu writes under the name that readers look for, so that a worker now and then reads an empty
message and dies of it (celery/kombu issue 1551).
"""

import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Reads as its base does."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override] # stubs
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        unfinished = Path(self.data_folder_out, f".{name}")
        unfinished.write_text(dumps(payload), encoding="utf-8")
        os.replace(unfinished, Path(self.data_folder_out, name))


class Transport(filesystem.Transport):
    """What `filesystem://` means here."""

    Channel = Channel
