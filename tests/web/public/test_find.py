"""Somebody who looks for a home finds the safe ones first, and nothing about a person."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from rentals.models import Building
from signage.models import PublicToken
from tests import factories
from tests import world as worlds
from tests.conftest import Cast
from tests.world import World


@pytest.fixture
def world(cast: Cast) -> World:
    return worlds.build(cast)


def shown(client: Client, **asked: str) -> str:
    answer = client.get(reverse("public:find"), {"lang": "en", **asked})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def titles(world: World, client: Client):
    def found(**asked: str) -> list[str]:
        return re.findall(r'class="found-link"[^>]*><b>(?:[^<]* )?([^< ]+)<', shown(client, **asked))

    return found


def test_a_building_is_found_by_any_of_its_names_and_not_by_others(world: World, titles) -> None:
    title = world.building.name or f"{world.building.road}{world.building.doorplate}"
    assert title in titles()
    assert title in titles(q=title[:2])
    assert titles(q="没有这样的楼") == []


def test_place_and_wish_narrow_the_list(world: World, titles) -> None:
    everything = titles(community=str(world.community.pk))
    assert len(everything) >= 1
    title = world.building.name or f"{world.building.road}{world.building.doorplate}"
    assert title not in titles(wish="no_red")  # it has a red home
    assert title not in titles(wish="green")


def test_stars_narrow_and_order_the_list(world: World, cast: Cast, titles) -> None:
    plain = factories.building(cast.fumin, name="无星楼")
    factories.graded(factories.units(plain)[0], "green")
    starred = world.building.name or f"{world.building.road}{world.building.doorplate}"
    assert titles() == ["无星楼", starred]  # the other one has red homes
    assert titles(order="stars") == [starred, "无星楼"]
    assert titles(stars="3") == [starred]
    assert titles(stars="4") == []


@pytest.mark.parametrize(
    "asked", [{"stars": "9"}, {"order": "x"}, {"community": "x"}, {"wish": "'"}, {"page": "-1"}, {"q": "\0"}]
)
def test_what_cannot_be_read_does_not_break_the_page(
    world: World, client: Client, asked: dict[str, str]
) -> None:
    assert "buildings" in shown(client, **asked)


def test_the_building_shows_each_home_with_its_grade_in_words(world: World, client: Client) -> None:
    page = client.get(
        reverse("public:find-building", args=[world.building.pk]), {"lang": "en"}
    ).content.decode()
    assert page.count('<li class="is-') == 6
    assert "Must not be let" in page
    assert "Do not sign a contract" in page


def test_no_page_leads_to_a_token_or_names_a_person(world: World, client: Client) -> None:
    tokens = set(PublicToken.objects.values_list("token", flat=True))
    for name, args in (("find", []), ("find-building", [world.building.pk]), ("find-map-data", [])):
        answer = client.get(reverse(f"public:{name}", args=args))
        text = answer.content.decode()
        assert not [token for token in tokens if token in text]
        assert world.landlord.name not in text
        assert world.building.code not in text
        assert not answer.cookies
        assert answer["Cache-Control"] == "public, max-age=60"
        assert "Cookie" not in answer.get("Vary", "")


def test_a_building_that_is_not_there_is_a_kind_404(client: Client, world: World) -> None:
    answer = client.get(reverse("public:find-building", args=[0]))
    assert answer.status_code == 404
    assert reverse("public:find") in answer.content.decode()


def test_the_map_counts_what_the_list_counts(world: World, client: Client) -> None:
    data = json.loads(client.get(reverse("public:find-map-data")).content)
    counts = re.search(r"<h2>(\d+) building", shown(client))
    assert counts is not None
    assert len(data["points"]) + data["unplaced"] == int(counts[1])


def test_the_map_tells_the_stars_of_a_building(world: World, client: Client) -> None:
    Building.objects.filter(pk=world.building.pk).update(longitude=114.02, latitude=22.74)
    (point,) = [p for p in json.loads(client.get(reverse("public:find-map-data")).content)["points"] if p[7]]
    assert (point[0], point[7]) == (world.building.pk, 3)
    page = client.get(reverse("public:find-map"), {"lang": "en"}).content.decode()
    assert "the building has stars" in page
    assert 'data-stars="stars of the building: # of 5"' in page
