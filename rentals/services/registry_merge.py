"""Staged rows beside the register: what differs, field by field, and the rows that record it.

`differences` only reads; `registry_write` applies what it found. A home missing from the file is named, never
deleted. Fields whose column is absent from the file are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One compared field: its name in `ImportChange`, the file columns it needs, SQL for old and new
    value.
    """

    name: str
    needs: str
    old: str
    new: str
    type: str = "text"
    column: str = ""


KEEP_PERSON = (
    "CASE WHEN f.{role}_no = 0 THEN NULL"
    " WHEN p{role}.identity_index IS NULL AND p{role}.name = c{role}.name"
    " AND (p{role}.phone_index IS NULL OR p{role}.phone_index = c{role}.phone_index) THEN c{role}.id"
    " ELSE p{role}.id END"
)
"""A row that names the present person without contradicting keeps that person."""


def _text(name: str, needs: str = "", column: str = "") -> Field:
    return Field(
        name, needs or name, f"u.{column or name}", f"coalesce(f.{needs or name}, '')", column=column or name
    )


UNIT_FIELDS: tuple[Field, ...] = (
    Field("building", "code", "b.code", "f.building_code"),
    _text("address"),
    _text("floor"),
    _text("room"),
    _text("category"),
    Field("area_m2", "area", "u.area_m2", "f.area", "numeric(8,2)", "area_m2"),
    Field("head_count", "residents", "u.head_count", "f.residents", "smallint", "head_count"),
    Field(
        "landlord", "owner_name", "u.landlord_id", KEEP_PERSON.format(role="owner"), "bigint", "landlord_id"
    ),
    Field(
        "manager", "manager_name", "u.manager_id", KEEP_PERSON.format(role="manager"), "bigint", "manager_id"
    ),
    _text("note"),
    Field("left_on", "code", "u.left_on", "NULL::date", "date", "left_on"),
)
BUILDING_FIELDS: tuple[Field, ...] = (
    Field("community", "community", "pc.name", "f.community"),
    Field("grid", "grid", "pg.name", "f.grid"),
    Field("estate", "estate", "coalesce(pe.name, '')", "coalesce(f.estate, '')"),
    Field("building_name", "building_name", "b.name", "coalesce(f.building_name, '')", column="name"),
    Field("longitude", "longitude", "b.longitude", "f.longitude", "float8", "longitude"),
    Field("latitude", "latitude", "b.latitude", "f.latitude", "float8", "latitude"),
)
FIELDS = UNIT_FIELDS + BUILDING_FIELDS
PLACE_OF_BUILDING = """
      LEFT JOIN communities_community pc ON pc.id = b.community_id
      LEFT JOIN communities_grid pg ON pg.id = b.grid_id
      LEFT JOIN communities_estate pe ON pe.id = b.estate_id
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many homes the file adds, changes and leaves out."""

    added: int
    changed: int
    missing: int


def present_fields(fields: Iterable[Field], present: frozenset[str]) -> list[Field]:
    """Only the fields whose column is in the file."""
    return [field for field in fields if field.needs in present]


def json_of(fields: Iterable[Field], side: str) -> str:
    """SQL: a JSON object of the fields that differ, with the values of one side (`old` or `new`)."""
    parts = [
        f"CASE WHEN old_{f.name} IS DISTINCT FROM new_{f.name}"
        f" THEN jsonb_build_object('{f.name}', {side}_{f.name}) ELSE '{{}}' END"
        for f in fields
    ]
    return " || ".join(parts)


def differences(
    cursor: Any, *, present: frozenset[str], communities: list[int], refused_codes: set[str]
) -> Figures:
    """Fill the temporary tables `pair` (rows to add or change, both sides) and `gone` (missing from the
    file).

    Missing is asked only in the communities that the file is about, and not of homes whose row was refused.
    """
    fields = present_fields(FIELDS, present)
    both = ", ".join(f"{f.old} AS old_{f.name}, {f.new} AS new_{f.name}" for f in fields)
    differ = " OR ".join(f"{f.old} IS DISTINCT FROM {f.new}" for f in fields)
    cursor.execute(
        f"""
        CREATE TEMP TABLE pair ON COMMIT DROP AS
        SELECT f.row, f.code, f.building_code, f.owner_no, u.id AS unit_id,
               coalesce(powner.differs, false) AS details, {both}
          FROM file_unit f
          LEFT JOIN rentals_unit u ON u.code = f.code
          LEFT JOIN rentals_building b ON b.id = u.building_id
          {PLACE_OF_BUILDING}
          LEFT JOIN file_person powner ON powner.role = 'landlord' AND powner.no = f.owner_no
          LEFT JOIN file_person pmanager ON pmanager.role = 'manager' AND pmanager.no = f.manager_no
          LEFT JOIN rentals_landlord cowner ON cowner.id = u.landlord_id
          LEFT JOIN rentals_manager cmanager ON cmanager.id = u.manager_id
         WHERE u.id IS NULL OR coalesce(powner.differs, false) OR {differ};
        ANALYZE pair (code, building_code, unit_id);
        """
    )
    cursor.execute(
        """
        CREATE TEMP TABLE gone ON COMMIT DROP AS
        SELECT u.code FROM rentals_unit u JOIN rentals_building b ON b.id = u.building_id
         WHERE u.left_on IS NULL AND NOT u.code = ANY(%s)
           AND b.community_id IN (SELECT id FROM communities_community
                                   WHERE id = ANY(%s) AND name IN (SELECT DISTINCT community FROM file_unit))
           AND NOT EXISTS (SELECT 1 FROM file_unit f WHERE f.code = u.code)
        """,
        [sorted(refused_codes), communities],
    )
    cursor.execute(
        "SELECT count(*) FILTER (WHERE unit_id IS NULL), count(*) FILTER (WHERE unit_id IS NOT NULL),"
        " (SELECT count(*) FROM gone) FROM pair"
    )
    return Figures(*cursor.fetchone())


def drop_unneeded_people(cursor: Any, present: frozenset[str]) -> None:
    """Persons who would be new but are not needed (their homes keep whom they have) are not made."""
    for role, needs in (("landlord", "owner_name"), ("manager", "manager_name")):
        needed = (
            f"SELECT 1 FROM pair WHERE new_{role} = file_person.id"
            if needs in present
            else "SELECT 1 WHERE false"
        )
        cursor.execute(f"DELETE FROM file_person WHERE role = '{role}' AND is_new AND NOT EXISTS ({needed})")


def record_changes(cursor: Any, *, run_id: int, present: frozenset[str]) -> None:
    """One `ImportChange` for every changed and every missing home."""
    fields = present_fields(FIELDS, present)
    details = "CASE WHEN details THEN jsonb_build_object('landlord_details', {}_landlord) ELSE '{{}}' END"
    before, after = json_of(fields, "old"), json_of(fields, "new")
    if "owner_name" in present:
        before, after = f"{before} || {details.format('old')}", f"{after} || {details.format('new')}"
    cursor.execute(
        f"""
        INSERT INTO rentals_importchange (run_id, unit_code, kind, before, after)
        SELECT %s, code, 'changed', {before}, {after}
          FROM pair WHERE unit_id IS NOT NULL ORDER BY row
        """,
        [run_id],
    )
    cursor.execute(
        "INSERT INTO rentals_importchange (run_id, unit_code, kind, before, after)"
        " SELECT %s, code, 'missing', '{}', '{}' FROM gone ORDER BY code",
        [run_id],
    )


def record_people(cursor: Any, *, run_id: int) -> None:
    """Before known landlords get another name or phone: keep both sides, the phone only sealed."""
    cursor.execute(
        """
        INSERT INTO rentals_importchange (run_id, unit_code, kind, before, after)
        SELECT %s, '', 'person',
               jsonb_build_object('landlord', p.id, 'name', p.name, 'phone', encode(p.phone_sealed, 'hex'),
                                  'index', encode(p.phone_index, 'hex')),
               jsonb_build_object('landlord', p.id, 'name', f.name,
                                  'index', encode(coalesce(f.phone_index, p.phone_index), 'hex'))
          FROM file_person f JOIN rentals_landlord p ON p.id = f.id
         WHERE f.role = 'landlord' AND f.differs
        """,
        [run_id],
    )
