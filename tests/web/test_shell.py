"""The frame of all pages: strict policy, own hosts only, error pages, health, components."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from accounts.models import User
from accounts.roles import Permission, Role
from core.errors import Conflict, NotAllowed
from fucheng.web import errors, figures, navigation
from jobs import pulses
from jobs.models import Pulse
from tests.conftest import Cast
from tests.web import gallery

pytestmark = pytest.mark.django_db
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
OPEN_PAGES = ["/", "/sign-in/", "/sign-in/phone/", "/nowhere/"]


def rendered(source: str, user: User | None = None, **context: object) -> str:
    request = RequestFactory().get("/list/?q=1&page=2")
    request.user = user
    request.htmx = False
    with translation.override("zh-hans"):
        return str(engines["django"].from_string(source).render(context, request))


# ---- policy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_policy_allows_nothing_inline(client: Client, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.urls("tests.web.gallery_urls")
@pytest.mark.parametrize("path", [*OPEN_PAGES, "/password/", "/gallery/"])
def test_pages_hold_no_inline_code_and_no_foreign_host(client: Client, cast: Cast, path: str) -> None:
    if path in ("/password/", "/gallery/"):
        client.force_login(cast.office, backend=MODEL_BACKEND)
    page = client.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page)
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|javascript:|hx-on", page)
    addresses = re.findall(r'(?:src|href|action|hx-get|hx-post)="([^"]+)"', page)
    assert len(addresses) > 5
    assert {urlsplit(a).netloc for a in addresses if not a.startswith("tel:")} == {""}


def test_own_files_name_no_foreign_host() -> None:
    for path in Path("static/fucheng").iterdir():
        if path.suffix in {".css", ".js"}:
            hosts = re.findall(r"(?:https?:)?//([a-z0-9-]+\.[a-z.]+)", path.read_text(encoding="utf-8"))
            hosts = [host for host in hosts if not host.startswith("www.w")]  # the name space of SVG
            assert hosts == [], path


def test_pages_of_a_person_are_not_kept_in_history(client: Client, cast: Cast) -> None:
    client.force_login(cast.office, backend=MODEL_BACKEND)
    page = client.get("/password/").text
    assert 'hx-history="false"' in page
    assert '"historyCacheSize": 0' in page
    assert '"allowEval": false' in page
    assert "X-CSRFToken" in page


# ---- language, reading size -----------------------------------------------------------------------------------


def test_pages_travel_compressed_and_files_as_they_are(client: Client, cast: Cast) -> None:
    client.force_login(cast.office)
    taken = {"headers": {"Accept-Encoding": "gzip"}}
    page = client.get("/office/", **taken)
    assert (page.headers["Content-Encoding"], "Accept-Encoding" in page.headers["Vary"]) == ("gzip", True)
    assert len(page.content) < len(client.get("/office/").content) / 2
    file = client.get("/office/imports/template/", **taken)
    assert "Content-Encoding" not in file.headers
    file.close()


def test_language_is_chosen_by_name_and_kept(client: Client) -> None:
    assert '<html lang="zh-Hans">' in client.get("/").text
    client.post("/i18n/setlang/", {"language": "en", "next": "/sign-in/"})
    page = client.get("/sign-in/").text
    assert '<html lang="en">' in page
    assert "Sign-in name" in page


def test_large_type_is_a_switch(client: Client) -> None:
    answer = client.post("/reading/", {"next": "/sign-in/"})
    assert answer.headers["Location"] == "/sign-in/"
    assert 'class="elder"' in client.get("/sign-in/").text
    client.post("/reading/", {"next": "https://evil.example/"})
    assert 'class="elder"' not in client.get("/sign-in/").text


# ---- menu -------------------------------------------------------------------------------------------------------


def test_item_is_for_holders_of_its_permission_or_role(cast: Cast) -> None:
    decide = navigation.Item("x:y", "x", "gavel", Permission.GRADE_DECIDE)
    auditors = navigation.Item("x:y", "x", "history", roles=frozenset({Role.AUDITOR}))
    assert [decide.is_for(u) for u in (cast.reviewer, cast.grid)] == [True, False]
    assert [auditors.is_for(u) for u in (cast.auditor, cast.office)] == [True, False]


def test_items_without_a_page_are_left_out(
    cast: Cast, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = (
        navigation.Item("nowhere:home", "x", "home"),
        navigation.Item("signin:sign-in", "y", "home", count=lambda _: 7),
    )
    monkeypatch.setattr(navigation, "sections", lambda: [navigation.Section("z", "/sign-in/", items)])
    (menu,) = navigation.menus_of(cast.grid, rf.get("/sign-in/phone/"))
    assert [(link.url, link.active, link.count) for link in menu.links] == [("/sign-in/", True, 7)]
    assert menu.active


@pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "office", "leader", "auditor", "landlord"])
def test_every_role_gets_a_frame_with_a_way_out(client: Client, cast: Cast, who: str) -> None:
    client.force_login(getattr(cast, who), backend=MODEL_BACKEND)
    page = client.get("/nowhere/").text
    assert 'action="/sign-out/"' in page
    assert ("fc-side" in page) is (who != "landlord")


def test_menu_names_the_posts_held_today(client: Client, cast: Cast) -> None:
    client.force_login(cast.grid, backend=MODEL_BACKEND)
    panel = client.get("/password/").text.split("fc-user-panel")[1]
    assert "网格员" in panel
    assert "福民" in panel


# ---- refusals ---------------------------------------------------------------------------------------------------


def test_refusal_is_a_page_with_the_status_of_the_error(
    client: Client, rf: RequestFactory, cast: Cast
) -> None:
    page = errors.refusal(_request(rf, cast.grid), NotAllowed())
    assert page.status_code == 403
    assert "您的岗位没有此项权限" in page.text
    assert "<html" in page.text


def test_refusal_of_a_fragment_is_its_message_alone(rf: RequestFactory, cast: Cast) -> None:
    request = _request(rf, cast.grid)
    request.htmx = True
    answer = errors.refusal(request, Conflict())
    assert answer.status_code == 409
    assert answer.text.strip().startswith("<p data-refusal>")
    assert "<html" not in answer.text


def _request(rf: RequestFactory, user: User) -> HttpRequest:
    request = rf.get("/x/")
    request.user = user
    return request


def test_page_open_too_long_tells_what_to_do(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/sign-in/", {"username": "grid", "password": "x"})
    assert page.status_code == 403
    assert "请返回并刷新页面后重新提交" in page.text


def test_server_error_page_needs_neither_database_nor_person(rf: RequestFactory) -> None:
    page = errors.server_error(rf.get("/x/"))
    assert page.status_code == 500
    assert "系统出现故障" in page.text


def test_not_found_is_a_friendly_page(client: Client) -> None:
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "网址可能有误" in page.text


# ---- health -------------------------------------------------------------------------------------------------------


def test_health_asks_the_process_only(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_the_database_is_migrated(client: Client) -> None:
    for name in Pulse.Name:
        pulses.beat(name)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": True,
        "migrations": True,
        "stalled_jobs": 0,
        "scheduler": True,
        "worker": True,
    }


@pytest.mark.parametrize("name", Pulse.Name)
def test_a_scheduler_or_worker_that_is_silent_is_told_and_the_site_stays_up(
    client: Client, name: Pulse.Name
) -> None:
    for each in Pulse.Name:
        pulses.beat(each)
    Pulse.objects.filter(name=name).update(at=timezone.now() - timedelta(seconds=91))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()[name]) == (200, "degraded", False)


def test_unready_while_migrations_are_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fucheng.web.health.views._is_migrated", lambda: False)
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize(
    ("address", "passed_on", "status"),
    [
        ("127.0.0.1", "", 200),
        ("10.1.2.3", "192.168.0.9", 200),
        ("8.8.8.8", "", 404),
        ("10.1.2.3", "8.8.8.8", 404),
        ("10.1.2.3", "10.0.0.1, 8.8.8.8", 404),
        ("10.1.2.3", "not an address", 404),
    ],
)
def test_metrics_are_for_internal_addresses(
    client: Client, address: str, passed_on: str, status: int
) -> None:
    headers = {"X-Forwarded-For": passed_on} if passed_on else {}
    assert client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code == status


# ---- components -----------------------------------------------------------------------------------------------------


@pytest.mark.urls("tests.web.gallery_urls")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_gallery_renders_every_component(client: Client, cast: Cast, language: str) -> None:
    client.force_login(cast.office, backend=MODEL_BACKEND)
    client.cookies["django_language"] = language
    page = client.get("/gallery/")
    assert page.status_code == 200
    for part in (
        "fc-kpi",
        "fc-stat",
        "fc-next",
        "fc-filter",
        "fc-bulk",
        "fc-dialog",
        "fc-empty",
        "fc-reasons",
    ):
        assert f'class="{part}' in page.text
    for part in ("fc-job", "fc-errors", "fc-timeline", "fc-photos", "fc-pages", "fc-tabbar", "fc-crumbs"):
        assert f'class="{part}' in page.text


@pytest.mark.parametrize(
    ("grade", "words"), [("green", "绿"), ("yellow", "黄"), ("red", "红"), (None, "未定级"), ("", "未定级")]
)
def test_grade_chip_says_the_grade_in_words(grade: str | None, words: str) -> None:
    chip = rendered("{% grade_chip grade %}", grade=grade)
    assert f'class="fc-grade-word">{words}<' in chip
    assert f"is-{grade or 'none'}" in chip


def test_stale_grade_is_marked_in_words() -> None:
    assert "超期" in rendered('{% grade_chip "green" stale=True %}')


def test_stat_bar_tells_numbers_to_those_who_do_not_see_it() -> None:
    bar = rendered("{% stat_bar counts %}", counts={"green": 3, "red": 1, None: 0})
    assert "绿 3" in bar
    assert 'width="75.000%"' in bar
    assert "红 1" in bar
    assert rendered("{% stat_bar counts %}", counts=None)


def test_pagination_keeps_the_filter() -> None:
    links = rendered("{% pagination page %}", page=Paginator(range(1_200), 50).page(2))
    assert "?q=1&amp;page=3" in links
    assert "共 1,200 条" in links


def test_field_ties_help_and_errors_to_the_control() -> None:
    html = rendered("{% error_summary form %}{% field form.phone %}", form=gallery.SampleForm({}))
    control = re.search(r'aria-describedby="([^"]+)"', html).group(1).split()
    assert all(f'id="{part}"' in html for part in control)
    assert 'aria-invalid="true"' in html
    assert 'href="#id_phone"' in html


@pytest.mark.parametrize(
    ("language", "value", "short"),
    [
        ("zh-hans", 170_699, "17.1万"),
        ("en", 170_699, "170.7k"),
        ("zh-hans", 9_999, "9,999"),
        ("zh-hans", 12_345_678, "1,234.6万"),
        ("zh-hans", None, "–"),
    ],
)
def test_long_numbers_are_short_in_the_readers_way(language: str, value: int | None, short: str) -> None:
    with translation.override(language):
        assert figures.short_number(value) == short


def test_ids_in_templates_get_no_commas_but_figures_do() -> None:
    assert rendered("{{ pk }} {{ pk|number }}", pk=170_699) == "170699 170,699"


def test_percent_rounds_instead_of_cutting() -> None:
    assert figures.percent(0.4567) == "45.7%"
    assert figures.percent(None) == "–"


@pytest.mark.parametrize("folder", ["templates/_components", "templates/signin", "templates/errors"])
def test_components_stay_small(folder: str) -> None:
    for path in Path(folder).glob("*.html"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 120, path
