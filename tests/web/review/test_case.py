"""The case page and its decision."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from communities.models import Post
from fucheng.flows import delisting, grade_change
from grading.models import GradeChange
from grading.services.hazards import Seen
from tests import factories
from tests.web.review.conftest import Desk


def url(change: GradeChange) -> str:
    return f"/review/changes/{change.pk}/"


def test_case_shows_home_sum_findings_and_masked_landlord(desk: Desk) -> None:
    change = desk.inspect([Seen("L06", desk.homes[0].pk, note="三桌麻将"), Seen("H01", None, note="二楼")])[0]
    page = desk.get(url(change)).content.decode()
    for text in (
        desk.homes[0].code,
        "L06",
        "red while open",
        "三桌麻将",
        "H01",
        "common parts",
        "王** 100****5678",
    ):
        assert text in page
    assert "10012345678" not in page
    assert "王小明" not in page


def test_case_of_another_community_is_not_found(desk: Desk) -> None:
    change = desk.inspect()[0]
    assert desk.get(url(change), by=desk.cast.reviewer2).status_code == 404


def test_case_can_be_read_but_not_decided_by_a_leader(desk: Desk) -> None:
    change = desk.inspect()[0]
    page = desk.get(url(change), by=desk.cast.leader)
    assert page.status_code == 200
    assert 'name="verb"' not in page.content.decode()
    assert desk.post(url(change), by=desk.cast.leader, verb="approve", reason="x").status_code == 403
    change.refresh_from_db()
    assert change.state == "proposed"


def test_approval_goes_on_to_the_next_case(desk: Desk) -> None:
    first, second, _third = desk.inspect()
    answer = desk.post(url(first), verb="approve", reason="agreed")
    assert answer.url == url(second)
    first.refresh_from_db()
    assert (first.state, first.reason, first.decided_by) == ("approved", "agreed", desk.cast.reviewer)


def test_last_decision_goes_back_to_the_queue(desk: Desk) -> None:
    for change in desk.inspect():
        answer = desk.post(url(change), verb="return", reason="look again")
    assert answer.url == "/review/"


def test_decision_without_a_reason_keeps_the_page(desk: Desk) -> None:
    change = desk.inspect()[0]
    answer = desk.post(url(change), verb="approve", reason="")
    assert answer.status_code == 422
    assert "Give a reason" in answer.content.decode()


def test_red_is_handed_on_not_approved_by_the_community(desk: Desk) -> None:
    change = desk.inspect([Seen("L06", desk.homes[0].pk)])[0]
    refused = desk.post(url(change), verb="approve", reason="my own words")
    assert refused.status_code == 403
    assert "Red is decided by the panel" in refused.content.decode()
    assert "my own words" in refused.content.decode()
    desk.post(url(change), verb="review", reason="checked")
    change.refresh_from_db()
    assert change.state == "with_panel"
    page = desk.get(url(change), by=desk.cast.panel).content.decode()
    assert "Checked and handed on by reviewer" in page
    desk.post(url(change), by=desk.cast.panel, verb="approve", reason="agreed")
    change.refresh_from_db()
    assert change.decided_as == "panel"


def test_decided_case_says_who_decided_and_refuses_a_second_decision(desk: Desk) -> None:
    change = desk.inspect()[0]
    grade_change.approve(change_id=change.pk, by=desk.cast.reviewer, at=change.proposed_at, reason="agreed")
    answer = desk.post(url(change), verb="return", reason="no")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This change was decided in the meantime" in page
    assert "Approved by reviewer" in page
    assert 'name="verb"' not in page


def test_own_inspection_offers_no_decision(desk: Desk) -> None:
    Post.objects.create(
        user=desk.cast.grid, role=Role.REVIEWER, community=desk.cast.fumin, starts_on="2020-01-01"
    )
    change = desk.inspect()[0]
    page = desk.get(url(change), by=desk.cast.grid).content.decode()
    assert "You inspected this home" in page
    assert 'name="verb"' not in page
    refused = desk.post(url(change), by=desk.cast.grid, verb="approve", reason="x")
    assert "someone else must decide" in refused.content.decode()


def test_case_shows_the_words_of_a_delisting_request(desk: Desk) -> None:
    change = desk.inspect([Seen("L06", desk.homes[0].pk)], days_ago=2)[0]
    grade_change.review(change_id=change.pk, by=desk.cast.reviewer, at=change.proposed_at, reason="checked")
    grade_change.approve(change_id=change.pk, by=desk.cast.panel, at=change.proposed_at, reason="agreed")
    delisting.request(
        unit_id=desk.homes[0].pk, by=desk.cast.landlord, at=change.proposed_at, words="tables are gone"
    )
    (back,) = [
        c for c in desk.inspect([Seen("L06", desk.homes[0].pk, "mended")]) if c.unit_id == desk.homes[0].pk
    ]
    assert "tables are gone" in desk.get(url(back)).content.decode()


def test_case_costs_the_same_for_one_and_fifty_homes(desk: Desk) -> None:
    change = desk.inspect([Seen("L06", desk.homes[0].pk)])[0]

    def cost() -> int:
        desk.get(url(change))
        with CaptureQueriesContext(connection) as captured:
            desk.get(url(change))
        return len(captured)

    one = cost()
    factories.units(desk.building, 50)
    desk.inspect([Seen(code, None) for code in ("H01", "H02")] + [Seen("F02", desk.homes[0].pk)])
    assert cost() == one
