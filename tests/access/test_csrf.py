"""No address takes an unsafe request from a session without its CSRF token."""

import pytest

from tests.access import notation
from tests.access.asking import Stage, address, client_of, data_of, stage
from tests.access.notation import PRINCIPALS, Row
from tests.conftest import Cast

# Machines have no session there: name and password, or a token, are in the request itself.
WITHOUT_SESSION = {"api:token", "api:token-revoke"}
UNSAFE = [row for row in notation.all_rows() if row.verb == "POST" and row.route not in WITHOUT_SESSION]


@pytest.fixture
def on(cast: Cast) -> Stage:
    return stage(cast)


def welcome_at(row: Row) -> str:
    """Somebody whom the table lets in, else somebody who gets past the door."""
    return max(PRINCIPALS, key=lambda who: (row.expected[who] == "ok", row.expected[who] in ("422", "409")))


def test_every_unsafe_request_without_token_is_refused(on: Stage) -> None:
    taken = []
    for row in UNSAFE:
        client = client_of(welcome_at(row), on, enforce_csrf_checks=True)
        response = client.post(address(row, on), data_of(row, on))
        if response.status_code != 403:
            taken.append(f"{row}: {response.status_code}")
    assert not taken, "\n".join(taken)


def test_there_are_unsafe_addresses_at_all() -> None:
    assert len(UNSAFE) > 25
