"""Photos for the hazard notice on the page of a building: marked with one tap, and the mark taken back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.models import Photo, PhotoClearance
from tests import factories
from tests.web.review.conftest import Desk

MAY_HANG = "Shows nobody: may hang on the building"


@pytest.fixture
def photo(desk: Desk) -> Photo:
    return factories.common_photo(desk.building, desk.cast.grid)


def page(desk: Desk, **more: object) -> str:
    text: str = desk.get(f"/review/buildings/{desk.building.pk}/", **more).content.decode()
    return text


def test_one_tap_marks_a_photo_and_another_takes_the_mark_back(desk: Desk, photo: Photo) -> None:
    url = f"/review/photos/{photo.pk}/clear/"
    assert MAY_HANG in page(desk)
    assert desk.post(url)["Location"] == f"/review/buildings/{desk.building.pk}/#photos"
    marked = page(desk)
    assert "on the next notice" in marked
    assert MAY_HANG not in marked
    desk.post(url, take_back="1")
    assert "taken back by reviewer" in page(desk)
    assert PhotoClearance.objects.count() == 2


def test_a_refused_tap_says_why_and_leaves_nothing(desk: Desk, photo: Photo) -> None:
    desk.post(f"/review/photos/{photo.pk}/clear/", take_back="1")
    assert "carries no mark" in page(desk)
    assert not PhotoClearance.objects.exists()


def test_the_grid_worker_sees_the_photos_without_a_button(desk: Desk, photo: Photo) -> None:
    seen = page(desk, by=desk.cast.grid)
    assert f"/photos/{photo.pk}/" in seen
    assert MAY_HANG not in seen


def test_who_took_it_is_told_that_another_person_looks(desk: Desk) -> None:
    both = factories.also(desk.cast.grid, desk.cast.reviewer)
    factories.common_photo(desk.building, both)
    seen = page(desk, by=both)
    assert "another person says" in seen
    assert MAY_HANG not in seen


def test_a_building_without_such_photos_shows_no_empty_box(desk: Desk) -> None:
    factories.common_photo(desk.building, desk.cast.grid, code="E01")
    assert 'id="photos"' not in page(desk)


def test_many_photos_cost_as_many_queries_as_one(desk: Desk, photo: Photo) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(desk)
        return len(captured)

    desk.post(f"/review/photos/{photo.pk}/clear/")
    page(desk)
    one = cost()
    Photo.objects.bulk_create(
        Photo(
            sha256=f"{n:064}",
            file="x",
            finding=photo.finding,
            taken_by=photo.taken_by,
            added_at=photo.added_at,
        )
        for n in range(30)
    )
    for other in Photo.objects.exclude(pk=photo.pk):
        desk.post(f"/review/photos/{other.pk}/clear/")
    page(desk)
    assert cost() == one
