"""Three green homes of one building in 福民."""

import pytest

from rentals.models import Unit
from tests import factories
from tests.conftest import Cast


@pytest.fixture
def homes(cast: Cast) -> list[Unit]:
    factories.rules()
    units = factories.units(factories.building(cast.fumin), 3)
    return [factories.graded(unit, "green") for unit in units]


@pytest.fixture
def home(homes: list[Unit]) -> Unit:
    return homes[0]
