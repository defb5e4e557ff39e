"""Three taps, a fault with its photo, and everything that goes wrong on a phone."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from grading.models import GradeChange, Photo, Standing, Visit
from rentals.models import Building, Unit
from tests import factories
from tests.browser.conftest import Visitors
from tests.conftest import Cast

SMALL_PHOTO = {
    "name": "door.jpg",
    "mimeType": "image/jpeg",
    "buffer": factories.picture(size=(640, 480)).read(),
}
NO_PHOTO = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture at all"}
RECEIPT = re.compile(r"/field/visits/\d+/$")


@pytest.fixture
def building(transactional_db: None, cast: Cast) -> Building:
    factories.rules()
    place = factories.building(cast.fumin, name="福民新村八巷3栋")
    factories.units(place, 2, owner=factories.landlord())
    return place


def add_fault(page: Page, unit: Unit, code: str = "F02", n: int = 0) -> None:
    """Picks the item from the sheet by its code and the home by its number."""
    page.locator("[data-add]").click()
    page.locator("dialog[open] input[type=search]").fill(code)
    page.locator("dialog[open]").get_by_role("option").first.click()
    expect(page.locator(f"select[name=faults-{n}-item]")).to_have_value(code)
    page.locator(f"select[name=faults-{n}-place]").select_option(str(unit.pk))


def begin_visit(page: Page, building: Building) -> None:
    page.goto(f"/field/buildings/{building.pk}/visit/")


def check(page: Page) -> None:
    page.locator("button[name=do][value=check]").click()
    page.locator("button[name=do][value=submit]").wait_for()


def send(page: Page) -> None:
    page.locator("button[name=do][value=submit]").click()
    page.wait_for_url(RECEIPT)


def test_nothing_found_takes_three_taps(browse: Visitors, cast: Cast, building: Building) -> None:
    page = browse(cast.grid, phone=True)
    page.goto("/")
    page.locator("input[name=q]").fill("八巷3")
    page.keyboard.press("Enter")
    page.locator(f"a[href^='/field/buildings/{building.pk}/']").first.tap()
    page.locator("a[href$='/visit/clean/']").tap()
    page.locator("button[name=do][value=submit]").tap()
    page.wait_for_url(RECEIPT)
    visit = Visit.objects.get()
    assert (visit.building, visit.by) == (building, cast.grid)
    assert set(GradeChange.objects.values_list("to_grade", "state")) == {("green", "proposed")}


def test_fault_with_photo_is_approved_and_owes_a_sticker(
    browse: Visitors, cast: Cast, building: Building
) -> None:
    home, other = building.units.order_by("code")
    factories.graded(home, "green")
    factories.graded(other, "green")
    page = browse(cast.grid, phone=True)
    begin_visit(page, building)
    add_fault(page, home)
    page.locator("input[type=file][name=faults-0-photos]").first.set_input_files(SMALL_PHOTO)
    expect(page.locator("#visit-form img").first).to_be_visible()
    check(page)
    send(page)
    expect(page.locator("a[href^='/photos/'] img")).to_be_visible()
    assert Photo.objects.count() == 1
    change = GradeChange.objects.get(state="proposed")
    assert (change.unit, change.from_grade, change.to_grade) == (home, "green", "yellow")

    desk = browse(cast.reviewer)
    desk.goto("/")
    desk.locator(f"a[href='/review/changes/{change.pk}/']").first.click()
    expect(desk.locator("a[href^='/photos/']").first).to_be_visible()
    desk.locator("textarea[name=reason]").fill("现场属实")
    desk.locator("button[name=verb][value=approve]").click()
    expect(desk.locator("textarea[name=reason]")).to_have_count(0)
    assert Standing.objects.get(unit=home).grade == "yellow"
    desk.goto(f"/review/homes/{home.pk}/")
    expect(desk.locator("main .fc-grade.is-yellow").first).to_be_visible()
    expect(desk.get_by_text("现场属实").first).to_be_visible()

    office = browse(cast.office)
    office.goto("/office/print-runs/")
    office.locator(f"a[href*='product=sticker'][href$='community={cast.fumin.pk}']").click()
    office.locator("form[method=post] button.btn-primary").wait_for()


def test_expired_session_keeps_what_was_typed(browse: Visitors, cast: Cast, building: Building) -> None:
    home = building.units.first()
    page = browse(cast.grid, phone=True)
    begin_visit(page, building)
    add_fault(page, home)
    page.locator("input[name=faults-0-note]").fill("电动车推进了屋里")
    page.locator("input[type=file][name=faults-0-photos]").first.set_input_files(SMALL_PHOTO)
    expect(page.locator("#visit-form img").first).to_be_visible()
    Session.objects.all().delete()
    page.locator("button[name=do][value=check]").click()
    page.locator("input[name=username]").fill(cast.grid.name)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/visit/$"))
    expect(page.locator("input[name=faults-0-note]")).to_have_value("电动车推进了屋里")
    expect(page.locator("select[name=faults-0-place]")).to_have_value(str(home.pk))
    check(page)
    send(page)
    assert (Visit.objects.count(), Photo.objects.count()) == (1, 1)


def test_double_click_and_going_back_make_one_visit(browse: Visitors, cast: Cast, building: Building) -> None:
    page = browse(cast.grid, phone=True)
    begin_visit(page, building)
    add_fault(page, building.units.first())
    check(page)
    page.locator("button[name=do][value=submit]").dblclick()
    page.wait_for_url(RECEIPT)
    receipt = page.url
    page.go_back()
    page.locator("button[name=do][value=submit]").click()
    page.wait_for_url(receipt)
    assert Visit.objects.count() == 1


def test_wrong_photo_says_so_and_loses_nothing(browse: Visitors, cast: Cast, building: Building) -> None:
    home = building.units.first()
    page = browse(cast.grid, phone=True)
    begin_visit(page, building)
    add_fault(page, home)
    page.locator("input[name=faults-0-note]").fill("楼梯间充电")
    page.locator("input[type=file][name=faults-0-photos]").first.set_input_files(NO_PHOTO)
    expect(page.locator("[data-photo-error]:visible")).to_have_count(1)
    expect(page.locator("input[name=faults-0-note]")).to_have_value("楼梯间充电")
    check(page)
    expect(page.get_by_text("楼梯间充电")).to_be_visible()


def test_wrong_photo_without_scripts_says_so_and_loses_nothing(
    browse: Visitors, cast: Cast, building: Building
) -> None:
    home = building.units.first()
    page = browse(cast.grid, phone=True, scripts=False)
    begin_visit(page, building)
    if not page.locator("select[name=faults-0-item]").count():
        page.locator("button[name=do][value=more]").click()
    page.locator("select[name=faults-0-item]").select_option("F02")
    page.locator("select[name=faults-0-place]").select_option(str(home.pk))
    page.locator("input[name=faults-0-note]").fill("楼梯间充电")
    page.locator("input[type=file][name=faults-0-photos]").first.set_input_files(NO_PHOTO)
    page.locator("button[name=do][value=check]").click()
    expect(page.locator(".fc-error:visible").first).to_be_visible()
    expect(page.locator("input[name=faults-0-note]")).to_have_value("楼梯间充电")
    check(page)
    send(page)
    assert Visit.objects.count() == 1


def test_draft_survives_a_reload_and_is_gone_after_the_receipt(
    browse: Visitors, cast: Cast, building: Building
) -> None:
    page = browse(cast.grid, phone=True)
    begin_visit(page, building)
    add_fault(page, building.units.first())
    page.locator("input[name=faults-0-note]").fill("门口堆满纸箱")
    page.wait_for_timeout(600)  # drafts are written a moment after the last key
    page.reload()
    expect(page.locator("input[name=faults-0-note]")).to_have_value("门口堆满纸箱")
    page.goto("/field/")
    page.locator("[data-drafts] a").click()
    expect(page.locator("input[name=faults-0-note]")).to_have_value("门口堆满纸箱")
    check(page)
    send(page)
    page.goto("/field/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-drafts] a")).to_have_count(0)
