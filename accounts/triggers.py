"""Database triggers every room uses: append-only tables, and an audit row for each changed state."""

from collections.abc import Iterable, Mapping
from typing import Any

import pgtrigger


def append_only() -> list[pgtrigger.Trigger]:
    """Rows are written once: UPDATE, DELETE and TRUNCATE are refused by PostgreSQL itself."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
        ),
    ]


def no_delete() -> pgtrigger.Trigger:
    return pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)


def audited(table: str, *columns: str, reason: str = "NULL") -> pgtrigger.Trigger:
    """One audit row for each row whose `columns` changed, by whatever way: services, update(), psql.

    The actor is the transaction's `fucheng.actor` setting (accounts.services.audit.act_as).
    """
    pairs = ", ".join(f"'{c}', {{0}}.{c}" for c in columns)
    changed = " OR ".join(f"o.{c} IS DISTINCT FROM n.{c}" for c in columns)
    return pgtrigger.Trigger(
        name="audit_state",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
        func=f"""
            INSERT INTO accounts_auditevent (at, actor_id, verb, subject, subject_id, before, after, reason, data)
            SELECT clock_timestamp(), nullif(current_setting('fucheng.actor', true), '')::bigint,
                   'changed', '{table}', n.id::text,
                   jsonb_build_object({pairs.format("o")}), jsonb_build_object({pairs.format("n")}),
                   coalesce({reason}, ''), '{{}}'::jsonb
            FROM new_rows n JOIN old_rows o ON o.id = n.id
            WHERE {changed};
            RETURN NULL;
        """,
    )


def follows(moves: Mapping[Any, Iterable[str]]) -> pgtrigger.Trigger:
    """`state` moves along this table only, by whatever way a row is written."""
    allowed = ", ".join(f"'{old}>{new}'" for old, following in moves.items() for new in sorted(following))
    return pgtrigger.Trigger(
        name="state_follows_its_moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
        func=f"""
            IF OLD.state || '>' || NEW.state NOT IN ({allowed}) THEN
                RAISE EXCEPTION '% % cannot go from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state
                    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_state_follows_its_moves';
            END IF;
            RETURN NEW;
        """,
    )
