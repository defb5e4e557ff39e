"""A landlord sends proof, is refused, objects and wins; a red home is delisted and falls back within the watch."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from fucheng.flows import grade_change
from grading.models import GradeChange, Hazard, Objection, Standing, Watch
from grading.services.hazards import Seen
from rentals.models import Unit
from tests import factories
from tests.browser.conftest import Visitors, now
from tests.browser.test_decisions import decide, red_home  # noqa: F401 - a fixture
from tests.conftest import Cast


@pytest.fixture
def yellow_home(transactional_db: None, cast: Cast) -> Unit:
    """Yellow for an e-bike that stands in another home."""
    factories.rules()
    building = factories.building(cast.fumin)
    (home,) = factories.units(building, 1, owner=factories.landlord())
    (change_id,) = factories.pay_visit(building, cast.grid, [Seen("F02", home.pk)], at=now()).proposed
    grade_change.approve(change_id=change_id, by=cast.reviewer, at=now(), reason="同意定为严管级")
    return home


def write(page: Page, path: str, field: str, words: str) -> None:
    """A short form of the landlord's phone."""
    page.locator(f"a[href^='{path}']").first.click()
    page.locator(f"textarea[name={field}]").fill(words)
    page.locator("main form button.btn-primary").click()
    page.locator(".fc-message.is-success").wait_for()


def test_landlord_sends_proof_is_refused_objects_and_wins(
    browse: Visitors, cast: Cast, yellow_home: Unit
) -> None:
    hazard = Hazard.objects.get()
    colleague = factories.person("colleague", Role.REVIEWER, cast.fumin)
    owner, desk = browse(cast.landlord, phone=True), browse(cast.reviewer)
    home = f"/landlords/homes/{yellow_home.pk}/"
    owner.goto(home)
    write(owner, f"/landlords/hazards/{hazard.pk}/proof/", "note", "这里没有电动车")
    desk.goto("/review/proofs/")
    desk.locator("textarea[name=reason]").fill("看不清位置")
    desk.locator("button[name=verb][value=refuse]").click()
    desk.locator(".fc-message.is-success").wait_for()
    owner.goto(home)
    expect(owner.get_by_text("看不清位置")).to_be_visible()

    write(owner, f"{home}objection/", "words", "照片拍的是隔壁房间")
    write(owner, f"{home}reply/", "text", "本房从未停放电动车")
    door = browse(phone=True)
    door.goto(f"/u/{yellow_home.public_token.token}")
    expect(door.locator(".banner.is-review")).to_have_count(1)
    expect(door.get_by_text("本房从未停放电动车")).to_be_visible()

    objection = Objection.objects.get()
    desk.goto(f"/review/objections/{objection.pk}/")
    expect(desk.locator("button[name=verb]")).to_have_count(0)
    other = browse(colleague)
    other.goto("/review/objections/")
    other.locator(f"a[href='/review/objections/{objection.pk}/']").click()
    other.locator("input[name=hazards]").check()
    other.locator("textarea[name=answer]").fill("照片与本房不符，异议成立")
    other.locator("button[name=verb][value=uphold]").click()
    other.locator(".fc-message.is-success").wait_for()

    decide(desk, GradeChange.objects.open().get(), "approve", "异议成立，恢复宽管级")
    assert Standing.objects.get(unit=yellow_home).grade == "green"
    owner.goto(home)
    expect(owner.locator("main .fc-grade.is-green").first).to_be_visible()
    door.reload()
    expect(door.locator(".banner.is-review")).to_have_count(0)


def revisit(browse: Visitors, by: User, home: Unit, seen: str) -> GradeChange:
    factories.pay_visit(home.building, by, [Seen("L06", home.pk, seen)], at=now())
    return GradeChange.objects.open().get()


def test_red_home_is_delisted_and_falls_back_within_the_watch(
    browse: Visitors,
    cast: Cast,
    red_home: Unit,  # noqa: F811
) -> None:
    colleague = factories.person("colleague", Role.GRID_WORKER, cast.fumin)
    owner, desk, panel = browse(cast.landlord, phone=True), browse(cast.reviewer), browse(cast.panel)
    home = f"/landlords/homes/{red_home.pk}/"
    owner.goto(home)
    write(owner, f"{home}delisting/", "words", "麻将桌已清走")
    expect(owner.locator(".ll-check").first).to_be_visible()
    worker = browse(cast.grid, phone=True)
    worker.goto(f"/field/buildings/{red_home.building_id}/")
    expect(worker.locator(".fd-notice b")).to_have_count(
        3
    )  # the day, that it is a colleague's, and whether the home is empty

    change = revisit(browse, colleague, red_home, "mended")
    decide(desk, change, "review", "复查合格")
    decide(panel, change, "approve", "同意摘牌")
    owner.goto(home)
    until = f"{Watch.objects.get().until:%Y-%m-%d}"
    expect(owner.get_by_text(re.compile(until))).to_be_visible()

    change = revisit(browse, cast.grid, red_home, "fault")
    assert (change.state, change.mark) == ("with_panel", "fell_back")
    panel.goto("/review/panel/")
    expect(panel.locator(".fc-tag.is-mark")).to_be_visible()
    decide(panel, change, "approve", "观察期内反复，定为禁止级")
    assert Standing.objects.get(unit=red_home).grade == "red"
    panel.goto(f"/review/homes/{red_home.pk}/")
    expect(panel.locator(".fc-timeline .fc-tag.is-mark")).to_have_count(1)
