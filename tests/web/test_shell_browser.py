"""What the frame's scripts do, in a real Chromium."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests import factories
from tests.conftest import Cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.web.gallery_urls"),
]
KEPT = "form[data-keep]"


@pytest.fixture
def signed_in(page, live_server, transactional_db: None, cast: Cast):
    client = Client()
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.session.session_key, "url": live_server.url}]
    )
    page.goto("/password/")
    return page


def write(page, words: str) -> None:
    page.fill(f"{KEPT} [name=note]", words)
    for _ in range(40):  # no wait_for_function: the policy forbids eval
        if page.evaluate("Object.keys(localStorage).length"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("not kept")


def enter(page, target: str = "/password/") -> None:
    page.goto(f"/sign-in/?next={target}")
    page.fill("[name=username]", "office")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("form[data-once] button")
    page.wait_for_url(lambda url: not url.split("?")[0].endswith("/sign-in/"))


def test_double_click_sends_once(page, transactional_db: None, cast: Cast) -> None:
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    page.goto("/sign-in/?next=/password/")
    page.fill("[name=username]", "office")
    page.fill("[name=password]", factories.PASSWORD)
    page.dblclick("form[data-once] button")
    page.wait_for_url(lambda url: not url.split("?")[0].endswith("/sign-in/"))
    assert len(posts) == 1


def test_typed_words_survive_an_ended_session(signed_in) -> None:
    page = signed_in
    page.goto("/gallery/?clean=1")
    page.check(f"{KEPT} [name=kind][value=b]")
    write(page, "楼梯口有杂物")
    page.wait_for_timeout(400)
    Session.objects.all().delete()
    enter(page, "/gallery/?clean=1")
    assert page.is_visible(".fc-restored")
    assert page.input_value(f"{KEPT} [name=note]") == "楼梯口有杂物"
    assert page.is_checked(f"{KEPT} [name=kind][value=b]")
    page.click(".fc-restored button")
    assert page.input_value(f"{KEPT} [name=note]") == ""


def test_words_of_one_person_are_not_shown_to_another(signed_in) -> None:
    page = signed_in
    page.goto("/gallery/?clean=1")
    write(page, "楼梯口有杂物")
    page.context.clear_cookies()
    page.goto("/gallery/?clean=1")
    assert not page.is_visible(".fc-restored")
    assert page.input_value(f"{KEPT} [name=note]") == ""


def test_signing_out_forgets_what_was_typed(signed_in) -> None:
    page = signed_in
    page.goto("/gallery/?clean=1")
    write(page, "楼梯口有杂物")
    page.click(".fc-side .fc-user summary")
    page.click("form[data-sign-out] button")
    page.wait_for_url("**/sign-in/")
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_bulk_bar_counts_and_takes_all_of_the_filter(signed_in) -> None:
    page = signed_in
    page.goto("/gallery/?clean=1")
    assert page.is_disabled("[data-bulk-actions] button >> nth=0")
    page.check("[data-tick-all]")
    assert page.inner_text("[data-bulk-count]") == "4"
    page.click("[data-bulk-all]")
    assert page.inner_text("[data-bulk-count]") == "1,200"
    assert page.input_value("[data-bulk-all-field]") == "1"
    page.uncheck("[data-tick] >> nth=0")
    assert page.inner_text("[data-bulk-count]") == "3"
    assert page.input_value("[data-bulk-all-field]") == ""


def test_dialog_asks_for_a_reason(signed_in) -> None:
    page = signed_in
    page.goto("/gallery/?clean=1")
    page.click("[data-opens=ask]")
    page.click("#ask .btn-danger")
    assert page.evaluate("document.getElementById('ask').open"), "without a reason nothing is sent"
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('ask').open")


def test_lost_network_is_shown_at_once(signed_in) -> None:
    page = signed_in
    assert page.is_hidden("#fc-offline")
    page.context.set_offline(True)
    page.wait_for_selector("#fc-offline", state="visible")
    page.context.set_offline(False)
    page.wait_for_selector("#fc-offline", state="hidden")


def test_slash_goes_to_the_search_field(signed_in) -> None:
    page = signed_in
    page.goto("/gallery/?clean=1")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_scrolls_sideways(signed_in, width: int) -> None:
    page = signed_in
    page.set_viewport_size({"width": width, "height": 844})
    for path in ("/gallery/?clean=1", "/password/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
