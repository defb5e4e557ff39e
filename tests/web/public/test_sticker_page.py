"""What a stranger sees behind the sticker, and above all what not."""

import io
import re
import time
from datetime import date, timedelta
from statistics import median

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from core.text import new_token
from fucheng.web.public import limits
from grading.models import Assessment, GradeChange, Hazard, HazardReport, Photo, Standing
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast

CANARIES = ("卡纳利", "10099887766", "138****", "100****", "7766", "私人备注", "管理员备注")


@pytest.fixture
def home(cast: Cast) -> Unit:
    owner = factories.landlord("卡纳利", "10099887766")
    (unit,) = factories.units(factories.building(cast.fumin), owner=owner, note="私人备注")
    return unit


@pytest.fixture
def url(home: Unit) -> str:
    return f"/u/{home.public_token.token}"


def graded(home: Unit, grade: str | None, *, visited_days_ago: int = 3, interval: int = 21) -> None:
    now = timezone.now()
    visited = now - timedelta(days=visited_days_ago)
    Standing.objects.filter(unit=home).update(
        grade=grade,
        graded_at=now - timedelta(days=40) if grade else None,
        last_visit_at=visited,
        next_visit_on=timezone.localdate(visited) + timedelta(days=interval),
    )


def hazard(home: Unit, code: str, *, common: bool = False, due_in: int = 5) -> Hazard:
    item = factories.rules(date(2020, 1, 1)).items.get(code=code)
    return Hazard.objects.create(
        building=home.building, unit=None if common else home, item=item, item_code=code, note="管理员备注",
        opened_at=timezone.now() - timedelta(days=10), due_on=timezone.localdate() + timedelta(days=due_in),
    )  # fmt: skip


def waits(home: Unit, cast: Cast) -> None:
    assessment = Assessment.objects.create(
        unit=home, rule_set=factories.rules(date(2020, 1, 1)), at=timezone.now(), grade="red", score=90
    )
    GradeChange.objects.create(
        unit=home, community=cast.fumin, assessment=assessment, from_grade="green", to_grade="red",
        proposed_at=timezone.now(), inspected_by=cast.grid,
    )  # fmt: skip


def everything(response) -> str:
    return response.content.decode() + "".join(f"{key}: {value}\n" for key, value in response.headers.items())


@pytest.mark.parametrize("grade", ["green", "yellow", "red", None])
@pytest.mark.parametrize("query", ["", "?lang=en", "?elder=1"])
def test_nothing_personal_and_no_cookie_in_any_state(client, cast, home, url, grade, query) -> None:
    graded(home, grade, visited_days_ago=60)
    hazard(home, "L06")
    hazard(home, "F01", common=True, due_in=-3)
    waits(home, cast)
    for address in (url, f"{url}/report/"):
        response = client.get(address + query)
        assert response.status_code == 200
        assert [canary for canary in CANARIES if canary in everything(response)] == []
        assert cast.grid.name not in response.content.decode().split()
        if address == url:
            assert response.cookies == {}
            assert "Set-Cookie" not in response.headers
            assert response["Cache-Control"] == "public, no-cache"
            assert "<script" not in response.content.decode()


def test_the_session_of_a_signed_in_person_changes_nothing(client, cast, home, url) -> None:
    graded(home, "green")
    anonymous = client.get(url).content
    client.force_login(cast.office)
    response = client.get(url)
    assert response.content == anonymous
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(("hazards", "wanted"), [(0, 1), (6, 1)])
def test_one_statement_however_much_there_is(
    client, cast, home, url, hazards, wanted, django_assert_num_queries
) -> None:
    graded(home, "yellow")
    for code in ("H03", "H05", "L02", "L07", "Z06", "Z07")[:hazards]:
        hazard(home, code)
    client.get(url)
    with django_assert_num_queries(wanted):
        client.get(url)


def test_a_red_home_says_in_words_that_it_must_not_be_let(client, home, url) -> None:
    graded(home, "red")
    hazard(home, "L06")
    page = client.get(url + "?lang=en").content.decode()
    assert "Must not be let" in page
    assert '<body class="is-red"' in page
    assert "ask for delisting" in page


def test_stale_not_graded_review_and_overdue_are_visible(client, cast, home, url) -> None:
    graded(home, "green", visited_days_ago=60)
    hazard(home, "F01", common=True, due_in=-3)
    waits(home, cast)
    page = client.get(url + "?lang=en").content.decode()
    for words in (
        "out of date",
        "is being decided",
        "past its deadline",
        "common parts of the building",
        "May be let",
    ):
        assert words in page
    graded(home, None)
    page = client.get(url + "?lang=en").content.decode()
    assert "Not graded" in page
    assert "neither that it is safe nor that it is dangerous" in page


def test_a_fresh_home_shows_none_of_these(client, home, url) -> None:
    graded(home, "green")
    page = client.get(url + "?lang=en").content.decode()
    for words in ("out of date", "is being decided", "past its deadline", "way to green"):
        assert words not in page


def test_address_code_and_hotline_are_there(client, home, url) -> None:
    page = client.get(url).content.decode()
    assert home.address in page
    assert home.code in page
    assert 'href="tel:075512345"' in page


def test_chinese_is_the_default_whatever_the_browser_speaks(client, home, url) -> None:
    response = client.get(url, headers={"accept-language": "en-US"})
    assert '<html lang="zh-Hans">' in response.content.decode()
    assert response["Content-Language"] == "zh-Hans"
    response = client.get(url + "?lang=en&elder=1")
    assert '<html lang="en" class="elder">' in response.content.decode()
    assert "?lang=en&amp;elder=1" in response.content.decode()


# ---- unknown tokens ----------------------------------------------------------------------------------------

MALFORMED = (
    "x",
    "0" * 21,
    "0" * 23,
    "../etc/passwd",
    "你好",
    "%00",
    "a" * 3000,
    "'; DROP TABLE x",
    "a b/c/d",
    "-" * 22,
)


def test_unknown_malformed_and_revoked_look_exactly_alike(
    client, cast, home, url, django_assert_num_queries
) -> None:
    gone = factories.units(factories.building(cast.fumin), 1, left_on=date(2026, 1, 1))[0]
    reference = client.get(f"/u/{new_token()}")
    assert reference.status_code == 404
    for token in (*MALFORMED, gone.public_token.token):
        with django_assert_num_queries(4):  # the look-up, and one count inside its transaction
            response = client.get(f"/u/{token}")
        assert response.status_code == 404
        assert response.content == reference.content
        assert sorted(response.headers.items()) == sorted(reference.headers.items())
        assert client.get(f"/u/{token}/report/").content == reference.content
        assert client.post(f"/u/{token}/report/", {"text": "x"}).content == reference.content
        assert client.get(f"/u/{token}/report/260512-ABCDE/").content == reference.content


def test_unknown_and_malformed_take_the_same_time(client, db, monkeypatch) -> None:
    monkeypatch.setattr(limits, "TOKENS_A_MINUTE", 10**6)

    def seconds(token: str) -> float:
        start = time.perf_counter()
        client.get(f"/u/{token}")
        return time.perf_counter() - start

    seconds("warm")
    unknown = median(seconds(new_token()) for _ in range(60))
    malformed = median(seconds("x" * 10) for _ in range(60))
    assert 0.6 < unknown / malformed < 1.7


def test_guessing_is_slowed_and_reading_is_not(client, home, url, monkeypatch) -> None:
    for _ in range(70):
        assert client.get(url).status_code == 200
    answers = [client.get(f"/u/{new_token()}").status_code for _ in range(60)]
    assert answers.count(404) == 59
    assert answers[-1] == 429
    slow = client.get(url)
    assert slow.status_code == 429
    assert slow["Retry-After"] == "60"
    assert client.get(url, REMOTE_ADDR="10.9.8.7").status_code == 200


def test_the_limiter_fails_open(client, home, url, monkeypatch) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(limits.cache, "add", away, raising=False)
    assert client.get(url).status_code == 200


def test_only_reading_methods(client, home, url) -> None:
    assert client.post(url).status_code == 405
    assert client.head(url).status_code == 200


# ---- reports -----------------------------------------------------------------------------------------------


def photo(name: str = "p.jpg", kind: str = "JPEG") -> SimpleUploadedFile:
    out = io.BytesIO()
    image = Image.new("RGB", (80, 60), "red")
    exif = image.getexif()
    exif[0x010E] = "GPS-CANARY"
    image.save(out, kind, exif=exif.tobytes())
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def nonce_of(client, url: str) -> str:
    page = client.get(f"{url}/report/").content.decode()
    return re.search(r'name="nonce" value="([^"]+)"', page)[1]


def sent(client, url: str, **data):
    return client.post(f"{url}/report/", {"nonce": nonce_of(client, url), **data})


@pytest.mark.django_db(transaction=True)
def test_a_report_gets_a_case_number_that_can_be_followed(client, cast, home, url) -> None:
    response = sent(client, url, kinds=["ebike", "wiring"], text="二楼楼梯间", photo=photo())
    report = HazardReport.objects.get()
    assert response.status_code == 302
    assert response.url == f"{url}/report/{report.case_number}/?lang=zh"
    assert report.unit == home
    assert report.text.endswith("二楼楼梯间")
    stored = default_storage.open(Photo.objects.get().file).read()
    assert b"CANARY" not in stored
    page = client.get(response.url.replace("lang=zh", "lang=en"))
    assert report.case_number in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert "not yet" in page.content.decode()
    report.state, report.checked_by, report.checked_at, report.answer = (
        "checked",
        cast.reviewer,
        timezone.now(),
        "已搬离",
    )
    report.save()
    assert "已搬离" in client.get(response.url).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_case_of_another_home_is_unknown(client, cast, home, url) -> None:
    case = sent(client, url, text="x").url.rsplit("/", 2)[1]
    other = factories.units(factories.building(cast.fumin))[0].public_token.token
    assert client.get(f"{url}/report/{case}/").status_code == 200
    for address in (f"/u/{other}/report/{case}/", f"{url}/report/x/", f"{url}/report/%00/"):
        assert client.get(address).content == client.get("/u/x").content


@pytest.mark.django_db(transaction=True)
def test_a_second_click_makes_no_second_report(client, home, url) -> None:
    nonce = nonce_of(client, url)
    answers = [client.post(f"{url}/report/", {"nonce": nonce, "text": "走火通道被堵"}) for _ in range(3)]
    assert len({answer.url for answer in answers}) == 1
    assert HazardReport.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "file",
    [SimpleUploadedFile("x.jpg", b"not a photo"), SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>")],
)
def test_a_bad_photo_is_refused_and_the_words_are_kept(client, home, url, file) -> None:
    response = sent(client, url, text="电线裸露", kinds=["wiring"], photo=file)
    page = response.content.decode()
    assert response.status_code == 422
    assert "电线裸露" in page
    assert "checked" in page
    assert 'href="#id_photo"' in page
    assert HazardReport.objects.count() == 0


def test_an_empty_report_says_what_to_do(client, home, url) -> None:
    response = sent(client, url + "", text=" ")
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_flood_of_reports_is_refused_with_the_hotline(client, home, url) -> None:
    answers = [sent(client, url, text=f"第{n}次").status_code for n in range(8)]
    assert answers == [302] * 6 + [429] * 2
    assert HazardReport.objects.count() == 6


def test_only_the_form_sets_a_cookie_and_a_forged_post_is_refused(home, url) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert set(strict.get(url).cookies) == set()
    assert set(strict.get(f"{url}/report/").cookies) == {"csrftoken"}
    assert strict.post(f"{url}/report/", {"text": "x"}).status_code == 403
    assert HazardReport.objects.count() == 0


def test_a_wrong_sticker_is_ticked_already(client, home, url) -> None:
    page = client.get(f"{url}/report/?about=sticker_wrong").content.decode()
    assert re.search(r'value="sticker_wrong"[^>]* checked', page)
