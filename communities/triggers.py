"""What PostgreSQL itself refuses about people: an act of a person whose posts do not include it."""

from dataclasses import dataclass

import pgtrigger

from accounts.roles import ROLE_PERMISSIONS, Permission

ANYWHERE = "NULL"


@dataclass(frozen=True)
class Actor:
    """A column that names who did something, and the permissions of which the person held one at the place.

    `community` is SQL over NEW; `when` narrows the rows it is asked for. Once filled it stays, unless it may be
    given to another person (`stays` False).
    """

    column: str
    permissions: tuple[Permission, ...]
    community: str = ANYWHERE
    when: str = "true"
    stays: bool = True


def done_by_their_post(*actors: Actor) -> pgtrigger.Trigger:
    """Asked when a column is filled or changed: rows of people who have left their post since stay as they are."""
    return pgtrigger.Trigger(
        name="done_by_their_post",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="".join(map(_asked, actors)) + "RETURN NEW;",
    )


def _asked(actor: Actor) -> str:
    roles = sorted(role for role, held in ROLE_PERMISSIONS.items() if held.intersection(actor.permissions))
    listed = ", ".join(f"'{role}'" for role in roles)
    is_new = f"(TG_OP = 'INSERT' OR NEW.{actor.column} IS DISTINCT FROM OLD.{actor.column})"
    return (
        (_kept(actor) if actor.stays else "")
        + f"""
        IF NEW.{actor.column} IS NOT NULL AND {actor.when} THEN
            IF {is_new} AND NOT communities_holds_post(NEW.{actor.column}, ARRAY[{listed}], {actor.community}) THEN
                RAISE EXCEPTION '% by person %, whose posts do not include it', TG_TABLE_NAME, NEW.{actor.column}
                    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_done_by_their_post';
            END IF;
        END IF;
    """
    )


def _kept(actor: Actor) -> str:
    return f"""
        IF TG_OP = 'UPDATE' AND OLD.{actor.column} IS NOT NULL
           AND NEW.{actor.column} IS DISTINCT FROM OLD.{actor.column} THEN
            RAISE EXCEPTION '% keeps who did it', TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_done_by_their_post';
        END IF;
    """
