"""The set-based merge of staged rows into the register: what differs, field by field, then the writes.

`differences` only reads; `write` applies what it found. A home missing from the file is named, never deleted.
Fields whose column is absent from the file are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One compared field: its name in `ImportChange`, the file columns it needs, SQL for old and new value."""

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
    " ELSE coalesce(p{role}.id, -f.{role}_no) END"
)
"""A negative number is a person who is new. A row that names the present person without contradicting keeps it."""


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
        f"CASE WHEN old_{f.name} IS DISTINCT FROM new_{f.name} THEN jsonb_build_object('{f.name}', {side}_{f.name})"
        " ELSE '{}' END"
        for f in fields
    ]
    return " || ".join(parts)


def differences(
    cursor: Any, *, present: frozenset[str], communities: list[int], refused_codes: set[str]
) -> Figures:
    """Fill the temporary tables `pair` (rows to add or change, both sides) and `gone` (missing from the file).

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
        ANALYZE pair;
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
        needed = f"SELECT 1 FROM pair WHERE new_{role} = -no" if needs in present else "SELECT 1 WHERE false"
        cursor.execute(f"DELETE FROM file_person WHERE role = '{role}' AND is_new AND NOT EXISTS ({needed})")


def name_new_people(cursor: Any, present: frozenset[str]) -> None:
    """After new persons were saved: negative numbers in `pair` become their keys."""
    for role, needs in (("landlord", "owner_name"), ("manager", "manager_name")):
        if needs in present:
            cursor.execute(
                f"UPDATE pair SET new_{role} = p.id FROM file_person p"
                f" WHERE p.role = '{role}' AND p.is_new AND pair.new_{role} = -p.no"
            )


def record_changes(cursor: Any, *, run_id: int, present: frozenset[str]) -> None:
    """One `ImportChange` for every changed and every missing home."""
    fields = present_fields(FIELDS, present)
    details = "CASE WHEN details THEN jsonb_build_object('landlord_details', {}_landlord) ELSE '{{}}' END"
    cursor.execute(
        f"""
        INSERT INTO rentals_importchange (run_id, unit_code, kind, before, after)
        SELECT %s, code, 'changed', {json_of(fields, "old")} || {details.format("old") if "owner_name" in present else "'{}'"},
               {json_of(fields, "new")} || {details.format("new") if "owner_name" in present else "'{}'"}
          FROM pair WHERE unit_id IS NOT NULL ORDER BY row
        """,
        [run_id],
    )
    cursor.execute(
        "INSERT INTO rentals_importchange (run_id, unit_code, kind, before, after)"
        " SELECT %s, code, 'missing', '{}', '{}' FROM gone ORDER BY code",
        [run_id],
    )


def write(cursor: Any, *, run_id: int, present: frozenset[str], communities: list[int]) -> None:
    """Apply `pair`: places, buildings, homes. Persons must be saved before."""
    _write_places(cursor, run_id, communities, "estate" in present)
    _write_buildings(cursor, run_id, present, communities)
    _write_units(cursor, run_id, present)


def _write_places(cursor: Any, run_id: int, communities: list[int], has_estate: bool) -> None:
    """Grids and estates that are new; their keys are kept for taking back. Gated when homes there are not a village's."""
    cursor.execute(
        """
        WITH made AS (
            INSERT INTO communities_grid (community_id, name, code)
            SELECT DISTINCT c.id, p.new_grid, '' FROM pair p
              JOIN communities_community c ON c.id = ANY(%s) AND c.name = p.new_community
            ON CONFLICT (community_id, name) DO NOTHING RETURNING id)
        SELECT coalesce(array_agg(id), '{}') FROM made
        """,
        [communities],
    )
    grids, estates = cursor.fetchone()[0], []
    if has_estate:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO communities_estate (community_id, name, is_gated)
                SELECT c.id, p.new_estate, bool_or(p.new_category IN ('commodity_estate', 'public_rental')) FROM pair p
                  JOIN communities_community c ON c.id = ANY(%s) AND c.name = p.new_community
                 WHERE p.new_estate <> '' GROUP BY c.id, p.new_estate
                ON CONFLICT (community_id, name) DO NOTHING RETURNING id)
            SELECT coalesce(array_agg(id), '{}') FROM made
            """,
            [communities],
        )
        estates = cursor.fetchone()[0]
    if grids or estates:
        cursor.execute(
            "INSERT INTO rentals_importchange (run_id, unit_code, kind, before, after)"
            " VALUES (%s, '', 'place', '{}', jsonb_build_object('grids', %s::bigint[], 'estates', %s::bigint[]))",
            [run_id, grids, estates],
        )


def _write_buildings(cursor: Any, run_id: int, present: frozenset[str], communities: list[int]) -> None:
    """Insert new buildings; change known ones and record both sides under the building's 19 characters."""
    fields = present_fields(BUILDING_FIELDS, present)
    news = ", ".join(f"new_{f.name}" for f in fields)
    both = ", ".join(f"{f.old} AS old_{f.name}, t.new_{f.name}" for f in fields)
    cursor.execute(
        f"""
        CREATE TEMP TABLE house ON COMMIT DROP AS
        SELECT t.building_code, b.id AS building_id, c.id AS community_id, g.id AS grid_id,
               {"e.id" if "estate" in present else "NULL::bigint"} AS estate_id, {both}
          FROM (SELECT DISTINCT ON (building_code) building_code, {news} FROM pair ORDER BY building_code, row) t
          JOIN communities_community c ON c.id = ANY(%s) AND c.name = t.new_community
          JOIN communities_grid g ON g.community_id = c.id AND g.name = t.new_grid
          {"LEFT JOIN communities_estate e ON e.community_id = c.id AND e.name = t.new_estate" if "estate" in present else ""}
          LEFT JOIN rentals_building b ON b.code = t.building_code
          {PLACE_OF_BUILDING}
        """,
        [communities],
    )
    columns = [f for f in fields if f.column]
    names = "".join(f", {f.column}" for f in columns)
    blank = "" if "building_name" in present else ", name"
    cursor.execute(
        f"""
        INSERT INTO rentals_building (code, community_id, grid_id, estate_id, road, doorplate, aliases, added_by_id{names}{blank})
        SELECT building_code, community_id, grid_id, estate_id, '', '', '{{}}', %s{"".join(f", new_{f.name}" for f in columns)}
               {", ''" if blank else ""}
          FROM house WHERE building_id IS NULL ORDER BY building_code
        """,
        [run_id],
    )
    differ = " OR ".join(f"old_{f.name} IS DISTINCT FROM new_{f.name}" for f in fields)
    cursor.execute(
        f"""
        INSERT INTO rentals_importchange (run_id, unit_code, kind, before, after)
        SELECT %s, building_code, 'building', {json_of(fields, "old")}, {json_of(fields, "new")}
          FROM house WHERE building_id IS NOT NULL AND ({differ})
        """,
        [run_id],
    )
    sets = "".join(f", {f.column} = h.new_{f.name}" for f in columns)
    cursor.execute(
        f"""
        UPDATE rentals_building b SET community_id = h.community_id, grid_id = h.grid_id
               {", estate_id = h.estate_id" if "estate" in present else ""}{sets}
          FROM house h WHERE h.building_id = b.id AND ({differ})
        """
    )


def _write_units(cursor: Any, run_id: int, present: frozenset[str]) -> None:
    columns = [f for f in present_fields(UNIT_FIELDS, present) if f.column]
    blanks = [f.column for f in UNIT_FIELDS if f.column and f not in columns and f.type == "text"]
    cursor.execute(
        f"""
        INSERT INTO rentals_unit (code, building_id, added_by_id{"".join(f", {f.column}" for f in columns)}
                                  {"".join(f", {column}" for column in blanks)})
        SELECT p.code, b.id, %s{"".join(f", p.new_{f.name}" for f in columns)}{", ''" * len(blanks)}
          FROM pair p JOIN rentals_building b ON b.code = p.building_code
         WHERE p.unit_id IS NULL ORDER BY p.row
        """,
        [run_id],
    )
    cursor.execute(
        f"""
        UPDATE rentals_unit u SET building_id = b.id{"".join(f", {f.column} = p.new_{f.name}" for f in columns)}
          FROM pair p JOIN rentals_building b ON b.code = p.building_code
         WHERE p.unit_id = u.id
           AND (u.building_id <> b.id OR {" OR ".join(f"u.{f.column} IS DISTINCT FROM p.new_{f.name}" for f in columns)})
        """
    )


def record_people(cursor: Any, *, run_id: int) -> None:
    """Before known landlords get another name or phone: keep both sides, the phone only sealed."""
    side = "jsonb_build_object('landlord', p.id, 'name', {0}.name, 'phone', encode({0}.phone_sealed, 'hex'), 'index', encode({0}.phone_index, 'hex'))"
    cursor.execute(
        f"""
        INSERT INTO rentals_importchange (run_id, unit_code, kind, before, after)
        SELECT %s, '', 'person', {side.format("p")}, jsonb_build_object('landlord', p.id, 'name', f.name)
          FROM file_person f JOIN rentals_landlord p ON p.id = f.id
         WHERE f.role = 'landlord' AND f.differs
        """,
        [run_id],
    )
