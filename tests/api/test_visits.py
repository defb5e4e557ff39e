"""Visits and photos from machines: once, whatever the network does."""

import json
import uuid
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from grading.models import Hazard, Photo, Visit
from tests import factories
from tests.api.conftest import Machine
from tests.conftest import Cast

VISITS = "/api/v1/visits/"


@pytest.fixture
def place(cast: Cast):
    factories.rules()
    building = factories.building(cast.fumin)
    return building, factories.units(building, 2)


def body(building, **more: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid.uuid4()),
        "building": building.code,
        "started_at": "2026-05-12T12:00:00+08:00",
    } | more


def picture(colour: str = "red") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return SimpleUploadedFile("照片①.jpg", out.getvalue(), content_type="image/jpeg")


def test_a_visit_is_received_once_and_repeats_get_the_same_receipt(cast, machine: Machine, place) -> None:
    building, (first, second) = place
    client = machine(cast.grid)
    sent = body(
        building,
        findings=[{"item": "F02", "unit": first.code, "note": "楼道停放"}],
        not_seen=[{"unit": second.code, "why": "nobody_home"}],
    )

    new = client.post(VISITS, sent, format="json")
    again = client.post(VISITS, sent, format="json")

    assert (new.status_code, again.status_code) == (201, 200), new.content
    assert new.json() == again.json()
    assert (new.json()["findings"], new.json()["not_seen"]) == (1, 1)
    assert Visit.objects.count() == 1
    assert Hazard.objects.get().item_code == "F02"


def test_the_number_may_come_in_the_header(cast, machine: Machine, place) -> None:
    building, _ = place
    sent = body(building)
    key = sent.pop("client_id")
    response = machine(cast.grid).post(VISITS, sent, format="json", headers={"Idempotency-Key": key})
    assert response.status_code == 201
    assert response.json()["client_id"] == key


def test_other_content_under_the_same_number_is_a_conflict_and_the_first_stays(cast, machine, place) -> None:
    building, _ = place
    client, sent = machine(cast.grid), body(building)
    client.post(VISITS, sent, format="json")

    response = client.post(VISITS, sent | {"note": "改了"}, format="json")

    assert response.status_code == 409
    assert response.json()["code"] == "visit-sent-differently"
    assert Visit.objects.get().note == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"client_id": None}, "client_id"),
        ({"client_id": "7"}, "client_id"),
        ({"started_at": "9999-12-31T23:59:59Z"}, "started_at"),
        ({"started_at": "1899-01-01T00:00:00Z"}, "started_at"),
        ({"findings": [{"item": "F02", "seen": "perhaps"}]}, "findings.0.seen"),
        ({"findings": [{"item": "F02", "photos": ["a" * 64]}]}, "findings"),
        ({"findings": [{"item": "F02", "unit": "4" * 25}]}, "unit"),
        ({"not_seen": [{"unit": "x", "why": "nobody_home"}]}, "unit"),
        ({"note": "\0"}, "note"),
        ({"building": ""}, "building"),
    ],
)
def test_what_cannot_be_used_is_refused_by_field(cast, machine: Machine, place, change, field: str) -> None:
    response = machine(cast.grid).post(VISITS, body(place[0]) | change, format="json")
    assert response.status_code == 400, response.content
    assert field in [error["field"] for error in response.json()["errors"]]
    assert Visit.objects.count() == 0


def test_half_a_character_is_refused_by_field(cast, machine: Machine, place) -> None:
    raw = json.dumps(body(place[0], note="\ud800")).encode()
    response = machine(cast.grid).post(VISITS, raw, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "note"


def test_a_visit_without_any_number_is_refused(cast, machine: Machine, place) -> None:
    sent = body(place[0])
    del sent["client_id"]
    response = machine(cast.grid).post(VISITS, sent, format="json")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "client_id"


def test_an_unknown_item_is_refused_in_words(cast, machine: Machine, place) -> None:
    response = machine(cast.grid).post(VISITS, body(place[0], findings=[{"item": "X99"}]), format="json")
    assert response.status_code == 400
    assert response.json()["code"] == "invalid"


def test_only_those_who_visit_may_send_and_only_in_their_community(cast, machine: Machine, place) -> None:
    sent = body(place[0])
    assert machine(cast.reviewer).post(VISITS, sent, format="json").status_code == 403
    assert machine(cast.grid2).post(VISITS, sent, format="json").status_code == 404
    assert machine(cast.landlord).post(VISITS, sent, format="json").status_code == 404
    assert Visit.objects.count() == 0


def test_photos_are_kept_first_and_named_by_the_visit(cast, machine: Machine, place) -> None:
    building, (unit, _) = place
    client = machine(cast.grid)
    receipt = client.post("/api/v1/photos/", {"photo": picture()}, format="multipart")
    digest = receipt.json()["sha256"]

    finding = {"item": "F02", "unit": unit.code, "photos": [digest, digest]}
    response = client.post(VISITS, body(building, findings=[finding]), format="json")

    assert (receipt.status_code, response.status_code) == (201, 201)
    assert response.json()["photos"] == [digest]
    assert Photo.objects.get().sha256 == digest


def test_the_same_picture_twice_has_one_name(cast, machine: Machine) -> None:
    client = machine(cast.grid)
    names = {client.post("/api/v1/photos/", {"photo": picture()}).json()["sha256"] for _ in range(2)}
    assert len(names) == 1


@pytest.mark.parametrize("raw", [b"", b"GIF89a not a photo", b"<svg/>"])
def test_what_is_no_photo_is_refused(cast, machine: Machine, raw: bytes) -> None:
    upload = SimpleUploadedFile("a.jpg", raw, content_type="image/jpeg")
    response = machine(cast.grid).post("/api/v1/photos/", {"photo": upload})
    assert response.status_code == 400
    assert response.json()["code"] == "photo"


def test_photos_are_not_taken_from_people_who_have_nothing_to_show(cast, machine: Machine) -> None:
    assert machine(cast.auditor).post("/api/v1/photos/", {"photo": picture()}).status_code == 403
