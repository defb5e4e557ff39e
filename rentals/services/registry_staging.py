"""A registry file into temporary tables of this transaction: homes by COPY, people by blind index.

Names, identity numbers and phones of a file never reach the temporary tables unsealed; homes point to
people by their number within the file.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection

from core.protected import blind_index, seal
from rentals.registry.check import GoodRow
from rentals.registry.problems import BrokenWorkbook, Problem

STAGED = (
    "row", "code", "building_code", "community", "grid", "estate", "address", "building_name", "floor", "room",
    "category", "area", "residents", "longitude", "latitude", "note", "owner_no", "manager_no",
)  # fmt: skip
"""Columns of `file_unit`: those of `check.GOOD_FIELDS` with the people replaced by their numbers."""
CHUNKS_BETWEEN_WORDS = 8
"""About twice a second: each word on the progress costs a connection of its own."""
OWNER, MANAGER = slice(12, 15), slice(15, 17)
"""Where `GoodRow` has name, identity number and phone of the landlord; name and phone of the manager."""
CREATE = """
    SET LOCAL work_mem = '128MB';
    DROP TABLE IF EXISTS pg_temp.file_unit, pg_temp.file_person, pg_temp.pair, pg_temp.gone, pg_temp.house;
    CREATE TEMP TABLE file_unit (
        row integer, code text, building_code text, community text, grid text, estate text, address text,
        building_name text, floor text, room text, category text, area numeric(8,2), residents smallint,
        longitude float8, latitude float8, note text, owner_no integer, manager_no integer
    ) ON COMMIT DROP;
    CREATE TEMP TABLE file_person (
        role text, no integer, name text, identity_index bytea, phone_index bytea, id bigint, uid uuid,
        is_new boolean NOT NULL DEFAULT false, differs boolean NOT NULL DEFAULT false,
        phone_sealed bytea, identity_sealed bytea
    ) ON COMMIT DROP;
"""


@dataclass(slots=True)
class _Person:
    no: int
    row: str
    name: str
    identity: str
    phone: str


@dataclass(slots=True)
class People:
    """All different persons of one role in a file. One identity number is one person, whatever the name
    says.
    """

    role: str
    column: str
    remarks: list[Problem] = field(default_factory=list)
    numbers: dict[tuple[str, ...], str] = field(default_factory=dict)
    _by_key: dict[tuple[str, ...], _Person] = field(default_factory=dict)

    def number(self, row: str, name: str, phone: str, identity: str = "") -> str:
        """Return the person's number within the file as text (`0`: nobody). Ask `numbers` first."""
        if not name:
            return "0"
        person = _Person(len(self._by_key) + 1, row, name, identity, phone)
        first = self._by_key.setdefault((identity,) if identity else (name, phone), person)
        if first is not person:
            first.phone = first.phone or phone
            if first.name != name or (phone and first.phone != phone):
                self.remarks.append(Problem(int(row), self.column, "", "person_differs", {"row": first.row}))
        return str(first.no)

    def owner(self, row: GoodRow) -> str:
        """Return the number of a row's landlord and remember it."""
        name, identity, phone = row[OWNER]
        return self.numbers.setdefault(row[OWNER], self.number(row[0], name, phone, identity))

    def manager(self, row: GoodRow) -> str:
        """Return the number of a row's manager and remember it."""
        return self.numbers.setdefault(row[MANAGER], self.number(row[0], *row[MANAGER]))

    def __iter__(self) -> Iterator[_Person]:
        return iter(self._by_key.values())


class _Stream:
    """What `copy_expert` reads from: gives one piece of an iterator after the other."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = filter(None, pieces)
        self.error: BrokenWorkbook | None = None

    def read(self, _size: int = 0) -> bytes:
        try:
            return next(self._pieces, b"")
        except BrokenWorkbook as error:
            self.error = error
            raise


def copy_in(cursor: Any, table: str, columns: Iterable[str], pieces: Iterable[bytes]) -> None:
    """COPY text lines (tab-separated, empty is NULL) into a table. Raises `BrokenWorkbook` that `pieces`
    raises.
    """
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT text, NULL '')"
    stream = _Stream(pieces)
    try:
        with connection.wrap_database_errors:
            cursor.copy_expert(sql, stream)
    except DatabaseError:
        if stream.error is not None:  # what `read` raised comes back as an error of the driver
            raise stream.error from None
        raise


def stage(
    cursor: Any, chunks: Iterable[list[GoodRow]], retracted: set[str], say: Callable[[int], None]
) -> tuple[People, People]:
    """Fill `file_unit` and `file_person`; return landlords and managers. `retracted` is read after the
    last chunk.
    """
    cursor.execute(CREATE)
    owners, managers = People("landlord", "owner_name"), People("manager", "manager_name")
    copy_in(cursor, "file_unit", STAGED, _told(_ahead(_lines(chunks, owners, managers)), say))
    if retracted:
        cursor.execute("DELETE FROM file_unit WHERE code = ANY(%s)", [sorted(retracted)])
    for people in (owners, managers):
        copy_in(
            cursor,
            "file_person",
            ("role", "no", "name", "identity_index", "phone_index"),
            _people_lines(people),
        )
    cursor.execute("ANALYZE file_unit (code, building_code, community, owner_no, manager_no)")
    return owners, managers


def _told(pieces: Iterable[tuple[int, bytes]], say: Callable[[int], None]) -> Iterator[bytes]:
    """Tell how many rows are through, in the thread that knows the reader's language."""
    done = 0
    for number, (rows, text) in enumerate(pieces, 1):
        yield text
        done += rows
        if number % CHUNKS_BETWEEN_WORDS == 1:
            say(done)


def _ahead(pieces: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Work on the next piece while the last one is used: PostgreSQL takes rows as we check the following."""
    with ThreadPoolExecutor(1) as hand:
        following = hand.submit(next, pieces, None)
        while (piece := following.result()) is not None:
            following = hand.submit(next, pieces, None)
            yield piece


def _lines(chunks: Iterable[list[GoodRow]], owners: People, managers: People) -> Iterator[tuple[int, bytes]]:
    owner, manager = owners.numbers.get, managers.numbers.get
    for rows in chunks:
        text = "\n".join(
            [
                "\t".join(
                    row[:12]
                    + row[17:]
                    + (owner(row[OWNER]) or owners.owner(row), manager(row[MANAGER]) or managers.manager(row))
                )
                for row in rows
            ]
        )
        yield len(rows), (text.replace("\\", "\\\\") + "\n").encode() if rows else b""


def _people_lines(people: People) -> Iterator[bytes]:
    for person in people:
        phone = _bytea(blind_index(person.phone, purpose="phone")) if person.phone else ""
        identity = _bytea(blind_index(person.identity, purpose="identity")) if person.identity else ""
        name = person.name.replace("\\", "\\\\")
        yield f"{people.role}\t{person.no}\t{name}\t{identity}\t{phone}\n".encode()


def _bytea(value: bytes) -> str:
    return "\\\\x" + value.hex()


def find_people(cursor: Any, *, keep: bool) -> None:
    """Set `id` and `uid` of persons who are known; mark the new ones and those whose name or phone differs.

    New persons get their future key when it is to be kept, else (dry run) a negative number.
    """
    cursor.execute(
        """
        UPDATE file_person f SET id = p.id, uid = p.uid, differs = p.name <> f.name
               OR (f.phone_index IS NOT NULL AND f.phone_index IS DISTINCT FROM p.phone_index)
          FROM rentals_landlord p
         WHERE f.role = 'landlord' AND p.identity_index = f.identity_index;
        UPDATE file_person f SET id = p.id, uid = p.uid
          FROM rentals_landlord p
         WHERE f.role = 'landlord' AND f.identity_index IS NULL AND p.identity_index IS NULL
           AND p.name = f.name AND p.phone_index IS NOT DISTINCT FROM f.phone_index;
        UPDATE file_person f SET id = p.id, uid = p.uid
          FROM rentals_manager p
         WHERE f.role = 'manager' AND p.name = f.name AND p.phone_index IS NOT DISTINCT FROM f.phone_index;
        """
    )
    for role in ("landlord", "manager"):
        key = f"nextval(pg_get_serial_sequence('rentals_{role}', 'id'))" if keep else "-no"
        cursor.execute(
            f"UPDATE file_person SET is_new = true, id = {key} WHERE role = %s AND id IS NULL", [role]
        )
    cursor.execute("ANALYZE file_person")  # with the empty keys in mind, plans became nested loops


def save_people(cursor: Any, people: People, *, at: datetime) -> None:
    """Seal and insert new persons (created at `at`), and give known ones the name and phone of the file.

    A known person keeps a phone that the file leaves out. Locks nothing but the rows it changes.
    """
    table = f"rentals_{people.role}"
    cursor.execute("SELECT no, uid FROM file_person WHERE role = %s AND (is_new OR differs)", [people.role])
    uids = {no: uid or uuid.uuid4() for no, uid in cursor.fetchall()}
    if not uids:
        return
    cursor.execute(
        "CREATE TEMP TABLE sealed (no integer, uid uuid, phone bytea, identity bytea) ON COMMIT DROP"
    )
    copy_in(cursor, "sealed", ("no", "uid", "phone", "identity"), _sealed_lines(people, table, uids))
    cursor.execute(
        "UPDATE file_person f SET uid = s.uid, phone_sealed = s.phone, identity_sealed = s.identity"
        " FROM sealed s WHERE f.role = %s AND f.no = s.no",
        [people.role],
    )
    cursor.execute("DROP TABLE sealed")
    identity = "identity_sealed, identity_index, " if people.role == "landlord" else ""
    cursor.execute(
        f"""
        INSERT INTO {table} (id, uid, name, phone_sealed, phone_index, {identity} created_at)
        SELECT id, uid, name, phone_sealed, phone_index, {identity} %s
          FROM file_person WHERE role = %s AND is_new ORDER BY no
        """,
        [at, people.role],
    )
    cursor.execute(
        f"""
        UPDATE {table} p SET name = f.name, phone_index = coalesce(f.phone_index, p.phone_index),
               phone_sealed = CASE WHEN f.phone_index IS DISTINCT FROM p.phone_index AND f.phone_index IS NOT NULL
                                   THEN f.phone_sealed ELSE p.phone_sealed END
          FROM file_person f WHERE f.role = %s AND f.differs AND f.id = p.id
        """,
        [people.role],
    )


def _sealed_lines(people: People, table: str, uids: dict[int, uuid.UUID]) -> Iterator[bytes]:
    for person in people:
        uid = uids.get(person.no)
        if uid is None:
            continue
        phone = _bytea(seal(person.phone, place=f"{table}.phone", row=uid)) if person.phone else ""
        number = _bytea(seal(person.identity, place=f"{table}.identity", row=uid)) if person.identity else ""
        yield f"{person.no}\t{uid}\t{phone}\t{number}\n".encode()
