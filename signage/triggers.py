"""What PostgreSQL itself holds about signs: they move along their table, and who moved them stays on record."""

from collections.abc import Mapping
from typing import Any

import pgtrigger

from signage.states import SIGN_MOVES, TASK_MOVES


def _moves(table: Mapping[Any, frozenset[Any]]) -> str:
    return ", ".join(f"'{old}>{new}'" for old, following in table.items() for new in sorted(following))


def _moves_as_allowed(table: Mapping[Any, frozenset[Any]], constraint: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="moves_as_allowed",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("state"),
        condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
        func=f"""
            IF OLD.state || '>' || NEW.state NOT IN ({_moves(table)}) THEN
                RAISE EXCEPTION 'row % cannot go from % to %', NEW.id, OLD.state, NEW.state
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';
            END IF;
            RETURN NEW;
        """,
    )


def sign_moves_as_allowed() -> pgtrigger.Trigger:
    return _moves_as_allowed(SIGN_MOVES, "sign_moves_as_allowed")


def task_moves_as_allowed() -> pgtrigger.Trigger:
    return _moves_as_allowed(TASK_MOVES, "signtask_moves_as_allowed")


def boards_are_photographed() -> pgtrigger.Trigger:
    """Whatever is not a sticker is photographed where it hangs, and its place when it is gone."""
    return pgtrigger.Trigger(
        name="boards_are_photographed",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("state"),
        condition=~pgtrigger.Q(new__product="sticker"),
        func="""
            IF NEW.state = 'posted' AND OLD.state <> 'posted' AND NEW.posted_photo = '' THEN
                RAISE EXCEPTION 'a board is photographed where it hangs'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'sign_board_posted_has_a_photo';
            END IF;
            IF NEW.state = 'removed' AND OLD.state = 'posted' AND NEW.ended_photo = '' THEN
                RAISE EXCEPTION 'the place is photographed when a board is gone'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'sign_board_taken_down_has_a_photo';
            END IF;
            RETURN NEW;
        """,
    )
