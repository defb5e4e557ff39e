"""The integrity report: what it notices, what it lets pass, and that it names no worker."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.roles import Role
from fucheng.flows.second_visits import take_photo_prints
from fucheng.web.office.queries import integrity
from grading.models import PhotoPrint, Standing
from grading.services import photo_prints, photos
from grading.services.hazards import Seen
from rentals.models import Building
from tests import factories
from tests.conftest import Cast

NOW = timezone.now().replace(hour=2, minute=0, second=0, microsecond=0) - timedelta(days=2)
FIRST = (NOW - timedelta(days=5)).date()


@pytest.fixture
def street(cast: Cast, client: Client) -> list[Building]:
    """Three buildings in a row, a kilometre from each to the next."""
    factories.rules()
    rows = [factories.building(cast.fumin, longitude=114.0, latitude=22.7 + n * 0.009) for n in range(3)]
    for row in rows:
        factories.units(row, 2)
    client.force_login(cast.office)
    return rows


def scene(seed: int, size: tuple[int, int] = (320, 240), quality: int = 90) -> SimpleUploadedFile:
    """A picture with some detail; the same seed is the same scene, taken large or small."""
    image = Image.new("RGB", (320, 240), "white")
    pen = ImageDraw.Draw(image)
    for n in range(12):
        x, y = (seed * 7919 + n * 104729) % 280, (seed * 31 + n * 6151) % 200
        pen.ellipse((x, y, x + 60, y + 50), fill=((n * 53) % 256, (seed * n * 37) % 256, (n * 91) % 256))
    out = io.BytesIO()
    image.resize(size).save(out, "JPEG", quality=quality)
    return SimpleUploadedFile("p.jpg", out.getvalue(), "image/jpeg")


def visit_with(building: Building, by: Any, digest: str, hours: int) -> None:
    factories.pay_visit(building, by, [Seen("E01", None, photos=(digest,))], at=NOW + timedelta(hours=hours))


def test_a_kilometre_in_three_minutes_is_noticed_and_a_walk_is_not(
    cast: Cast, street: list[Building]
) -> None:
    one, two, three = street
    factories.pay_visit(one, cast.grid, at=NOW)
    factories.pay_visit(two, cast.grid, at=NOW + timedelta(minutes=3))
    factories.pay_visit(three, cast.grid, at=NOW + timedelta(minutes=33))
    (hop,) = integrity.hops(FIRST)
    assert (hop.visit.building, hop.before.building, hop.seconds) == (two, one, 180)
    assert 990 < hop.metres < 1010


def test_two_workers_and_two_days_are_not_one_round(cast: Cast, street: list[Building]) -> None:
    other = factories.person("other-worker", Role.GRID_WORKER, cast.fumin)
    factories.pay_visit(street[0], cast.grid, at=NOW)
    factories.pay_visit(street[2], other, at=NOW + timedelta(minutes=1))
    factories.pay_visit(street[1], cast.grid, at=NOW + timedelta(days=1))
    assert integrity.hops(FIRST) == []


def test_visits_sent_together_when_the_signal_came_back_are_no_hop(
    cast: Cast, street: list[Building]
) -> None:
    sent = NOW + timedelta(hours=3)
    for n, building in enumerate(street):
        factories.pay_visit(building, cast.grid, at=sent, started_at=NOW + timedelta(minutes=30 * n))
    assert integrity.hops(FIRST) == []


def test_one_file_at_two_visits_is_noticed_and_at_two_faults_of_one_visit_is_not(
    cast: Cast, street: list[Building]
) -> None:
    digest = photos.store(scene(1))
    seen = [Seen("E01", None, photos=(digest,)), Seen("E02", None, photos=(digest,))]
    factories.pay_visit(street[0], cast.grid, seen, at=NOW)
    assert integrity.twins(FIRST) == []
    visit_with(street[1], cast.grid, digest, 1)
    found = integrity.twins(FIRST)
    assert {(twin.place, twin.other_place, twin.is_same_file) for twin in found} == {
        (street[1].name, street[0].name, True)
    }


def test_the_same_scene_taken_smaller_looks_the_same_and_another_does_not(
    cast: Cast, street: list[Building]
) -> None:
    for n, upload in enumerate((scene(1), scene(1, (200, 150), 60), scene(5))):
        visit_with(street[n], cast.grid, photos.store(upload), n)
    assert take_photo_prints() == 3
    assert take_photo_prints() == 0
    (twin,) = integrity.twins(FIRST)
    assert (twin.place, twin.other_place, twin.is_same_file) == (street[1].name, street[0].name, False)


def test_a_wall_without_detail_has_no_look() -> None:
    assert photo_prints.look_of(Image.new("RGB", (64, 48), "grey")) is None


def test_a_photo_whose_file_is_gone_is_not_compared(cast: Cast, street: list[Building]) -> None:
    visit_with(street[0], cast.grid, "0" * 64, 0)
    take_photo_prints()
    assert PhotoPrint.objects.get().look is None


def test_refusals_are_a_share_of_the_homes_of_a_grid(cast: Cast, street: list[Building]) -> None:
    home = street[0].units.first()
    factories.pay_visit(street[0], cast.grid, at=NOW, not_seen={home.pk: "refused"})
    factories.pay_visit(street[1], cast.grid, at=NOW + timedelta(hours=2))
    (row,) = integrity.refusals(cast.office, FIRST)
    assert (row.grid, row.homes, row.refused, row.share) == ("福民第01网格", 4, 1, 0.25)


def test_only_grades_that_rest_on_points_are_counted_at_their_score(
    cast: Cast, street: list[Building]
) -> None:
    points, capped = street[0].units.order_by("pk")
    factories.assessment(points, "green", score=80)
    factories.assessment(capped, "yellow", score=80, lines=[{"effect": "cap"}])
    assert [row.unit for row in integrity.with_score(cast.office, 80)] == [points]


def test_every_number_opens_its_list_and_no_worker_is_named(
    cast: Cast, client: Client, street: list[Building]
) -> None:
    type(cast.grid).objects.filter(pk=cast.grid.pk).update(display_name="网格员甲")
    home = street[0].units.first()
    factories.pay_visit(street[0], cast.grid, at=NOW, not_seen={home.pk: "refused"})
    factories.pay_visit(street[2], cast.grid, at=NOW + timedelta(minutes=1))
    Standing.objects.exclude(assessment=None).first()
    for url, shown in {
        "/office/integrity/": "福民第01网格",
        "/office/integrity/hops/": street[2].name,
        "/office/integrity/photos/": "fc-empty",
        f"/office/integrity/refusals/?grid={street[0].grid_id}": home.room,
        "/office/integrity/second/?which=late": "fc-empty",
        "/office/integrity/scores/?score=100": street[2].name,
    }.items():
        page = client.get(url).content.decode()
        assert shown in page, url
        assert "网格员甲" not in page
    assert client.get("/office/integrity/workers/").status_code == 404


def test_the_office_draws_on_the_page_and_reads_what_it_did(
    cast: Cast, client: Client, street: list[Building]
) -> None:
    factories.person("other-worker", Role.GRID_WORKER, cast.fumin)
    factories.pay_visit(street[0], cast.grid, at=NOW)
    day = f"{NOW:%Y-%m-%d}"
    order = {"first_on": day, "last_on": day, "count": 1}
    assert client.post("/office/integrity/draw/", order).url == "/office/integrity/"
    assert street[0].name in client.get("/office/integrity/second/").content.decode()
    again = client.post("/office/integrity/draw/", order)
    assert again.status_code == 422, "nothing is left to draw"
