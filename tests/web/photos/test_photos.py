"""Photos reach only those who may see the thing they belong to, and never a cache."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from fucheng.flows import visit
from fucheng.web.photos import uploads
from grading.models import Photo
from grading.services import photos
from grading.services.hazards import Seen
from tests import factories
from tests.conftest import Cast
from tests.web.field.conftest import picture


@pytest.fixture
def photo(cast: Cast) -> Photo:
    factories.rules()
    building, at = factories.building(cast.fumin), timezone.now()
    home, other = factories.units(building, 2)
    home.landlord, other.landlord = factories.landlord(), factories.landlord("李四", "10087654321")
    home.save()
    other.save()
    digest = photos.store(picture())
    seen = Seen("H05", home.pk, photos=(digest,))
    visit.submit(
        client_id=uuid.uuid4(), building_id=building.pk, by=cast.grid, started_at=at, at=at, seen=[seen]
    )
    return Photo.objects.get()


@pytest.mark.parametrize(
    ("who", "status"),
    [("grid", 200), ("reviewer", 200), ("panel", 200), ("landlord", 200), ("grid2", 404), ("reviewer2", 404)],
)
def test_photo_is_shown_to(photo: Photo, cast: Cast, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(cast, who))
    assert client.get(f"/photos/{photo.pk}/").status_code == status


def test_photo_of_one_home_is_not_found_for_the_landlord_of_another(photo: Photo, client: Client) -> None:
    client.force_login(factories.landlord_account("10087654321", "neighbour"))
    assert client.get(f"/photos/{photo.pk}/").status_code == 404


def test_visitor_is_asked_to_sign_in(photo: Photo, client: Client) -> None:
    assert client.get(f"/photos/{photo.pk}/").url == f"/sign-in/?next=/photos/{photo.pk}/"  # type: ignore[attr-defined]


def test_photo_is_served_as_what_it_is_and_never_cached(photo: Photo, cast: Cast, client: Client) -> None:
    client.force_login(cast.grid)
    answer = client.get(f"/photos/{photo.pk}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]


def test_photo_whose_file_is_lost_is_not_found(photo: Photo, cast: Cast, client: Client) -> None:
    Photo.objects.update(file="photos/00/lost.jpg")
    client.force_login(cast.grid)
    assert client.get(f"/photos/{photo.pk}/").status_code == 404


def test_photo_of_an_unsent_form_is_shown_to_its_sender_only(cast: Cast, client: Client) -> None:
    token = uploads._signer(cast.grid).sign(photos.store(picture()))
    client.force_login(cast.grid)
    assert client.get(f"/photos/kept/{token}/").status_code == 200
    client.force_login(cast.reviewer)
    assert client.get(f"/photos/kept/{token}/").status_code == 404
