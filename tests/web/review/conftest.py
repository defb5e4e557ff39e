"""A community with a visited building, and clients of the cast."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from fucheng.flows import visit
from grading.models import GradeChange
from grading.services.hazards import Seen
from rentals.models import Building, Landlord, Unit
from tests import factories
from tests.conftest import Cast


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


@dataclass
class Desk:
    """The reviewer of 福民, a building with three homes that the grid worker may visit."""

    cast: Cast
    client: Client
    owner: Landlord
    building: Building
    homes: list[Unit]

    def inspect(
        self, seen: Sequence[Seen] = (), *, by: User | None = None, days_ago: int = 0
    ) -> list[GradeChange]:
        """A visit now (or days ago); the changes it proposes."""
        at = timezone.now() - timedelta(days=days_ago)
        receipt = visit.submit(
            client_id=uuid.uuid4(),
            building_id=self.building.pk,
            by=User.objects.get(pk=(by or self.cast.grid).pk),
            started_at=at,
            at=at,
            seen=seen,
        )
        return list(GradeChange.objects.filter(pk__in=receipt.proposed).order_by("unit"))

    def get(self, url: str, *, by: User | None = None) -> Any:
        return (signed_in(by) if by else self.client).get(url)

    def post(self, url: str, *, by: User | None = None, **data: Any) -> Any:
        return (signed_in(by) if by else self.client).post(url, data)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    factories.rules()
    owner = factories.landlord()
    building = factories.building(cast.fumin)
    homes = factories.units(building, 3, owner=owner)
    return Desk(cast, signed_in(cast.reviewer), owner, building, homes)
