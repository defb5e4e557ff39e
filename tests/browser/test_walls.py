"""What is owed for one grid is printed, handed over, hung by scanning; the wall is true again. Then an old one is scanned."""

import re

from playwright.sync_api import Page, expect

from fucheng.flows import grade_change
from jobs import running
from signage.models import PrintRun, Sign, SignTask
from signage.querysets import owing
from signage.serials import code_of
from signage.services.pieces import url_of
from tests import factories
from tests.browser.conftest import Visitors
from tests.conftest import Cast
from tests.web.field.test_signs import code_photo


def test_what_one_grid_owes_is_printed_hung_and_true_again(browse: Visitors, cast: Cast) -> None:
    factories.rules()
    home, other = factories.units(factories.building(cast.fumin), 2)
    for unit in (home, other):
        factories.graded(unit, "green")
        factories.sign(unit, state="posted")
    change = factories.change(home, "green", "yellow")
    grade_change.approve(change_id=change.pk, by=cast.reviewer, at=factories.NOON, reason="属实")
    old = Sign.objects.get(unit=home)

    desk = browse(cast.reviewer)
    desk.goto("/office/walls/")
    desk.locator("form[action*='/print/'] button").click()
    desk.wait_for_url(re.compile(r"/office/print-runs/\d+/$"))
    run = PrintRun.objects.get(community=cast.fumin)
    assert run.job_id is not None
    running.drain(run.job_id, wait=True)
    new = run.signs.get()
    assert (new.unit, new.grade) == (home, "yellow")
    desk.reload()
    desk.locator("#hand-out form button").click()
    expect(desk.locator("#hand-out").get_by_text(cast.grid.display_name).first).to_be_visible()

    phone = browse(cast.grid, phone=True)
    phone.goto("/field/signs/")
    expect(phone.get_by_text(new.serial)).to_be_visible()
    expect(phone.get_by_text(re.compile(old.serial))).to_be_visible()
    hang(phone, url_of(home.public_token.token, new.serial))
    assert Sign.objects.get(pk=new.pk).posted_by == cast.grid
    assert Sign.objects.get(pk=old.pk).state == "superseded"
    assert not owing("sticker").exists()
    phone.goto("/field/signs/")
    expect(phone.get_by_text(new.serial)).to_have_count(0)
    desk.goto("/office/walls/")
    expect(desk.locator("form[action*='/print/']")).to_have_count(0)


def hang(phone: Page, code: str) -> None:
    """By a photo of the code: the browser of the test has no camera."""
    phone.locator("main a[href$='/field/scan/?mode=post']").first.click()
    phone.wait_for_url("**/field/scan/?mode=post")
    photo = code_photo(code)
    files = [{"name": "code.jpg", "mimeType": "image/jpeg", "buffer": photo.read()}]
    with phone.expect_navigation():
        phone.locator("input[type=file][name=photo]").set_input_files(files)
    expect(phone.locator(".fc-message.is-success").first).to_be_visible()


def test_a_tenant_scans_an_old_sticker_and_the_worker_looks(browse: Visitors, cast: Cast) -> None:
    factories.rules()
    (home,) = factories.units(factories.building(cast.fumin))
    factories.graded(home, "green")
    old = factories.sign(home, state="superseded")
    door = browse(phone=True, scripts=False)
    door.goto(f"/u/{home.public_token.token}?n={code_of(old.serial)}")
    expect(door.locator(".banner").get_by_text(re.compile(old.serial))).to_be_visible()
    expect(door.locator(".is-green h1")).to_be_visible()

    phone = browse(cast.grid, phone=True)
    phone.goto("/field/signs/")
    phone.locator(f"a[href='/field/doors/{SignTask.objects.get().pk}/']").click()
    phone.locator("input[value=taken_off]").check()
    phone.locator("main form button[type=submit]").click()
    phone.wait_for_url(re.compile(r"/field/signs/$"))
    assert Sign.objects.get(pk=old.pk).state == "removed"
    assert not SignTask.objects.open().exists()
