"""The opaque address of a home: one for life, unguessable, and no way in for anything else."""

import pytest

from core.errors import OutOfScope
from rentals.models import Unit
from signage.models import PublicToken
from signage.services import tokens
from tests import factories
from tests.conftest import Cast


@pytest.fixture
def home(cast: Cast) -> Unit:
    return factories.units(factories.building(cast.fumin))[0]


def test_a_home_gets_one_token_and_keeps_it(home: Unit) -> None:
    token = PublicToken.objects.get(unit=home).token
    assert tokens.issue_tokens() == 0
    assert PublicToken.objects.get(unit=home).token == token
    assert tokens.unit_of(token) == home
    assert str(home.public_token) == f"{token[:4]}…"


def test_only_homes_without_one_get_a_token(home: Unit) -> None:
    PublicToken.objects.all().delete()
    assert (tokens.issue_tokens(), tokens.issue_tokens()) == (1, 0)


@pytest.mark.parametrize("token", ["", "A" * 21, "A" * 22, "A" * 23, "Ａ" * 22, "A" * 21 + "\n", "../" * 8])
def test_anything_else_is_not_found(home: Unit, token: str) -> None:
    with pytest.raises(OutOfScope):
        tokens.unit_of(token)


def test_a_home_that_left_the_register_is_not_found(home: Unit) -> None:
    Unit.objects.update(left_on=factories.NOON.date())
    with pytest.raises(OutOfScope):
        tokens.unit_of(home.public_token.token)
