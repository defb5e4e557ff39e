"""The queue: tabs, filters, scope, and one reason for many changes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from communities.models import Post
from fucheng.flows import grade_change
from fucheng.web.review.views import queue as views
from grading.models import GradeChange, Standing
from grading.services.hazards import Seen
from jobs import running
from jobs.models import Job
from tests import factories
from tests.web.review.conftest import Desk

DECIDE = "/review/changes/decide/"


def cost(desk: Desk, url: str) -> int:
    desk.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(url).status_code == 200
    return len(captured)


def test_queue_shows_what_the_own_community_must_decide(desk: Desk) -> None:
    desk.inspect()
    page = desk.get("/review/").content.decode()
    assert page.count("data-tick ") == 3
    assert desk.building.name in page


def test_queue_of_another_community_is_empty(desk: Desk) -> None:
    desk.inspect()
    assert desk.building.name not in desk.get("/review/", by=desk.cast.reviewer2).content.decode()


@pytest.mark.parametrize(("who", "status"), [("grid", 403), ("leader", 403), ("panel", 302), ("office", 403)])
def test_queue_is_for_those_who_decide(desk: Desk, who: str, status: int) -> None:
    assert desk.get("/review/", by=getattr(desk.cast, who)).status_code == status


def test_queue_without_sign_in_goes_to_the_door(client: object, db: None) -> None:
    from django.test import Client

    assert Client().get("/review/").url.startswith("/sign-in/")


def test_tab_touches_red_shows_only_red(desk: Desk) -> None:
    desk.inspect([Seen("L06", desk.homes[0].pk)])
    page = desk.get("/review/?tab=red").content.decode()
    assert page.count("data-tick ") == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [("to_grade=red", 1), ("from_grade=none", 3), ("from_grade=green", 0), ("age=2", 3), ("age=7", 0)],
)
def test_filters_narrow_the_queue(desk: Desk, query: str, expected: int) -> None:
    desk.inspect([Seen("L06", desk.homes[0].pk)], days_ago=3)
    assert desk.get(f"/review/?{query}").content.decode().count("data-tick ") == expected


def test_filter_by_building_grid_and_inspector(desk: Desk) -> None:
    desk.inspect()
    grid, inspector = desk.building.grid_id, desk.cast.grid.pk
    asked = f"/review/?building={desk.building.name}&grid={grid}&inspector={inspector}"
    assert desk.get(asked).content.decode().count("data-tick ") == 3
    assert desk.get("/review/?building=nowhere").content.decode().count("data-tick ") == 0


def test_bulk_approves_what_is_green_and_leaves_red_with_a_word(desk: Desk) -> None:
    changes = desk.inspect([Seen("L06", desk.homes[0].pk)])
    page = desk.client.post(
        DECIDE, {"action": "approve", "reason": "agreed", "ids": [c.pk for c in changes]}, follow=True
    ).content.decode()
    assert "2 changes approved." in page
    assert "1 change was left as it is" in page
    assert Standing.objects.filter(grade="green").count() == 2


def test_bulk_keeps_the_filter_of_the_list(desk: Desk) -> None:
    (change, *_) = desk.inspect()
    answer = desk.post(DECIDE, action="approve", reason="ok", ids=[change.pk], query="tab=first&age=2")
    assert answer.url == "/review/?tab=first&age=2"


def test_bulk_twice_decides_once(desk: Desk) -> None:
    ids = [c.pk for c in desk.inspect()]
    for _ in range(2):
        desk.post(DECIDE, action="approve", reason="ok", ids=ids)
    assert GradeChange.objects.filter(state="approved").count() == 3


def test_bulk_without_a_reason_changes_nothing(desk: Desk) -> None:
    ids = [c.pk for c in desk.inspect()]
    page = desk.client.post(DECIDE, {"action": "approve", "reason": " ", "ids": ids}, follow=True)
    assert "Give a reason" in page.content.decode()
    assert not GradeChange.objects.exclude(state="proposed").exists()


def test_bulk_of_nothing_says_what_to_do(desk: Desk) -> None:
    answer = desk.post(DECIDE, action="approve", reason="ok")
    assert answer.status_code == 400
    assert "Tick at least one change." in answer.content.decode()


def test_bulk_never_reaches_another_community(desk: Desk) -> None:
    ids = [c.pk for c in desk.inspect()]
    desk.post(DECIDE, by=desk.cast.reviewer2, action="approve", reason="ok", ids=ids)
    assert GradeChange.objects.filter(state="proposed").count() == 3


def test_bulk_all_of_the_filter_hands_only_red_on(desk: Desk) -> None:
    desk.inspect([Seen("L06", desk.homes[0].pk)])
    desk.post(DECIDE, action="review", reason="checked", all="1", query="tab=open")
    assert list(GradeChange.objects.values_list("state", flat=True).order_by("to_grade")) == [
        "proposed",
        "proposed",
        "with_panel",
    ]


def test_bulk_of_very_many_becomes_one_job(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "INLINE", 2)
    desk.inspect()
    first = desk.post(DECIDE, action="approve", reason="ok", all="1", query="")
    again = desk.post(DECIDE, action="approve", reason="ok", all="1", query="")
    job = Job.objects.get()
    assert first.url == again.url == f"/office/jobs/{job.pk}/"
    assert running.drain(job.pk).result == {"decided": 3}
    assert desk.get(first.url).status_code == 200


def test_own_inspection_is_shown_as_barred(desk: Desk) -> None:
    Post.objects.create(
        user=desk.cast.grid, role=Role.REVIEWER, community=desk.cast.fumin, starts_on="2020-01-01"
    )
    changes = desk.inspect()
    page = desk.get("/review/", by=desk.cast.grid).content.decode()
    assert page.count("data-tick ") == 0
    assert "You inspected this home" in page
    desk.post(DECIDE, by=desk.cast.grid, action="approve", reason="ok", ids=[c.pk for c in changes])
    assert GradeChange.objects.filter(state="proposed").count() == 3


def test_panel_queue_holds_what_the_communities_handed_on(desk: Desk) -> None:
    change = desk.inspect([Seen("L06", desk.homes[0].pk)])[0]
    panel = desk.cast.panel
    assert desk.get("/review/panel/", by=panel).content.decode().count("data-tick ") == 0
    grade_change.review(change_id=change.pk, by=desk.cast.reviewer, at=change.proposed_at, reason="checked")
    assert desk.get("/review/panel/", by=panel).content.decode().count("data-tick ") == 1
    answer = desk.post(DECIDE, by=panel, action="approve", reason="agreed", ids=[change.pk], queue="panel")
    assert answer.url == "/review/panel/"
    assert Standing.objects.get(unit=desk.homes[0]).grade == "red"
    assert desk.get("/review/panel/?tab=decided", by=panel).content.decode().count("<tr>") == 2


def test_panel_page_is_for_the_panel(desk: Desk) -> None:
    assert desk.get("/review/panel/").status_code == 403


def test_queue_costs_the_same_for_one_and_fifty_rows(desk: Desk) -> None:
    desk.inspect()
    GradeChange.objects.exclude(unit=desk.homes[0]).update(state="superseded")
    one = cost(desk, "/review/")
    more = factories.building(desk.cast.fumin)
    factories.units(more, 50)
    desk.building = more
    desk.inspect()
    assert cost(desk, "/review/") == one
    assert User.objects.count() > 0
