"""From candidate to plaque and back: proposed by the community, decided by the panel, withdrawn after a red."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from fucheng.flows import grade_change
from grading.models import GradeChange, Standing
from grading.services.hazards import Seen
from rentals.models import Building
from tests import factories
from tests.browser.conftest import Visitors, now, work_all
from tests.conftest import Cast

DAY = timedelta(days=1)


@pytest.fixture
def good(transactional_db: None, cast: Cast) -> Building:
    """Two homes of one landlord, green for seven months and visited in time."""
    factories.rules(now().date() - 300 * DAY)
    building = factories.building(cast.fumin, name="福民新村星光楼")
    for home in factories.units(building, 2, owner=factories.landlord()):
        factories.graded(home, "green", at=now() - 220 * DAY)
        factories.assessment(home, "green", score=98)
    Standing.objects.update(last_visit_at=now() - 5 * DAY, next_visit_on=now().date() + 10 * DAY)
    return building


def test_candidate_proposed_decided_on_paper_and_withdrawn(
    browse: Visitors, cast: Cast, good: Building
) -> None:
    desk, panel = browse(cast.reviewer), browse(cast.panel)
    desk.goto("/review/stars/")
    desk.locator("input[name=ids]").check()
    desk.locator("#bulk-reason").fill("逐户核对，符合条件")
    desk.locator(".fc-decide-buttons button").click()
    expect(desk.locator(".fc-message.is-success")).to_contain_text("已提名 1 栋")

    panel.goto("/review/stars/")
    panel.get_by_role("link", name="福民新村星光楼").click()
    expect(panel.locator(".fc-conditions .is-met").first).to_be_visible()
    panel.locator("textarea[name=reason]").fill("同意授星")
    panel.locator("button[value=approve]").click()
    expect(panel.locator(".fc-message.is-success")).to_contain_text("星级已生效")
    work_all()

    door = browse(phone=True)
    door.goto(f"/find/{good.pk}/")
    expect(door.locator(".stars").first).to_contain_text("3")
    owner = browse(cast.landlord, phone=True)
    owner.goto(f"/landlords/homes/{good.units.first().pk}/")
    expect(owner.locator("#stars .fc-stars")).to_contain_text("3 星")
    expect(owner.locator("#documents")).to_contain_text("福城租星")
    desk.goto(f"/review/buildings/{good.pk}/")
    expect(desk.locator("#stars")).to_contain_text("福城租星")

    home = good.units.first()
    factories.pay_visit(good, cast.grid, [Seen("L06", home.pk)], at=now())
    change = GradeChange.objects.open().get(unit=home)
    grade_change.review(change_id=change.pk, by=cast.reviewer, at=now(), reason="属实")
    grade_change.approve(change_id=change.pk, by=cast.panel, at=now(), reason="同意")

    panel.goto("/review/stars/")
    expect(panel.locator(".fc-state.is-bad")).to_contain_text("撤销")
    panel.get_by_role("link", name="福民新村星光楼").click()
    expect(panel.locator(".fc-conditions .is-unmet").first).to_be_visible()
    panel.locator("textarea[name=reason]").fill("楼内有房屋列为禁止级")
    panel.locator("button[value=approve]").click()
    expect(panel.locator(".fc-message.is-success")).to_contain_text("星级已撤销")
    desk.goto(f"/review/buildings/{good.pk}/")
    expect(desk.locator("#stars .is-cancelled")).to_contain_text("撤销")
