"""Every address, every verb, every principal: asked, and met as the tables say (trust.md P1)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import User
from tests.access import notation
from tests.access.asking import Stage, ask, client_of, met, routes, stage
from tests.access.notation import PRINCIPALS, Row
from tests.conftest import Cast

ADMIN = "admin:"  # one rule for all of it, below
DOORS = ("/admin/login/", "/sign-in/?next=")
ASIDE = {
    "set_language": "Django's own view answers every verb with a redirect and changes something on POST only"
}
# Files whose reading is itself written to the audit trail, and nothing else.
AUDITED_READS = {"office:print-file", "office:print-walk", "office:import-errors", "review:document-file"}
CLOSED = {"in", "401", "403", "404", "405"}
WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


@pytest.fixture
def on(cast: Cast) -> Stage:
    return stage(cast)


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that are written to inside; an open session may note that it was used."""
    tables: set[str] = set()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITES.match(sql):
            tables.add(found[2])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield tables
    tables.discard("django_session")


def is_watched(row: Row, answer: str) -> bool:
    """Reading changes nothing, and neither does a closed door; a failed sign-in is counted."""
    return (row.verb == "GET" or answer in CLOSED) and not row.route.startswith(("signin:", "api:token"))


@pytest.mark.parametrize("area", notation.areas())
def test_everybody_meets_what_the_table_says_and_leaves_nothing_behind(on: Stage, area: str) -> None:
    wrong = []
    for row in notation.rows_of(area):
        for principal in PRINCIPALS:
            with written() as tables:
                answer = met(ask(row, principal, on))
            if answer != row.expected[principal]:
                wrong.append(f"{row} as {principal}: {answer}, the table says {row.expected[principal]}")
            if row.route in AUDITED_READS:
                tables.discard("accounts_auditevent")
            if tables and is_watched(row, answer):
                wrong.append(f"{row} as {principal}: {answer}, but wrote to {sorted(tables)}")
    assert not wrong, "\n".join(wrong)


def test_no_address_is_outside_the_tables() -> None:
    known = {row.route for row in notation.all_rows()}
    named = {name for name in routes() if not name.startswith(ADMIN)}
    assert named - known == set(), "addresses without a row in tests/access"
    assert known - named == set(), "rows for addresses that are gone"


def test_verbs_without_a_row_are_refused_to_the_mightiest(on: Stage) -> None:
    rows: dict[str, list[Row]] = {}
    for row in notation.all_rows():
        rows.setdefault(row.route, []).append(row)
    served = []
    for route, known in rows.items():
        first, mighty = known[0], _mightiest(known)
        for verb in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {row.verb for row in known}:
            answer = met(ask(first, mighty, on, verb=verb))
            if answer not in {"401", "403", "404", "405"} and route not in ASIDE:
                served.append(f"{verb} {route} as {mighty}: {answer}")
    assert not served, "\n".join(served)


def _mightiest(rows: list[Row]) -> str:
    return max(PRINCIPALS, key=lambda who: sum(row.expected[who] == "ok" for row in rows))


def test_the_data_window_opens_to_no_role(on: Stage) -> None:
    """Superusers only; tests/admin tries them."""
    opened = []
    for name, pattern in routes().items():
        if not name.startswith(ADMIN) or name == f"{ADMIN}logout":
            continue
        path = _filled(name, pattern)
        for principal in PRINCIPALS:
            response = client_of(principal, on).get(path)
            is_sent_on = response.status_code == 302 and response["Location"].startswith(DOORS)
            if not is_sent_on and response.status_code not in (403, 404, 405):
                opened.append(f"{path} as {principal}: {response.status_code}")
    assert not opened, "\n".join(opened)


def _filled(name: str, pattern: str) -> str:
    """An address of the admin; parts of it are filled with 1."""
    path = re.sub(r"<[^>]+>|\(\?P<\w+>[^)]*\)", "1", pattern).lstrip("^").rstrip("$")
    return f"/admin/{_model_path(name)}{path}"


def _model_path(name: str) -> str:
    found = re.fullmatch(r"admin:(\w+?)_(\w+)_(changelist|add|history|delete|change)", name)
    return f"{found[1]}/{found[2]}/" if found else ""


def test_a_person_without_any_post_sees_no_row(on: Stage, client) -> None:
    client.force_login(User.objects.create_user("nowhere", "fucheng-test-2026"))
    for name in ("units", "hazards", "delisting-requests"):
        assert client.get(reverse(f"api:{name}")).json()["count"] == 0
    assert client.get(reverse("review:register")).status_code == 403
