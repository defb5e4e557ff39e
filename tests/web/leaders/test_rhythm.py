"""Overdue by place, the weeks to come, and what other intervals would cost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from fucheng.web.leaders.rhythm.census import CAPPED, GREEN, RED, YELLOW, Block, Intervals, census
from fucheng.web.leaders.rhythm.costs import costs
from fucheng.web.leaders.rhythm.outlook import Outlook, forecast, outlook
from grading.models import Standing
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast

TODAY = date(2026, 6, 10)
USUAL = Intervals(green=21, yellow=14, red=7, capped=7)


def block(next_on: date | None, kinds: int = GREEN, homes: int = 10) -> Block:
    return Block((1, 1), homes, next_on, kinds, (0, 0, 0, 0), 0 if next_on else homes)


def test_a_building_follows_its_most_pressing_home() -> None:
    assert [USUAL.of(kinds) for kinds in (GREEN, GREEN | YELLOW, YELLOW | RED, GREEN | CAPPED)] == [
        21,
        14,
        7,
        7,
    ]


def test_the_forecast_counts_each_visit_that_falls_due_and_the_overdue_at_once() -> None:
    late, soon, far = (TODAY + timedelta(days=n) for n in (-40, 8, 40))
    assert forecast([block(late)], TODAY, USUAL) == [1, 0, 0, 1]
    assert forecast([block(soon, YELLOW)], TODAY, USUAL) == [0, 1, 0, 1]
    assert forecast([block(soon, RED)], TODAY, USUAL) == [0, 1, 1, 1]
    assert forecast([block(far)], TODAY, USUAL) == [0, 0, 0, 0]
    assert forecast([block(None)], TODAY, USUAL) == [1, 0, 0, 1]


@pytest.fixture
def street(cast: Cast, client: Client) -> list[Unit]:
    """Two grids of 福民 and a building of 茜坑: green on time, yellow late, a cap, never visited."""
    factories.rules()
    first = factories.building(cast.fumin)
    second = factories.building(cast.fumin, grid=factories.grid(cast.fumin, "第02网格"))
    third = factories.building(cast.qiankeng)
    homes = [*factories.units(first, 2), *factories.units(second, 2), *factories.units(third, 1)]
    today = timezone.localdate()
    for home, grade, days in zip(
        homes, ("green", "yellow", "green", "green", "red"), (5, -3, 9, -40, 2), strict=True
    ):
        factories.graded(home, grade)
        Standing.objects.filter(unit=home).update(
            last_visit_at=factories.NOON, next_visit_on=today + timedelta(days=days)
        )
    factories.hazard("H03", homes[2])
    return homes


def seen_by(user: User, community: int | None = None) -> Outlook:
    return outlook(user, census(user), USUAL, community)


def test_overdue_homes_are_counted_by_grid_and_age_and_lead_to_their_list(
    cast: Cast, client: Client, street: list[Unit]
) -> None:
    rows = seen_by(cast.reviewer).rows
    assert [(row.name, row.homes, [cell.n for cell in row.late]) for row in rows] == [
        ("福民第01网格", 2, [1, 0, 0, 0]),
        ("福民第02网格", 2, [0, 0, 1, 0]),
    ]
    client.force_login(cast.reviewer)
    page = client.get(rows[1].late[2].url).content.decode()
    assert street[3].code in page
    assert street[1].code not in page


def test_the_street_is_shown_by_community_and_each_opens_its_grids(cast: Cast, street: list[Unit]) -> None:
    found = seen_by(cast.leader)
    assert [(row.name, row.late_total.n) for row in found.rows] == [("福民", 2), ("茜坑", 0)]
    assert found.total.late_total.n == 2
    assert [row.name for row in seen_by(cast.leader, cast.qiankeng.pk).rows] == ["茜坑第01网格"]
    assert seen_by(cast.reviewer2, cast.fumin.pk).community == cast.qiankeng, "not of another community"


def test_visits_of_the_last_four_weeks_stand_beside_the_coming_ones(cast: Cast, street: list[Unit]) -> None:
    now = timezone.now()
    for days in (1, 2, 8, 40):
        factories.pay_visit(street[0].building, cast.grid, at=now - timedelta(days=days))
    (row, *_more) = seen_by(cast.reviewer).rows
    assert row.done == [0, 0, 1, 2]
    assert row.usual == 0.75


def test_the_calculator_compares_and_saves_nothing(cast: Cast, client: Client, street: list[Unit]) -> None:
    tried = Intervals(green=21, yellow=28, red=7, capped=14)
    (fumin, qiankeng), total = costs(cast.leader, census(cast.leader), USUAL, tried, {})
    assert (fumin.buildings, fumin.before, fumin.after) == (2, 1 / 14 + 1 / 7, 1 / 21 + 1 / 14)
    assert (qiankeng.before, qiankeng.after) == (1 / 7, 1 / 7)
    assert total.before == pytest.approx(fumin.before + qiankeng.before)
    client.force_login(cast.leader)
    assert client.get("/leaders/rhythm/?yellow=28&capped=14").status_code == 200
    assert client.get("/leaders/rhythm/?yellow=0").status_code == 422
    assert census(cast.leader).blocks
    assert factories.rules().interval_days["yellow"] == 14


def test_no_name_of_a_worker_stands_on_the_page(cast: Cast, client: Client, street: list[Unit]) -> None:
    factories.pay_visit(street[0].building, cast.grid, at=timezone.now())
    User.objects.filter(pk=cast.grid.pk).update(display_name="网格员甲")
    client.force_login(cast.reviewer)
    assert "网格员甲" not in client.get("/leaders/rhythm/").content.decode()


def test_fifty_buildings_cost_the_queries_of_one(cast: Cast, street: list[Unit]) -> None:
    def cost() -> int:
        user: Any = User.objects.get(pk=cast.leader.pk)
        with CaptureQueriesContext(connection) as captured:
            seen_by(user)
        return len(captured)

    from django.core.cache import cache

    few = cost()
    cache.clear()
    for _ in range(20):
        factories.units(factories.building(cast.fumin), 2)
    assert cost() == few
