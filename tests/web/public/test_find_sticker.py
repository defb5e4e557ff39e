"""Somebody who looks for a home tells that its door has no sticker: no code was scanned, and none is given away."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fucheng.flows import hazard_report
from fucheng.web.public import limits
from grading.models import HazardReport, Photo
from rentals.models import Unit
from signage.models import PublicToken, SignTask
from tests import factories
from tests import world as worlds
from tests.conftest import Cast
from tests.world import World


@pytest.fixture
def world(cast: Cast) -> World:
    return worlds.build(cast)


@pytest.fixture
def url(world: World) -> str:
    return reverse("public:find-sticker", args=[world.building.pk]) + "?lang=en"


def told(world: World, **more: object) -> dict[str, object]:
    return {"home": world.green.pk, "kinds": ["sticker_gone"]} | more


def tasks(world: World) -> list[tuple[str, int]]:
    found = SignTask.objects.filter(unit=world.green).exclude(kind="dead").order_by("kind")
    return list(found.values_list("kind", "times"))


def test_the_page_of_a_building_leads_to_the_form_with_all_its_homes(
    world: World, url: str, client: Client
) -> None:
    building = reverse("public:find-building", args=[world.building.pk]) + "?lang=en"
    assert url.replace("&", "&amp;") in client.get(building).content.decode()
    form = client.get(url).content.decode()
    assert form.count("<option") == 1 + Unit.objects.filter(building=world.building).count()


@pytest.mark.parametrize(("kind", "task"), [("sticker_gone", "missing"), ("sticker_wrong", "wrong")])
def test_a_report_is_a_case_and_a_task_at_the_door(
    world: World, url: str, client: Client, kind: str, task: str
) -> None:
    answer = client.post(url, told(world, kinds=[kind], text="203 的门"))
    report = HazardReport.objects.get(kinds=[kind])
    assert (report.unit, tasks(world)) == (world.green, [(task, 1)])
    assert "203 的门" in report.text
    sent = client.get(answer["Location"])
    assert report.case_number in sent.content.decode()


def test_the_same_told_again_is_the_same_task_and_another_case(
    world: World, url: str, client: Client
) -> None:
    for _n in range(2):
        client.post(url, told(world))
    assert tasks(world) == [("missing", 2)]
    assert HazardReport.objects.filter(kinds=["sticker_gone"]).count() == 2


def test_a_second_click_sends_nothing_twice(world: World, url: str, client: Client) -> None:
    found = re.search(r'name="nonce" value="([^"]+)"', client.get(url).content.decode())
    assert found is not None
    first, second = (client.post(url, told(world, nonce=found[1])) for _n in range(2))
    assert first["Location"] == second["Location"]
    assert tasks(world) == [("missing", 1)]


def test_no_answer_gives_a_token_away_or_names_a_person(world: World, url: str, client: Client) -> None:
    sent = client.post(url, told(world))
    answers = [client.get(url), sent, client.get(sent["Location"]), client.post(url, told(world, home="x"))]
    tokens = set(PublicToken.objects.values_list("token", flat=True))
    for answer in answers:
        said = answer.content.decode() + str(answer.headers)
        assert not [token for token in tokens if token in said]
        assert world.landlord.name not in said
        assert answer.get("Cache-Control") in ("private, no-store", None)


@pytest.mark.parametrize(
    "wrong",
    [{"home": ""}, {"home": "0"}, {"kinds": []}, {"kinds": ["gas"]}, {"home": "\0"}, {"text": "x" * 301}],
)
def test_what_is_not_understood_is_said_and_leaves_nothing(
    world: World, url: str, client: Client, wrong: dict[str, object]
) -> None:
    before = HazardReport.objects.count()
    answer = client.post(url, told(world, **wrong))
    assert answer.status_code == 422
    assert "Not sent yet" in answer.content.decode()
    assert (HazardReport.objects.count(), tasks(world)) == (before, [])


def test_a_home_of_another_building_or_one_that_left_cannot_be_named(
    world: World, cast: Cast, url: str, client: Client
) -> None:
    (far,) = factories.units(factories.building(cast.fumin))
    assert client.post(url, told(world, home=far.pk)).status_code == 422
    Unit.objects.filter(pk=world.green.pk).update(left_on=factories.NOON.date())
    assert client.post(url, told(world)).status_code == 422
    assert not SignTask.objects.filter(unit=far).exists()


def test_the_limit_is_the_one_of_all_reports(
    world: World, url: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REPORTS_AN_HOUR", 2)
    assert [client.post(url, told(world)).status_code for _n in range(3)] == [302, 302, 429]
    assert tasks(world) == [("missing", 2)]
    behind = reverse("public:report", args=[world.token])
    assert client.post(behind, {"kinds": ["gas"]}).status_code == 429


def test_a_photo_is_kept_without_its_data_and_a_wrong_file_is_refused(
    world: World, url: str, client: Client
) -> None:
    client.post(url, told(world, photo=factories.picture(colour="white")))
    assert Photo.objects.filter(report__kinds=["sticker_gone"]).count() == 1
    broken = SimpleUploadedFile("p.jpg", b"no picture", "image/jpeg")
    answer = client.post(url, told(world, photo=broken))
    assert answer.status_code == 422
    assert "not a usable photo" in answer.content.decode()


def test_the_case_shows_the_answer_and_only_under_its_own_building(
    world: World, cast: Cast, url: str, client: Client
) -> None:
    address = client.post(url, told(world))["Location"]
    report = HazardReport.objects.get(kinds=["sticker_gone"])
    hazard_report.answer(report_id=report.pk, by=cast.reviewer, at=factories.NOON, answer="已补贴")
    assert "已补贴" in client.get(address).content.decode()
    other = factories.building(cast.fumin)
    for building, case in ((other.pk, report.case_number), (world.building.pk, world.report.case_number)):
        gone = client.get(reverse("public:find-sticker-sent", args=[building, case]))
        assert gone.status_code == 404


@pytest.mark.parametrize("case", ["x", "%00", "260101-AAAAA", "a" * 99])
def test_a_case_that_is_none_is_not_found(world: World, client: Client, case: str) -> None:
    assert client.get(f"/find/{world.building.pk}/sticker/{case}/").status_code == 404


def test_a_building_that_is_not_there_has_no_form(client: Client, world: World) -> None:
    assert client.get(reverse("public:find-sticker", args=[0])).status_code == 404
    assert client.post(reverse("public:find-sticker", args=[0]), {"home": 1}).status_code == 404


def test_fifty_homes_cost_as_many_queries_as_six(world: World, url: str, client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    six = cost()
    factories.units(world.building, 50)
    assert cost() == six
