"""Five wrong passwords close the door for the right one too, by name and address, whatever door is used."""

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from tests.conftest import Cast
from tests.factories import PASSWORD

DOORS = ["/sign-in/", "/admin/login/", "/api/v1/token/"]


def knock(rf: RequestFactory, door: str, name: str, password: str, address: str = "10.0.0.1"):
    return authenticate(rf.post(door, REMOTE_ADDR=address), username=name, password=password)


@pytest.mark.parametrize("door", DOORS)
def test_the_right_password_after_five_wrong_ones_opens_no_door(rf, cast: Cast, door: str) -> None:
    for n in range(5):
        assert knock(rf, door, "grid", f"wrong-{n}") is None
    assert knock(rf, door, "grid", PASSWORD) is None
    assert knock(rf, door, "reviewer", PASSWORD) == cast.reviewer
    assert knock(rf, door, "grid", PASSWORD, address="10.0.0.2") == cast.grid


def test_four_wrong_passwords_close_nothing(rf, cast: Cast) -> None:
    for n in range(4):
        knock(rf, "/sign-in/", "grid", f"wrong-{n}")
    assert knock(rf, "/sign-in/", "grid", PASSWORD) == cast.grid
