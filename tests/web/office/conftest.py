"""The office's desk: clients of the cast, a graded building, and files to upload."""

import io
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from fucheng.flows import grade_change, visit
from rentals.models import Building, Unit
from rentals.registry.template import EXAMPLE, fill_template
from tests import factories
from tests.conftest import Cast
from tests.web.review.conftest import signed_in


@dataclass
class Office:
    """`homes` are three graded homes of a building in 福民."""

    cast: Cast
    client: Client
    building: Building
    homes: list[Unit]

    def get(self, url: str, *, by: User | None = None, **headers: str) -> Any:
        return (signed_in(by) if by else self.client).get(url, headers=headers or None)

    def post(self, url: str, *, by: User | None = None, **data: Any) -> Any:
        return (signed_in(by) if by else self.client).post(url, data)


@pytest.fixture
def office(cast: Cast) -> Office:
    factories.rules()
    building = factories.building(cast.fumin)
    homes = factories.units(building, 3, owner=factories.landlord())
    at = timezone.now()
    receipt = visit.submit(
        client_id=uuid.uuid4(), building_id=building.pk, by=cast.grid, started_at=at, at=at
    )
    grade_change.decide_many(
        verb="approve", change_ids=receipt.proposed, by=cast.reviewer, at=at, reason="first grading"
    )
    return Office(cast, signed_in(cast.office), building, homes)


def workbook(*rows: dict[int, str], name: str = "registry.xlsx") -> SimpleUploadedFile:
    """A registry file: the template's example row with some columns changed, one row for each argument."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.xlsx"
        fill_template(path, [[changed.get(n, value) for n, value in enumerate(EXAMPLE)] for changed in rows])
        return SimpleUploadedFile(name, io.BytesIO(path.read_bytes()).getvalue())
