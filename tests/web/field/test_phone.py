"""The worker's phone with its scripts: three taps, a draft that survives, a photo made small, a code read."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import qrcode
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections
from PIL import Image

from grading.models import Photo, Visit
from signage.models import PublicToken
from tests.web.field.conftest import Round

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _connections_of_playwrights_loop(page: Any) -> Iterator[None]:
    """Queries made while Playwright's loop runs have connections of their own, which nobody else closes."""
    yield
    connections.close_all()


def signed_in(page: Any, round_: Round, url: str) -> Any:
    round_.client.force_login(round_.cast.grid)
    session = round_.client.cookies[settings.SESSION_COOKIE_NAME].value
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/sign-in/")
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": page.url.split("/sign-in/")[0]}
    page.context.add_cookies([cookie])
    page.goto(url)
    return page


def add_fault(page: Any, word: str, photo: Path | None = None) -> None:
    page.locator("[data-add]").click()
    page.locator("#fault-sheet input").fill(word)
    page.locator(".fd-item").first.click()
    row = page.locator("[data-fault]:not([hidden])").last
    if photo:
        row.locator("input[type=file]").first.set_input_files(photo)
        row.locator(".ph-drop").wait_for()


@pytest.fixture
def large_photo(tmp_path: Path) -> Path:
    path = tmp_path / "大堂.jpg"
    Image.linear_gradient("L").resize((3200, 2400)).convert("RGB").save(path)
    return path


def test_clean_building_takes_three_taps_on_the_phone(page: Any, round_: Round) -> None:
    signed_in(page, round_, "/field/")
    page.locator("#due .fd-row").first.click()
    page.locator(".fd-bar a").first.click()
    page.locator("button[value=submit]").click()
    page.wait_for_url("**/field/visits/*/")
    assert Visit.objects.get().building == round_.building


def test_draft_with_photo_survives_a_reload_and_goes_with_the_receipt(
    page: Any, round_: Round, large_photo: Path
) -> None:
    signed_in(page, round_, round_.form_url)
    add_fault(page, "灭火器", large_photo)
    page.locator("#id_note").fill("三楼在装修")
    page.wait_for_timeout(700)
    page.reload()
    page.locator(".fc-restored").wait_for()
    assert page.locator("#id_note").input_value() == "三楼在装修"
    page.locator("button[value=check]").click()
    page.locator("button[value=submit]").click()
    page.wait_for_url("**/field/visits/*/")
    assert Photo.objects.get().finding.item.code == "H06"
    page.wait_for_timeout(300)
    page.goto(round_.form_url)
    page.wait_for_timeout(500)
    assert page.locator(".fc-restored").count() == 0


def test_photo_is_made_small_before_it_travels(page: Any, round_: Round, large_photo: Path) -> None:
    signed_in(page, round_, round_.form_url)
    add_fault(page, "灭火器", large_photo)
    sides = page.evaluate(
        """async () => {
            const file = document.querySelector("[data-fault]:not([hidden]) input[type=file]").files[0];
            const bitmap = await createImageBitmap(file);
            return [bitmap.width, bitmap.height];
        }"""
    )
    assert sides == [1600, 1200]


def test_ended_session_keeps_what_was_typed(page: Any, round_: Round) -> None:
    signed_in(page, round_, round_.form_url)
    add_fault(page, "飞线")
    page.locator("#id_note").fill("大堂两辆")
    Session.objects.all().delete()
    page.locator("button[value=check]").click()
    page.wait_for_url("**/sign-in/?next=*")
    signed_in(page, round_, round_.form_url)
    page.locator(".fc-restored").wait_for()
    assert page.locator("#id_note").input_value() == "大堂两辆"
    assert page.locator("[data-fault]:not([hidden]) [data-item] select").input_value() == "F02"


def test_photo_of_a_code_is_read_on_the_phone(page: Any, round_: Round, tmp_path: Path) -> None:
    home = round_.homes[1]
    out = io.BytesIO()
    token = PublicToken.objects.get(unit=home).token
    qrcode.make(f"{settings.PUBLIC_BASE_URL}/u/{token}").convert("RGB").save(out, "JPEG")
    (tmp_path / "码.jpg").write_bytes(out.getvalue())
    sent: list[bytes] = []
    signed_in(page, round_, "/field/scan/")
    page.on("request", lambda r: sent.append(r.post_data_buffer or b"") if r.method == "POST" else None)
    page.locator("input[name=photo]").set_input_files(tmp_path / "码.jpg")
    page.wait_for_url(f"**/field/buildings/{round_.building.pk}/?home={home.pk}")
    assert len(sent[0]) < 2000  # the text of the code travelled, not the photo
