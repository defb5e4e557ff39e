"""Files in a folder that appear whole or not at all, as objects of S3 do."""

import filecmp
import os
import time
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage

UNFINISHED = ".unfinished"
FORGOTTEN_AFTER = 3600  # seconds; no file is being written for so long


class WholeFileStorage(FileSystemStorage):
    """Written beside, flushed to the disk, then given its name: a killed worker or a full disk leaves no half file.

    Django's own storage writes under the final name, so that half a file looks like a whole one.
    """

    def _save(self, name: str, content: "File[Any]") -> str:
        workshop = Path(self.location) / UNFINISHED
        workshop.mkdir(parents=True, exist_ok=True)
        _sweep(workshop)
        with NamedTemporaryFile(dir=workshop) as draft:
            for part in content.chunks():
                draft.write(part if isinstance(part, bytes) else part.encode())
            draft.flush()
            os.fsync(draft.fileno())
            os.chmod(draft.name, self.file_permissions_mode or 0o644)
            while not self._is_named(draft.name, self.path(name)):
                name = self.get_available_name(name)
        return name

    def _is_named(self, draft: str, path: str) -> bool:
        """False when another file has this name; the same bytes under it are the same file."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        try:
            os.link(draft, path)
        except FileExistsError:
            return filecmp.cmp(draft, path, shallow=False)
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return True


def _sweep(workshop: Path) -> None:
    """What a killed process left behind."""
    for left in workshop.iterdir():
        try:
            if time.time() - left.stat().st_mtime > FORGOTTEN_AFTER:
                left.unlink()
        except FileNotFoundError:  # another worker has just finished it
            continue
