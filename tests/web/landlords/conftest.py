"""A landlord with one home in a building where another owner has one as well."""

from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from fucheng.flows import grade_change
from grading.models import GradeChange, Hazard, Standing
from grading.services.hazards import Seen
from rentals.models import Building, Unit
from tests import factories
from tests.conftest import Cast


@dataclass
class Owner:
    """The landlord's phone; `home` is the own one, `neighbour` belongs to somebody else."""

    cast: Cast
    client: Client
    building: Building
    home: Unit
    neighbour: Unit

    def visited(self, *seen: Seen, by: User | None = None) -> None:
        factories.pay_visit(self.building, by or self.cast.grid, seen, at=timezone.now())

    def turn_red(self) -> Hazard:
        """A veto fault found, checked by the community, decided by the panel."""
        self.visited(Seen("L06", self.home.pk, note="三桌麻将"))
        change, at = GradeChange.objects.open().get(unit=self.home), timezone.now()
        grade_change.review(change_id=change.pk, by=self.cast.reviewer, at=at, reason="现场属实")
        grade_change.approve(change_id=change.pk, by=self.cast.panel, at=at, reason="同意列为禁止级")
        return Hazard.objects.get(item_code="L06")

    @property
    def grade(self) -> str | None:
        return Standing.objects.get(unit=self.home).grade


@pytest.fixture
def owner(cast: Cast, client: Client) -> Owner:
    factories.rules()
    building = factories.building(cast.fumin)
    (home,) = factories.units(building, 1, owner=factories.landlord())
    (neighbour,) = factories.units(building, 1, owner=factories.landlord("李四", "10087654321"))
    client.force_login(cast.landlord)
    return Owner(cast, client, building, home, neighbour)
