"""A building on the worker's beat, rules in force, and what a phone sends."""

import io
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from grading.models import Visit
from rentals.models import Building, Unit
from tests import factories
from tests.conftest import Cast


@dataclass
class Round:
    """The worker's phone, a building with three homes, and the building of another community."""

    cast: Cast
    client: Client
    building: Building
    homes: list[Unit]
    elsewhere: Building

    @property
    def form_url(self) -> str:
        return f"/field/buildings/{self.building.pk}/visit/"

    def send(self, do: str = "submit", **more: Any) -> Any:
        return self.client.post(self.form_url, said(do=do, **more))


def said(**more: Any) -> dict[str, Any]:
    """What an empty form sends; `rows` of (item, place) become faults."""
    rows = more.pop("rows", [])
    data: dict[str, Any] = {
        "client_id": str(uuid.uuid4()),
        "started_at": timezone.now().isoformat(),
        "faults-TOTAL_FORMS": str(len(rows)),
        "faults-INITIAL_FORMS": "0",
        "note": "",
    }
    for n, (item, place) in enumerate(rows):
        data |= {f"faults-{n}-item": item, f"faults-{n}-place": str(place)}
    return data | more


def picture(name: str = "photo.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "#884400").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


@pytest.fixture
def round_(cast: Cast, client: Client) -> Round:
    factories.rules()
    building = factories.building(cast.fumin)
    homes = factories.units(building, 3, owner=factories.landlord())
    elsewhere = factories.building(cast.qiankeng)
    factories.units(elsewhere, 1)
    client.force_login(cast.grid)
    return Round(cast, client, building, homes, elsewhere)


def last_visit() -> Visit:
    return Visit.objects.latest("pk")
