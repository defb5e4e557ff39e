"""From a landlord's request to the lifted red; two reviewers at the same case."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from fucheng.flows import grade_change
from grading.models import DelistingRequest, GradeChange, Standing
from grading.services.hazards import Seen
from rentals.models import Unit
from tests import factories
from tests.browser.conftest import Visitors, now
from tests.conftest import Cast

Messages = Callable[[], list[dict[str, str]]]
PHONE_NUMBER = "10012345678"


@pytest.fixture
def red_home(transactional_db: None, cast: Cast) -> Unit:
    """Red by the panel, for mah-jong tables in the home."""
    factories.rules()
    building = factories.building(cast.fumin)
    (home,) = factories.units(building, 1, owner=factories.landlord(phone=PHONE_NUMBER))
    receipt = factories.pay_visit(building, cast.grid, [Seen("L06", home.pk, note="三桌麻将")], at=now())
    (change_id,) = receipt.proposed
    grade_change.review(change_id=change_id, by=cast.reviewer, at=now(), reason="属实")
    grade_change.approve(change_id=change_id, by=cast.panel, at=now(), reason="同意定为禁止级")
    return home


def decide(page: Page, change: GradeChange, verb: str, reason: str) -> None:
    page.goto(f"/review/changes/{change.pk}/")
    page.locator("textarea[name=reason]").fill(reason)
    page.locator(f"button[name=verb][value={verb}]").click()
    page.locator(".fc-message.is-success").wait_for()


def enter_by_phone(page: Page, messages: Messages) -> None:
    page.goto("/landlords/")
    page.goto("/sign-in/phone/?next=/landlords/")
    page.locator("input[name=phone]").fill(PHONE_NUMBER)
    page.keyboard.press("Enter")
    page.locator("input[name=code]").wait_for()
    (message,) = messages()
    assert message["phone"] == PHONE_NUMBER
    page.locator("input[name=code]").fill(re.search(r"\d{6}", message["text"])[0])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/landlords/$"))


def test_landlord_asks_and_the_red_is_lifted(
    browse: Visitors, cast: Cast, red_home: Unit, messages: Messages
) -> None:
    owner = browse(phone=True)
    enter_by_phone(owner, messages)
    owner.locator(f"a[href='/landlords/homes/{red_home.pk}/']").click()
    expect(owner.get_by_text("三桌麻将")).to_be_visible()
    expect(owner.get_by_text("同意定为禁止级")).to_be_visible()
    owner.locator(f"a[href='/landlords/homes/{red_home.pk}/delisting/']").first.click()
    owner.locator("textarea[name=words]").fill("麻将桌已全部清走")
    owner.locator("main form button.btn-primary").click()
    owner.wait_for_url(re.compile(rf"/landlords/homes/{red_home.pk}/$"))
    request = DelistingRequest.objects.get()
    assert request.state == "requested"

    colleague = factories.person("colleague", Role.GRID_WORKER, cast.fumin)
    grid = browse(colleague, phone=True)
    grid.goto("/field/")
    grid.locator(f"a[href='/field/buildings/{red_home.building_id}/?home={red_home.pk}']").first.click()
    expect(grid.get_by_text("麻将桌已全部清走")).to_be_visible()
    grid.locator("a[href$='/visit/']").click()
    grid.locator("label:has(input[name$=-seen][value=mended])").first.click()
    grid.locator("button[name=do][value=check]").click()
    grid.locator("button[name=do][value=submit]").click()
    grid.wait_for_url(re.compile("/field/visits/"))

    change = GradeChange.objects.get(state="proposed")
    decide(browse(cast.reviewer), change, "review", "复查合格")
    decide(browse(cast.panel), change, "approve", "同意摘牌")
    request.refresh_from_db()
    assert (request.state, Standing.objects.get(unit=red_home).grade) == ("granted", "green")
    owner.reload()
    expect(owner.get_by_text("同意摘牌").first).to_be_visible()
    expect(owner.locator("main .fc-grade.is-green").first).to_be_visible()
    door = browse(phone=True)
    door.goto(f"/u/{red_home.public_token.token}")
    expect(door.locator(".is-green h1")).to_be_visible()


def test_second_of_two_reviewers_reads_who_decided(browse: Visitors, cast: Cast) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    factories.units(building)
    (change_id,) = factories.pay_visit(building, cast.grid, at=now()).proposed
    colleague = factories.person("colleague", Role.REVIEWER, cast.fumin)
    first, second = browse(cast.reviewer), browse(colleague)
    for page in (first, second):
        page.goto(f"/review/changes/{change_id}/")
        page.locator("textarea[name=reason]").fill(f"理由{'一二'[page is second]}")
    first.locator("button[name=verb][value=approve]").click()
    first.locator(".fc-message.is-success").wait_for()
    second.locator("button[name=verb][value=return]").click()
    expect(second.locator("button[name=verb]")).to_have_count(0)
    expect(second.locator("main").get_by_text(cast.reviewer.display_name).first).to_be_visible()
    expect(second.get_by_text("理由一").first).to_be_visible()
    change = GradeChange.objects.get(pk=change_id)
    assert (change.state, change.decided_by, change.reason) == ("approved", cast.reviewer, "理由一")
