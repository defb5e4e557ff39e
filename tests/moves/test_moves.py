"""No illegal (state, action, role) passes a page, the API or the database; every legal one does (trust.md P8)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, models, transaction
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from communities import access
from grading.models import (
    DelistingRequest,
    GradePeriod,
    HandOver,
    Objection,
    Reply,
    RuleSet,
    SelfInspection,
    UrgentRed,
    VisitRequest,
)
from letters.models import Delivery, Document
from tests import factories
from tests.access import notation
from tests.conftest import Cast
from tests.moves.actions import ACTIONS, AROUND, ELSEWHERE, Action, Door
from tests.moves.machines import MACHINES, Ground, ground

TRACES = (
    GradePeriod, DelistingRequest, Objection, Reply, VisitRequest, UrgentRed, HandOver, SelfInspection, Delivery,
    RuleSet,
    Document,
)  # fmt: skip
DOORS = {"page": lambda action: action.page, "api": lambda action: action.api}
REFUSALS = ("cannot go from", "stays", "Cannot change an issued document", "Cannot update rows")
LEAST_CELLS = {"page": 1500, "api": 900, "database": 500}


@pytest.fixture
def on(cast: Cast) -> Ground:
    default_storage.save("documents/x.pdf", ContentFile(b"%PDF"))
    return ground(cast)


def people(on: Ground) -> dict[str, User | None]:
    """By the names of the tables; `anon` is nobody."""
    known = {name: getattr(on.cast, name) for name in AROUND if hasattr(on.cast, name)}
    return known | {"landlord2": factories.landlord_account("10087654321", "landlord2"), "anon": None}


def actions(layer: str) -> list[Action]:
    if layer == "database":
        return [action for action in ACTIONS if action.columns]
    return [action for action in ACTIONS if DOORS[layer](action)]


def cells(layer: str) -> list[tuple[Action, str, str]]:
    return [(action, state, who) for action in actions(layer) for state in action.states for who in AROUND]


def trace(row: models.Model) -> Any:
    """What an action could leave: the row itself, and how many rows of others there are."""
    fresh = type(row)._default_manager.filter(pk=row.pk).values().first()
    return fresh, [model._default_manager.count() for model in TRACES]


def state_of(row: Any) -> str | None:
    return type(row)._default_manager.filter(pk=row.pk).values_list("state", flat=True).first()


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def walk(action: Action, on: Ground) -> Iterator[tuple[str, models.Model]]:
    """A row in each state, taken back after each."""
    for state in action.states:
        before = transaction.savepoint()
        yield state, MACHINES[action.of].scene(on, state)
        transaction.savepoint_rollback(before)


def knock(door: Door, client: Client, on: Ground, row: Any) -> int:
    cache.clear()
    url, data = door.url(on, row), door.data(on, row)
    kind = {"content_type": "application/json"} if door.route.startswith("api:") else {}
    return client.post(url, data, **kind).status_code


@pytest.mark.parametrize("layer", ["page", "api"])
@pytest.mark.parametrize("of", sorted({action.of for action in ACTIONS}))
def test_a_door_opens_to_whom_the_table_names_and_to_nobody_else(on: Ground, layer: str, of: str) -> None:
    clients = {who: client_of(user) for who, user in people(on).items()}
    wrong, tried = [], 0
    for action in actions(layer):
        if action.of != of:
            continue
        for state, row in walk(action, on):
            for who in AROUND:
                before, kept = trace(row), transaction.savepoint()
                status = knock(DOORS[layer](action), clients[who], on, row)
                done = trace(row) != before
                now = state_of(row) if action.to else None
                transaction.savepoint_rollback(kept)
                tried += 1
                if done != action.may(state, who):
                    wrong.append(f"{action} in {state} as {who}: {status}, done={done}")
                elif status >= 500 or (done and now is not None and now != action.to):
                    wrong.append(f"{action} in {state} as {who}: {status}, now {now}")
                elif layer == "api" and not done and status < 400:
                    wrong.append(f"{action} in {state} as {who}: {status}, not refused")
    assert not wrong, "\n".join(wrong)
    assert tried == sum(action.of == of for action, _state, _who in cells(layer))


@pytest.mark.parametrize("name", sorted(name for name, machine in MACHINES.items() if machine.model))
def test_postgres_lets_no_row_leave_its_moves(on: Ground, name: str) -> None:
    machine, wrong = MACHINES[name], []
    for old in machine.states:
        before = transaction.savepoint()
        row = machine.scene(on, old)
        for new in {str(state) for state in machine.moves} - {old}:
            if machine.follow(old, new):
                continue
            try:
                with transaction.atomic():
                    type(row)._default_manager.filter(pk=row.pk).update(state=new)
            except DatabaseError as refused:
                if not any(words in str(refused) for words in REFUSALS):
                    wrong.append(f"{old} > {new}: refused, but for {refused}")
            else:
                wrong.append(f"{old} > {new}: written")
        transaction.savepoint_rollback(before)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("of", sorted({action.of for action in actions("database")}))
def test_postgres_takes_an_act_only_from_whom_the_table_names(on: Ground, of: str) -> None:
    by_name, wrong = people(on), []
    for action in actions("database"):
        if action.of != of:
            continue
        assert action.columns is not None
        for state, row in walk(action, on):
            for who, user in by_name.items():
                written = user is not None and any(
                    _is_written(row, columns) for columns in action.columns(user, on.at)
                )
                if written != action.may(state, who):
                    wrong.append(f"{action} in {state} by {who}: written={written}")
    assert not wrong, "\n".join(wrong)


def _is_written(row: models.Model, columns: dict[str, Any]) -> bool:
    kept = transaction.savepoint()
    try:
        with transaction.atomic():
            return bool(type(row)._default_manager.filter(pk=row.pk).update(**columns))
    except DatabaseError:
        return False
    finally:
        transaction.savepoint_rollback(kept)


@pytest.mark.parametrize("layer", sorted(LEAST_CELLS))
def test_the_cells_are_the_product_of_actions_states_and_people(layer: str) -> None:
    named = {(str(action), state, who) for action, state, who in cells(layer)}
    assert len(named) == len(cells(layer)) >= LEAST_CELLS[layer], len(named)


def test_every_role_tries(on: Ground) -> None:
    tried = {role for user in people(on).values() if user for role in access.roles_of(user)}
    assert tried == set(Role)


def test_every_table_with_a_state_is_among_the_machines() -> None:
    with_state = {
        model
        for model in apps.get_models()
        if any(
            field.name == "state" and field.choices
            for field in model._meta.get_fields()
            if hasattr(field, "choices")
        )
    }
    assert with_state == {machine.model for machine in MACHINES.values()} - {None}
    for machine in MACHINES.values():
        if machine.model:
            named = {value for value, _name in machine.model._meta.get_field("state").choices}
            assert {str(state) for state in machine.moves} == named, machine.model


def test_every_move_is_somebodys_or_made_by_something_else() -> None:
    unclaimed = []
    for name, machine in MACHINES.items():
        made = set(machine.by_itself)
        for action in ACTIONS:
            if action.of == name and action.to:
                made |= {f"{state}>{action.to}" for state in action.allowed}
                assert all(
                    state == action.to or machine.follow(state, action.to) for state in action.allowed
                ), action
        moves = {
            f"{old}>{new}" for old in machine.states for new in machine.states if machine.follow(old, new)
        }
        unclaimed += [f"{name}: {move}" for move in moves - made]
        assert made - moves <= {f"{state}>{state}" for state in machine.states}, name
    assert unclaimed == []


def test_every_address_that_takes_a_post_has_its_cells_or_is_named_as_something_else() -> None:
    posts = {
        row.route
        for row in notation.all_rows()
        if row.verb == "POST" and not row.route.startswith(("signin:", "api:token"))
    }
    tried = {door.route for action in ACTIONS for door in (action.page, action.api) if door}
    assert posts - tried - set(ELSEWHERE) == set(), "addresses without cells"
    assert set(ELSEWHERE) - posts == set(), "addresses that are gone"
    assert tried - posts == set(), "addresses outside the tables of tests/access"
