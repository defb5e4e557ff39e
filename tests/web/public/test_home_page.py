"""What the page tells of a home: why, since when, what is around it; and that it is never older than the rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from psycopg2 import connect

from fucheng.flows import grade_change
from fucheng.web.public import home_page, moulds, queries
from fucheng.web.public.moulds import Reading
from grading.models import HazardReport
from rentals.models import Unit
from signage.models import Sign, SignTask
from signage.serials import code_of
from tests import factories
from tests import world as worlds
from tests.conftest import Cast
from tests.world import World

READINGS = [Reading(is_english, is_elder) for is_english in (False, True) for is_elder in (False, True)]


@pytest.fixture
def world(cast: Cast) -> World:
    return worlds.build(cast)


def url_of(unit: Unit) -> str:
    return f"/u/{unit.public_token.token}"


def read(client: Client, unit: Unit) -> str:
    return client.get(url_of(unit), {"lang": "en"}).content.decode()


def test_the_reasons_stand_with_what_they_cost_and_the_sum(client: Client, world: World) -> None:
    page = read(client, world.red)
    assert "Why this grade" in page
    assert "forbids letting while open" in page
    assert "of 100 points" not in page  # a veto is no matter of points
    assert "of 100 points" in read(client, world.green)
    assert "三桌麻将" not in page  # what the grid worker wrote


def test_what_was_mended_since_is_named(client: Client, world: World) -> None:
    assert "mended since" not in read(client, world.red)
    hazard = world.red.hazards.get(item_code="L06")
    type(hazard).objects.filter(pk=hazard.pk).update(state="closed", closed_at=timezone.now())
    page = read(client, world.red)
    assert "mended since" in page
    assert hazard.item.fault_en in page


def test_the_landlords_reply_and_the_objection_stand_beside_the_grade(client: Client, world: World) -> None:
    assert "欢迎来看" in read(client, world.green)
    assert "under review" in read(client, world.red)


def test_building_and_estate_are_counted_and_lead_to_no_other_home(client: Client, world: World) -> None:
    page = read(client, world.green)
    assert "rental homes: 6" in page
    assert "stars of the building: 3 of 5" in page
    assert world.estate.name in page
    others = Unit.objects.exclude(pk=world.green.pk).select_related("public_token")
    assert not [u for u in others if u.public_token.token in page or u.code in page or u.address in page]


@pytest.mark.parametrize("reading", READINGS)
def test_the_mould_gives_what_the_template_gives(
    world: World, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = [queries.home_of(unit.public_token.token) for unit in Unit.objects.all()]
    moulded = [home_page.shown(home, reading) for home in homes + homes if home]
    home_page._bar.cache_clear()
    monkeypatch.setattr(
        home_page,
        "cast",
        lambda name, how, shape, own, _asked=None: moulds.rendered(name, {**own, **shape}, how, {}),
    )
    assert moulded == [home_page.shown(home, reading) for home in homes + homes if home]
    home_page._bar.cache_clear()


def test_a_decision_shows_at_the_next_scan(client: Client, world: World, cast: Cast) -> None:
    unit = world.with_panel.unit
    before = client.get(url_of(unit))
    assert '<body class="is-red"' not in before.content.decode()
    assert client.get(url_of(unit), headers={"if-none-match": before["ETag"]}).status_code == 304
    neighbour = read(client, world.green)
    grade_change.approve(change_id=world.with_panel.pk, by=cast.panel, at=worlds.NOON, reason="属实")
    after = client.get(url_of(unit), headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert '<body class="is-red"' in after.content.decode()
    assert read(client, world.green) != neighbour  # one more red in the building


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_started_anew_costs_no_scan(client: Client, cast: Cast) -> None:
    (unit,) = factories.units(factories.building(cast.fumin))
    assert client.get(url_of(unit)).status_code == 200
    with connection.cursor() as cursor, connect(**connection.get_connection_params()) as other:
        cursor.execute("SELECT pg_backend_pid()")
        other.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", cursor.fetchone())
    other.close()
    assert client.get(url_of(unit)).status_code == 200


def test_what_was_reported_lately_is_told_before_it_is_sent_again(client: Client, world: World) -> None:
    form = f"{url_of(world.green)}/report/?lang=en"
    assert "reported here on" not in client.get(form).content.decode()
    now = timezone.now()
    report = HazardReport.objects.create(
        unit=world.green, case_number="1", kinds=["ebike"], text="私人", at=now
    )
    page = client.get(form).content.decode()
    assert page.count("reported here on") == 1
    assert "being checked" in page
    assert "私人" not in page
    HazardReport.objects.filter(pk=report.pk).update(at=now - timedelta(days=15))
    assert "reported here on" not in client.get(form).content.decode()
    HazardReport.objects.filter(pk=report.pk).update(at=now, unit=world.red)
    assert "reported here on" not in client.get(form).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "task"), [("sticker_wrong", "wrong"), ("sticker_gone", "missing")])
def test_a_report_about_the_sticker_is_a_task_at_the_door(
    client: Client, cast: Cast, kind: str, task: str
) -> None:
    (unit,) = factories.units(factories.building(cast.fumin))
    for _ in range(2):
        sent = client.post(f"{url_of(unit)}/report/", {"kinds": [kind], "text": "门框右侧"})
        assert sent.status_code == 302
    opened = SignTask.objects.get(unit=unit)
    assert (opened.kind, opened.times, opened.state) == (task, 2, "open")
    assert HazardReport.objects.filter(kinds=[kind]).count() == 2


def test_a_print_that_counts_no_more_is_said_in_both_languages(
    client: Client, world: World, cast: Cast
) -> None:
    valid = {"n": code_of(world.posted.serial), "lang": "en"}
    assert "not valid any more" not in client.get(url_of(world.green), valid).content.decode()
    told = SignTask.objects.filter(unit=world.green, kind="dead", state="open")
    before = sum(told.values_list("times", flat=True))
    Sign.objects.filter(pk=world.posted.pk).update(
        state="superseded", ended_at=worlds.NOON, ended_by=cast.grid
    )
    page = client.get(url_of(world.green), valid).content.decode()
    assert "not valid any more" in page
    assert f"n={valid['n']}&amp;lang=zh" in page  # the same in the other language
    assert sum(told.values_list("times", flat=True)) == before + 1
