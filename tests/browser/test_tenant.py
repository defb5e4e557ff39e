"""A tenant scans a sticker with scripts switched off, and reports what is dangerous."""

import re

from playwright.sync_api import expect

from grading.models import HazardReport
from tests import factories
from tests.browser.conftest import Visitors
from tests.conftest import Cast

PHOTO = {"name": "stairs.jpg", "mimeType": "image/jpeg", "buffer": factories.picture(size=(640, 480)).read()}


def test_tenant_reads_reports_and_gets_an_answer(browse: Visitors, cast: Cast) -> None:
    factories.rules()
    (home,) = factories.units(factories.building(cast.fumin))
    factories.graded(home, "yellow")
    door = browse(phone=True, scripts=False)
    door.goto(f"/u/{home.public_token.token}")
    expect(door.locator("html[lang=zh-Hans]")).to_be_attached()
    door.locator("header a[href*='lang=en']").click()
    expect(door.locator("html[lang=en]")).to_be_attached()
    expect(door.locator(".is-yellow h1")).to_have_text(re.compile(r"^[ -~\s]+$"))
    door.locator("header a[href*='elder=1']").click()
    expect(door.locator("html.elder[lang=en]")).to_be_attached()
    expect(door.get_by_text(home.address)).to_be_visible()
    assert door.context.cookies() == []

    door.locator("a[href*='/report/']:not([href*='about='])").first.click()
    expect(door.locator("html.elder[lang=en]")).to_be_attached()
    door.locator("textarea[name=text]").fill("E-bikes are charged in the stairs")
    door.locator("input[type=file][name=photo]").set_input_files(PHOTO)
    door.locator("main form button").click()
    door.wait_for_url(re.compile(r"/report/[^/?]+/"))
    report = HazardReport.objects.get()
    expect(door.get_by_text(report.case_number).first).to_be_visible()

    foreign = browse(cast.reviewer2)
    foreign.goto("/review/reports/")
    expect(foreign.get_by_text(report.case_number)).to_have_count(0)
    assert foreign.goto(f"/review/homes/{home.pk}/").status == 404

    desk = browse(cast.reviewer)
    desk.goto("/review/reports/")
    expect(desk.get_by_text(report.case_number)).to_be_visible()
    expect(desk.locator("main a[href^='/photos/']").first).to_be_visible()
    form = desk.locator(f"form[action^='/review/reports/{report.pk}/']")
    form.locator("textarea[name=answer]").fill("The charger was taken away")
    form.locator("button:not([type=button])").click()
    expect(form).to_have_count(0)
    door.reload()
    expect(door.get_by_text("The charger was taken away")).to_be_visible()
