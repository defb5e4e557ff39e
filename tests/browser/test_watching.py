"""The guard over every journey notices what it should."""

import pytest

from tests.browser.conftest import Visitors


@pytest.mark.parametrize(
    ("deed", "complaint"),
    [
        ("fetch('https://cdn.example.org/x.js').catch(() => 0)", "Content Security Policy"),
        ("fetch('/no-such-page/')", "404: GET"),
        ("setTimeout(() => { throw new Error('broken') }, 0)", "script: "),
        ("console.error('told')", "told"),
    ],
)
def test_misdeed_of_a_page_is_noticed(browse: Visitors, deed: str, complaint: str) -> None:
    page = browse()
    page.goto("/sign-in/")
    page.evaluate(f"() => {{ {deed} }}")
    page.wait_for_timeout(500)
    assert any(complaint in told for told in browse.complaints), browse.complaints
    browse.complaints.clear()
