"""The parent's side of reading a registry file: starts the child, takes its frames, explains its death."""

from __future__ import annotations

import json
import signal
import struct
import subprocess
import sys
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from rentals.registry import read_child
from rentals.registry.columns import COLUMNS, REPORT_HEADERS, Column, header_keys
from rentals.registry.problems import BrokenWorkbook, Problem

RawRow = list[str]
"""Cells of one row as text; the first is the sheet row number, the rest stand under `Sheet.header`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Bytes, entries, rows, seconds; `zip_free` is the size below which ratio is
    not asked.
    """

    file_bytes: int = 100 << 20
    zip_entries: int = 2_000
    zip_total: int = 800 << 20
    zip_ratio: int = 100
    zip_free: int = 8 << 20
    rows: int = 300_000
    memory_bytes: int = 1 << 30
    cpu_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that is read: its name (empty for CSV), header row number and texts, where each field
    stands.
    """

    name: str
    kind: str
    encoding: str
    header_row: int
    header: tuple[str, ...]
    columns: dict[str, int]
    remarks: tuple[Problem, ...]


@dataclass(slots=True)
class Reader:
    """An open registry file: `sheet`, then `chunks()` once, then `again()` also when the child is gone.

    `peak_bytes` is the child's peak memory afterwards.
    """

    sheet: Sheet
    rows: int = 0
    peak_bytes: int = 0
    _frames: Iterator[tuple[str, str]] = field(default_factory=lambda: iter(()))
    _kept: list[str] = field(default_factory=list)

    def chunks(self) -> Iterator[list[RawRow]]:
        """Yield lists of up to 4,096 rows; rows with nothing in them are left out. Raises
        `BrokenWorkbook`.
        """
        for kind, payload in self._frames:
            if kind == "R":
                self._kept.append(payload)
                yield [line.split(read_child.CELL) for line in payload.split(read_child.RECORD)]
            elif kind == "Z":
                end = json.loads(payload)
                self.rows, self.peak_bytes = end["rows"], end["peak_bytes"]

    def again(self, only: Container[int] | None = None) -> Iterator[RawRow]:
        """Yield the rows that `chunks` has yielded once more: all, or those with these sheet row numbers."""
        for payload in self._kept:
            for line in payload.split(read_child.RECORD):
                if only is None or int(line[: line.index(read_child.CELL)]) in only:
                    yield line.split(read_child.CELL)


@contextmanager
def open_registry(
    path: str | Path, limits: Limits | None = None, columns: Sequence[Column] = COLUMNS
) -> Iterator[Reader]:
    """Open a file with these columns (.xlsx or .csv) in a child process and read its header.

    Raises `BrokenWorkbook`: before the block for everything about the container and the header, inside it
    from `chunks()` for rows. The child is dead when the block is left.
    """
    limits = limits or Limits()
    child = _start("read", path, limits, columns)
    try:
        frames = _frames(child, path, limits)
        kind, payload = next(frames)
        if kind != "H":
            raise BrokenWorkbook("broken_file")
        yield Reader(sheet_of(json.loads(payload), columns), _frames=frames)
    finally:
        child.kill()
        child.communicate()


def sheet_of(facts: dict[str, Any], known: Sequence[Column] = COLUMNS) -> Sheet:
    """Match the header to the columns. Raises `BrokenWorkbook` for missing or repeated columns."""
    columns: dict[str, int] = {}
    remarks: list[Problem] = []
    keys, headers_of = header_keys(known), {column.field: column.header for column in known}
    row: int = facts["row"]
    for number, text in enumerate(facts["header"]):
        name = keys.get(read_child.header_key(text))
        if name is None:
            if text and text not in REPORT_HEADERS:
                remarks.append(Problem(row, text[:80], "", "unknown_column", {"header": text[:80]}))
        elif name in columns:
            headers = f"{facts['header'][columns[name]]}, {text}"
            raise BrokenWorkbook("repeated_column", column=headers_of[name], headers=headers)
        else:
            columns[name] = number
    missing = [column.header for column in known if column.required and column.field not in columns]
    if missing:
        raise BrokenWorkbook("missing_columns", columns="、".join(missing), row=row)
    header = tuple(facts["header"])
    return Sheet(facts["sheet"], facts["kind"], facts["encoding"], row, header, columns, tuple(remarks))


def _start(
    task: str, path: str | Path, limits: Limits, columns: Sequence[Column] = ()
) -> subprocess.Popen[bytes]:
    known = list(header_keys(columns))
    order = {"task": task, "path": str(path), "known": known, "limits": asdict(limits)}
    root = str(Path(__file__).resolve().parents[2])
    script = f"import sys; sys.path.insert(0, {root!r}); from rentals.registry.read_child import main; main()"
    command = [sys.executable, "-I", "-c", script, json.dumps(order, ensure_ascii=True)]
    # the command is ours; the user's file is only named in its argument
    return subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _frames(child: subprocess.Popen[bytes], path: str | Path, limits: Limits) -> Iterator[tuple[str, str]]:
    """Yield (kind, payload) until the end frame; a refusal or a death before it becomes `BrokenWorkbook`."""
    if child.stdout is None:
        raise BrokenWorkbook("broken_file")
    while True:
        head = _exactly(child.stdout, 5)
        size = struct.unpack(">I", head[1:])[0] if len(head) == 5 else 0
        payload = _exactly(child.stdout, size)
        if len(head) < 5 or len(payload) < size:
            raise _obituary(child, path, limits)
        kind, text = head[:1].decode(), payload.decode()
        if kind == "E":
            refusal = json.loads(text)
            if refusal["code"] == "too_much_memory":
                raise _memory_gone(path, limits)
            raise BrokenWorkbook(refusal["code"], **refusal["params"])
        yield kind, text
        if kind == "Z":
            return


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size) if size else b""
    return data or b""


def _obituary(child: subprocess.Popen[bytes], path: str | Path, limits: Limits) -> BrokenWorkbook:
    """Say why the child died: memory (calamine aborts), processor time, or anything else."""
    _out, errors = child.communicate()
    if child.returncode == -signal.SIGXCPU:
        return BrokenWorkbook("too_slow")
    if b"memory" in errors.lower() or b"capacity overflow" in errors or child.returncode == -signal.SIGKILL:
        return _memory_gone(path, limits)
    return BrokenWorkbook("broken_file", detail=f"child ended with {child.returncode}")


def _memory_gone(path: str | Path, limits: Limits) -> BrokenWorkbook:
    """Look for the stray cell that made the sheet so large (in a second child) and name it."""
    child = _start("farthest", path, limits)
    try:
        out, _errors = child.communicate(timeout=limits.cpu_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return BrokenWorkbook("too_much_memory")
    cell = json.loads(out[5:]).get("cell", "") if out[:1] == b"Z" else ""
    return BrokenWorkbook("stray_cell", cell=cell) if cell else BrokenWorkbook("too_much_memory")
