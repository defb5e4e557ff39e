"""Applying the differences of an import: places, buildings, homes; all set-based."""

from __future__ import annotations

from typing import Any

from rentals.services.registry_merge import (
    BUILDING_FIELDS,
    PLACE_OF_BUILDING,
    UNIT_FIELDS,
    json_of,
    present_fields,
)


def write(cursor: Any, *, run_id: int, present: frozenset[str], communities: list[int]) -> None:
    """Apply `pair`: places, buildings, homes. Persons must be saved before."""
    _write_places(cursor, run_id, communities, "estate" in present)
    _write_buildings(cursor, run_id, present, communities)
    _write_units(cursor, run_id, present)
    # The planner must know at once: before autovacuum came by, the next import took 95 s instead of 6.
    cursor.execute("ANALYZE rentals_building, rentals_unit, rentals_landlord, rentals_manager")


def _write_places(cursor: Any, run_id: int, communities: list[int], has_estate: bool) -> None:
    """Grids and estates that are new; their keys are kept for taking back. Gated when homes there are not
    a village's.
    """
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


def tidy_search(cursor: Any) -> None:
    """Sort into the index of addresses what an import left in its list of things to do; searches are fast again."""
    cursor.execute("SELECT gin_clean_pending_list('unit_address_trgm')")


def _write_units(cursor: Any, run_id: int, present: frozenset[str]) -> None:
    # One sorting of all new addresses by `tidy_search` costs half of what sorting them in by 4 MB would.
    cursor.execute("SET LOCAL gin_pending_list_limit = '1GB'")
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
