"""Taking back a registry import as a whole, as long as nothing was built on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.errors import Conflict
from rentals.models import ImportRun
from rentals.services.registry_merge import BUILDING_FIELDS, FIELDS, PLACE_OF_BUILDING, UNIT_FIELDS


class NotDone(Conflict):
    message = _("Only an import that changed the register can be taken back.")


class BuiltOn(Conflict):
    message = _("This import cannot be taken back any more: later work depends on it.")


@transaction.atomic
def undo_import(*, run_id: int, by: User, at: datetime) -> ImportRun:
    """Restore every changed home, building and landlord and remove what the run added.

    Raises NotAllowed, OutOfScope, NotDone; BuiltOn when a value was changed since, a later import
    touched an added home, or a visit, grade or sign refers to one. Then nothing is changed.
    """
    run = ImportRun.objects.visible_to(by).lock(run_id)
    access.authorize(by, Permission.REGISTER_IMPORT)
    if run.state != ImportRun.State.DONE:
        raise NotDone
    audit.act_as(by)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            _refuse_if_built_on(cursor, run.pk)
            _restore_units(cursor, run.pk)
            _restore_buildings(cursor, run.pk)
            _restore_people(cursor, run.pk)
            _remove_added(cursor, run.pk, run.finished_at)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        raise BuiltOn from error
    run.state = ImportRun.State.UNDONE
    run.undone_by, run.undone_at = by, at
    run.save(update_fields=["state", "undone_by", "undone_at"])
    audit.record("registry-import-undone", by=by, subject="import_run", subject_id=run.pk)
    return run


def _now(fields: Any) -> str:
    return "jsonb_build_object(" + ", ".join(f"'{f.name}', {f.old}" for f in fields) + ")"


def _refuse_if_built_on(cursor: Any, run_id: int) -> None:
    """Every changed value must still be what the run made of it, and no later import may have touched
    added homes.
    """
    cursor.execute(
        f"""
        SELECT EXISTS (
            SELECT 1 FROM rentals_importchange x
              LEFT JOIN rentals_unit u ON u.code = x.unit_code
              LEFT JOIN rentals_building b ON b.id = u.building_id {PLACE_OF_BUILDING}
             WHERE x.run_id = %s AND x.kind = 'changed'
               AND NOT coalesce({_now(FIELDS)} @> (x.after - 'landlord_details'), false))
        OR EXISTS (
            SELECT 1 FROM rentals_importchange x
              LEFT JOIN rentals_building b ON b.code = x.unit_code {PLACE_OF_BUILDING}
             WHERE x.run_id = %s AND x.kind = 'building'
               AND NOT coalesce({_now(BUILDING_FIELDS)} @> x.after, false))
        OR EXISTS (
            SELECT 1 FROM rentals_importchange later
              JOIN rentals_importrun r ON r.id = later.run_id AND r.state = 'done' AND r.id <> %s
              JOIN rentals_unit u ON u.code = later.unit_code AND u.added_by_id = %s
             WHERE later.kind = 'changed')
        OR EXISTS (
            SELECT 1 FROM rentals_importchange x
              LEFT JOIN rentals_landlord p ON p.id = (x.after->>'landlord')::bigint
             WHERE x.run_id = %s AND x.kind = 'person'
               AND (p.name, encode(p.phone_index, 'hex')) IS DISTINCT FROM (x.after->>'name', x.after->>'index'))
        """,
        [run_id] * 5,
    )
    if cursor.fetchone()[0]:
        raise BuiltOn


def _restored(fields: Any) -> str:
    """SQL assignments that put back the fields a change names."""
    return ", ".join(
        f"{f.column} = CASE WHEN x.before ? '{f.name}' THEN (x.before->>'{f.name}')::{f.type} ELSE o.{f.column} END"
        for f in fields
        if f.column
    )


def _restore_units(cursor: Any, run_id: int) -> None:
    cursor.execute(
        f"""
        UPDATE rentals_unit o SET {_restored(UNIT_FIELDS)},
               building_id = coalesce((SELECT b.id FROM rentals_building b WHERE b.code = x.before->>'building'), o.building_id)
          FROM rentals_importchange x
         WHERE x.run_id = %s AND x.kind = 'changed' AND x.unit_code = o.code
        """,
        [run_id],
    )


def _restore_buildings(cursor: Any, run_id: int) -> None:
    """Places by name within the street: the community of the building before, then its grid and estate."""
    cursor.execute(
        f"""
        WITH place AS (
            SELECT x.unit_code, x.before, c.id AS community_id,
                   coalesce(x.before->>'grid', pg.name) AS grid, coalesce(x.before->>'estate', pe.name,
                   '') AS estate FROM rentals_importchange x JOIN rentals_building b ON b.code = x.unit_code {PLACE_OF_BUILDING}
              JOIN communities_community c
                ON c.street_id = pc.street_id AND c.name = coalesce(x.before->>'community', pc.name)
               AND (c.id = pc.id OR x.before ? 'community')
             WHERE x.run_id = %s AND x.kind = 'building')
        UPDATE rentals_building o SET {_restored(BUILDING_FIELDS)}, community_id = x.community_id,
               grid_id = (SELECT g.id FROM communities_grid g WHERE g.community_id = x.community_id AND g.name = x.grid),
               estate_id = (SELECT e.id FROM communities_estate e
                             WHERE e.community_id = x.community_id AND e.name = x.estate)
          FROM place x WHERE x.unit_code = o.code
        """,
        [run_id],
    )


def _restore_people(cursor: Any, run_id: int) -> None:
    cursor.execute(
        """
        UPDATE rentals_landlord p SET name = x.before->>'name',
               phone_sealed = decode(x.before->>'phone', 'hex'), phone_index = decode(x.before->>'index', 'hex')
          FROM rentals_importchange x
         WHERE x.run_id = %s AND x.kind = 'person' AND p.id = (x.before->>'landlord')::bigint
        """,
        [run_id],
    )


def _remove_added(cursor: Any, run_id: int, made_at: datetime | None) -> None:
    """Homes, then buildings, then persons and places that only this run needed."""
    cursor.execute("DELETE FROM rentals_unit WHERE added_by_id = %s", [run_id])
    cursor.execute("DELETE FROM rentals_building WHERE added_by_id = %s", [run_id])
    for role in ("landlord", "manager"):
        cursor.execute(
            f"DELETE FROM rentals_{role} p WHERE created_at = %s"
            f" AND NOT EXISTS (SELECT 1 FROM rentals_unit u WHERE u.{role}_id = p.id)",
            [made_at],
        )
    for place in ("grid", "estate"):
        cursor.execute(
            f"""
            DELETE FROM communities_{place} p USING rentals_importchange x
             WHERE x.run_id = %s AND x.kind = 'place' AND x.after->'{place}s' @> to_jsonb(p.id)
               AND NOT EXISTS (SELECT 1 FROM rentals_building b WHERE b.{place}_id = p.id)
            """,
            [run_id],
        )
