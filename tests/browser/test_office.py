"""From a workbook to the register and back; from an order to sheets whose codes can be scanned."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rentals.models import ImportRun, Unit
from rentals.registry.columns import INDEX
from rentals.registry.template import EXAMPLE, fill_template
from signage.engine.verify import read_pages
from signage.models import Sign
from signage.services.pieces import url_of
from tests import factories
from tests.browser.conftest import Visitors, work_all
from tests.conftest import Cast

RUN = re.compile(r"/office/imports/\d+/$")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Thirty homes and two rows that cannot be taken."""
    rows = [dict(enumerate(EXAMPLE)) for _n in range(32)]
    for n, row in enumerate(rows):
        row[INDEX["code"]] = f"{EXAMPLE[0][:-6]}{n + 1:06d}"
        row[INDEX["room"]] = f"{n // 10 + 1}{n % 10 + 1:02d}"
    rows[30][INDEX["code"]] = "4.40306E+24"
    rows[31][INDEX["community"]] = "无此社区"
    path = tmp_path / "登记表.xlsx"
    fill_template(path, [[row[n] for n in range(len(EXAMPLE))] for row in rows])
    return path


def upload(page: Page, file: Path) -> ImportRun:
    page.goto("/office/imports/")
    page.locator("input[type=file][name=file]").set_input_files(file)
    page.locator("form[enctype] button:not([type=button])").click()
    page.wait_for_url(RUN)
    return ImportRun.objects.latest("pk")


def wait_for_the_end(page: Page) -> None:
    """The page asks by itself and shows the result when the job has ended."""
    expect(page.get_by_role("progressbar")).to_be_visible()
    work_all()
    expect(page.get_by_role("progressbar")).to_have_count(0)


def confirm(page: Page, dialog: str) -> None:
    page.locator(f"[data-opens={dialog}]").click()
    page.locator(f"dialog#{dialog} button[type=submit]").click()


def test_workbook_is_checked_imported_listed_and_taken_back(
    browse: Visitors, cast: Cast, workbook: Path
) -> None:
    page = browse(cast.office)
    run = upload(page, workbook)
    wait_for_the_end(page)
    expect(page.get_by_text("4.40306E+24").first).to_be_visible()
    expect(page.get_by_text("无此社区").first).to_be_visible()
    with page.expect_download() as errors:
        page.locator(f"a[href='/office/imports/{run.pk}/errors/']").click()
    assert errors.value.path().read_bytes().startswith(b"PK")
    assert not Unit.objects.exists()

    confirm(page, "import-now")
    page.wait_for_url(lambda url: url.endswith(f"/{ImportRun.objects.latest('pk').pk}/") and url != run)
    wait_for_the_end(page)
    assert Unit.objects.count() == 30
    page.goto("/review/register/")
    home = Unit.objects.order_by("code").first()
    expect(page.locator(f"a[href^='/review/homes/{home.pk}/']").first).to_be_visible()

    page.goto(f"/office/imports/{ImportRun.objects.latest('pk').pk}/")
    confirm(page, "import-undo")
    expect(page.locator("[data-opens=import-undo]")).to_have_count(0)
    assert not Unit.objects.exists()


def test_printed_codes_lead_to_the_homes_that_were_ordered(browse: Visitors, cast: Cast) -> None:
    factories.rules()
    ours = factories.units(factories.building(cast.fumin), 26)
    theirs = factories.units(factories.building(cast.qiankeng), 2)
    for unit in (*ours, *theirs):
        factories.graded(unit, "green")
    page = browse(cast.office)
    page.goto("/office/print-runs/new/")
    page.locator("input[name=product][value=sticker]").check()
    page.locator("select[name=community]").select_option(str(cast.fumin.pk))
    page.locator("form#order input[name=owed]").check()
    page.locator("form#order button").click()
    page.wait_for_url(re.compile("product=sticker"))
    page.locator("main form[method=post] button").click()
    page.wait_for_url(re.compile(r"/office/print-runs/\d+/$"))
    wait_for_the_end(page)
    with page.expect_download() as download:
        page.locator("a[href*='/files/']:not([href$='walk/'])").first.click()
    sheets = read_pages(download.value.path().read_bytes())
    printed = Sign.objects.filter(unit__in=ours).values_list("unit__public_token__token", "serial")
    wanted = sorted(url_of(token, serial) for token, serial in printed)
    assert sorted(url for sheet in sheets for url in sheet.urls) == wanted
    assert len(sheets) == 2
