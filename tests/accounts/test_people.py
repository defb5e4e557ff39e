"""Closing an account or changing its password ends every way in that was open; superusers are out of reach."""

from collections.abc import Callable

import pytest
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import people
from core.errors import NotAllowed
from tests.conftest import Cast

ENDINGS: dict[str, Callable[[Cast], object]] = {
    "closed": lambda c: people.set_active(user_id=c.grid.pk, active=False, by=c.office, reason="调离"),
    "reset": lambda c: people.reset_password(user_id=c.grid.pk, by=c.office),
    "changed": lambda c: people.change_password(user=c.grid, password="a-new-password-2026"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_sessions_and_tokens_end_at_once_and_do_not_come_back(client, cast: Cast, ending: str) -> None:
    client.force_login(cast.grid)
    token = AuthToken.objects.create(cast.grid)[1]
    other = AuthToken.objects.create(cast.reviewer)[1]

    ENDINGS[ending](cast)
    User.objects.filter(pk=cast.grid.pk).update(is_active=True, must_change_password=False)

    assert client.get("/field/").status_code == 302
    assert get(token) == 401
    assert get(other) == 200


def get(token: str) -> int:
    return APIClient().get("/api/v1/units/", headers={"Authorization": f"Token {token}"}).status_code


def test_the_office_cannot_become_a_superuser(cast: Cast) -> None:
    root = User.objects.create_superuser("root", "fucheng-test-2026")
    with pytest.raises(NotAllowed):
        people.reset_password(user_id=root.pk, by=cast.office)
    with pytest.raises(NotAllowed):
        people.set_active(user_id=root.pk, active=False, by=cast.office, reason="x")
    root.refresh_from_db()
    assert root.is_active
    assert root.check_password("fucheng-test-2026")
