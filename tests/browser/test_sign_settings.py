"""The office changes the hotline and sees it on every product, before and after it is put in force."""

from playwright.sync_api import expect

from signage.models import Product, PublicToken, SignSettings
from tests import factories
from tests.browser.conftest import Visitors
from tests.conftest import Cast

NEW = "0755-99887766"
REDRAWN = """before => {
  const shown = [...document.querySelectorAll(".fc-sign-figures img")].map(image => image.src)
  return shown.length === before.length && shown.every((src, n) => src !== before[n])
}"""


def test_the_office_changes_the_hotline_and_sees_it_on_every_product(browse: Visitors, cast: Cast) -> None:
    factories.rules()
    (unit,) = factories.units(factories.building(cast.fumin))
    factories.graded(unit, "green")
    page = browse(cast.office)
    page.goto("/office/signs/settings/")
    pictures = page.locator(".fc-sign-figures img")
    expect(pictures).to_have_count(len(Product))
    before = pictures.evaluate_all("images => images.map(image => image.src)")

    page.locator("#id_hotline").fill(NEW)
    page.wait_for_function(REDRAWN, arg=before)
    assert not SignSettings.objects.exists()

    page.locator("form#sign-settings .btn-primary").click()
    expect(page.locator("table td").first).to_have_text(NEW)
    expect(page.locator("footer")).to_contain_text(NEW)
    tenant = browse(phone=True)
    tenant.goto(f"/u/{PublicToken.objects.get(unit=unit).token}")
    expect(tenant.locator(f'a[href="tel:{NEW.replace("-", "")}"]')).to_contain_text(NEW)


def test_without_scripts_a_button_draws_what_is_typed(browse: Visitors, cast: Cast) -> None:
    page = browse(cast.office, scripts=False)
    page.goto("/office/signs/settings/")
    page.locator("#id_hotline").fill(NEW)
    page.locator("button[name=look]").click()
    expect(page.locator(".fc-sign-figures img")).to_have_count(len(Product))
    expect(page.locator("#id_hotline")).to_have_value(NEW)
    assert not SignSettings.objects.exists()
