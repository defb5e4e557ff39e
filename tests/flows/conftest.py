"""What stories of the flows share: a building with the landlord's homes, and a last step that explodes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from rentals.models import Building, Unit
from tests import factories
from tests.conftest import Cast


class Exploded(Exception):
    """The last step of a flow failed; nothing of the steps before may remain."""


@dataclass(frozen=True)
class Place:
    building: Building
    homes: list[Unit]

    @property
    def home(self) -> Unit:
        return self.homes[0]


@pytest.fixture
def place(cast: Cast) -> Place:
    """Three homes of one landlord in 福民, under rules in force since January."""
    factories.rules()
    building = factories.building(cast.fumin)
    return Place(building, factories.units(building, 3, owner=factories.landlord()))


@pytest.fixture
def explodes(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], None]:
    """`explodes(module, "name")`: this step now fails."""

    def explode(*_: object, **__: object) -> None:
        raise Exploded

    return lambda module, name: monkeypatch.setattr(module, name, explode)
