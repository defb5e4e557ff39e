"""First page, search, building page: what they show, to whom, at what price."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from communities.models import Post
from fucheng.web.field import queries
from fucheng.web.field.due import round_of
from grading.models import Standing
from tests import factories
from tests.web.field.conftest import Round, said


def due(user: User, day: date, *, all_grids: bool = False) -> list[int]:
    return [row.building_id for row in round_of(user, day, all_grids=all_grids).due]


def cost(round_: Round, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert round_.client.get(url).status_code == 200
    return len(captured)


def test_home_lists_buildings_with_homes_never_visited(round_: Round) -> None:
    page = round_.client.get("/field/").content.decode()
    assert round_.building.name in page
    assert round_.elsewhere.name not in page


def test_building_leaves_the_list_after_its_visit_and_returns_when_due(round_: Round) -> None:
    round_.send()
    today = timezone.localdate()
    assert due(round_.cast.grid, today) == []
    assert due(round_.cast.grid, today + timedelta(days=60)) == [round_.building.pk]


def test_own_visits_are_listed_with_what_became_of_them(round_: Round) -> None:
    round_.send()
    (row,) = queries.own_visits(round_.cast.grid)
    assert (row.findings, row.waiting, row.approved) == (0, 3, 0)


def test_beat_is_the_grid_of_the_post_and_all_grids_on_request(round_: Round) -> None:
    Post.objects.filter(user=round_.cast.grid).update(grid=round_.building.grid)
    other = factories.building(round_.cast.fumin, grid=factories.grid(round_.cast.fumin, "第02网格"))
    factories.units(other, 1)
    user = type(round_.cast.grid).objects.get(pk=round_.cast.grid.pk)
    today = timezone.localdate()
    assert due(user, today) == [round_.building.pk]
    assert due(user, today, all_grids=True) == [round_.building.pk, other.pk]
    assert [row.building for row in queries.search(user, "福民新村", today)] == [round_.building, other]


def test_walking_order_goes_on_behind_a_building_and_begins_anew_at_the_end(round_: Round) -> None:
    second = factories.building(round_.cast.fumin)
    factories.units(second, 1)
    user, today = round_.cast.grid, timezone.localdate()
    assert queries.next_building(user, round_.building, today) == second
    assert queries.next_building(user, second, today) == round_.building


def test_due_list_turns_pages_in_walking_order(round_: Round) -> None:
    for _ in range(queries.PAGE):
        factories.units(factories.building(round_.cast.fumin), 1)
    first = round_.client.get("/field/due/").content.decode()
    last = due(round_.cast.grid, timezone.localdate())[queries.PAGE - 1]
    assert f"?after={last}" in first
    second = round_.client.get(f"/field/due/?after={last}").content.decode()
    assert second.count('class="fd-row"') == 1


@pytest.mark.parametrize("by", ["name", "room", "unit code", "building code"])
def test_search_finds_a_building_by(round_: Round, by: str) -> None:
    home = round_.homes[1]
    text = {
        "name": f" {round_.building.name} ",
        "room": f"{round_.building.name} {home.room}房",
        "unit code": home.code,
        "building code": round_.building.code,
    }[by]
    rows = queries.search(round_.cast.grid, text, timezone.localdate())
    assert [row.building for row in rows] == [round_.building]
    assert (home in rows[0].found) is (by in ("room", "unit code"))


def test_search_does_not_look_into_other_communities(round_: Round) -> None:
    page = round_.client.get("/field/", {"q": round_.elsewhere.name}).content.decode()
    assert round_.elsewhere.code not in page
    assert "fc-empty" in page


def test_building_of_another_community_is_not_found(round_: Round) -> None:
    assert round_.client.get(f"/field/buildings/{round_.elsewhere.pk}/").status_code == 404


def test_building_shows_open_hazards_and_the_home_that_was_scanned(round_: Round) -> None:
    home = round_.homes[0]
    round_.send(rows=[("F02", "common"), ("H05", home.pk)])
    page = round_.client.get(f"/field/buildings/{round_.building.pk}/?home={home.pk}").content.decode()
    assert page.index("电动车入楼入户或飞线充电") < page.index('id="homes"')
    assert home.address in page


def test_landlord_and_visitor_have_no_field_pages(round_: Round) -> None:
    round_.client.force_login(round_.cast.landlord)
    assert round_.client.get("/field/").status_code == 403
    round_.client.logout()
    assert round_.client.get("/field/").url == "/sign-in/?next=/field/"


def test_pages_cost_the_same_for_one_and_for_fifty(round_: Round) -> None:
    round_.send(rows=[("F02", "common")])
    Standing.objects.update(next_visit_on=timezone.localdate())
    urls = [
        "/field/",
        "/field/due/",
        "/field/?q=福民",
        f"/field/buildings/{round_.building.pk}/",
        round_.form_url,
    ]
    few = [cost(round_, url) for url in urls]
    factories.units(round_.building, 47)
    for home in round_.building.units.all()[:20]:
        round_.client.post(round_.form_url, said(do="submit", rows=[("H05", home.pk), ("Z09", home.pk)]))
    for _ in range(20):
        factories.units(factories.building(round_.cast.fumin), 2)
    Standing.objects.update(next_visit_on=timezone.localdate())
    assert [cost(round_, url) for url in urls] == few
    assert max(few) <= 30
