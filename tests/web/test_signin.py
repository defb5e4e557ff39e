"""The door: who gets in, who does not, and where each one goes."""

import json
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, OneTimeCode, User
from accounts.services import people
from tests import factories
from tests.conftest import Cast

PHONE = "13800138000"
pytestmark = pytest.mark.django_db


def enter(client: Client, name: str, password: str = factories.PASSWORD, **more: str):
    return client.post("/sign-in/", {"username": name, "password": password, **more})


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("grid", "/field/"),
        ("reviewer", "/review/"),
        ("panel", "/review/panel/"),
        ("office", "/office/"),
        ("leader", "/leaders/"),
        ("auditor", "/office/"),
    ],
)
def test_sign_in_leads_to_the_work_of_the_post(client: Client, cast: Cast, who: str, home: str) -> None:
    assert enter(client, who).headers["Location"] == "/"
    assert client.get("/").headers["Location"] == home


def test_landlord_account_leads_to_own_homes(client: Client, cast: Cast) -> None:
    client.force_login(cast.landlord, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").headers["Location"] == "/landlords/"


def test_person_without_post_is_told_so(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("new"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/")
    assert page.status_code == 200
    assert "岗位由街道办安排" in page.text


def test_visitor_finds_the_meaning_of_the_colours(client: Client, db: None) -> None:
    page = client.get("/").text
    for words in ("宽管级", "严管级", "禁止级", "/sign-in/phone/"):
        assert words in page


def test_wrong_password_never_says_which_part_was_wrong(client: Client, cast: Cast) -> None:
    known, unknown = enter(client, "grid", "wrong"), enter(client, "nobody", "wrong")
    words = [
        re.search(r"<li>(.*?)</li>", page.text.split("fc-errors")[1]).group(1) for page in (known, unknown)
    ]
    assert words[0] == words[1] == "登录名或密码错误，请核对后重试。"
    assert known.status_code == unknown.status_code == 422


def test_five_failures_lock_this_name_from_this_address(client: Client, cast: Cast) -> None:
    answers = [enter(client, "grid", "wrong") for _ in range(5)]
    assert [a.status_code for a in answers] == [422, 422, 422, 422, 429]
    assert "15 分钟" in answers[-1].text
    assert enter(client, "grid").status_code == 429, "the right password does not open a locked door"
    assert enter(client, "grid2").status_code == 302, "others at the same address are not locked out"


def test_every_sign_in_failure_and_sign_out_is_audited(client: Client, cast: Cast) -> None:
    enter(client, "grid", "wrong")
    enter(client, "grid")
    client.post("/sign-out/")
    rows = list(AuditEvent.objects.order_by("pk").values_list("verb", "actor__name"))
    assert rows == [("sign-in-failed", None), ("sign-in", "grid"), ("sign-out", "grid")]
    assert "wrong" not in str(AuditEvent.objects.values_list("data", flat=True))


def test_sign_out_needs_a_post(client: Client, cast: Cast) -> None:
    client.force_login(cast.grid, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/sign-out/").status_code == 405


def test_closed_account_does_not_get_in(client: Client, cast: Cast) -> None:
    people.set_active(user_id=cast.grid.pk, active=False, by=cast.office, reason="left")
    assert enter(client, "grid").status_code == 422


# ---- next= --------------------------------------------------------------------------------------------------


def test_next_is_kept_through_the_door(client: Client, cast: Cast) -> None:
    door = client.get("/field/").headers["Location"]
    assert door == "/sign-in/?next=/field/"
    assert 'name="next" value="/field/"' in client.get(door).text
    assert enter(client, "grid", next="/field/?q=1").headers["Location"] == "/field/?q=1"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/x",
        "javascript:alert(1)",
        "/\\evil.example",
        "http:///evil.example",
    ],
)
def test_next_to_another_site_is_refused(client: Client, cast: Cast, target: str) -> None:
    page = client.get(f"/sign-in/?next={quote(target)}").text
    assert '<input type="hidden" name="next" value="">' in page
    assert 'href="/sign-in/phone/"' in page, "the other way in does not carry it either"
    assert enter(client, "grid", next=target).headers["Location"] == "/"


# ---- an ended session ---------------------------------------------------------------------------------------


def test_ended_session_says_so_and_leads_back(client: Client, cast: Cast) -> None:
    enter(client, "grid")
    Session.objects.all().delete()
    door = client.get("/field/?q=12", follow=True)
    assert "登录已过期" in door.text
    assert 'name="next" value="/field/?q=12"' in door.text


def test_first_visit_is_not_called_an_ended_session(client: Client, db: None) -> None:
    assert "登录已过期" not in client.get("/sign-in/?next=/field/").text


def test_form_sent_after_the_session_ended_leads_back_to_the_form(client: Client, cast: Cast) -> None:
    answer = client.post("/password/", headers={"referer": "http://testserver/field/buildings/3/visit/?a=1"})
    assert answer.headers["Location"] == "/sign-in/?next=%2Ffield%2Fbuildings%2F3%2Fvisit%2F%3Fa%3D1"


def test_form_from_another_site_does_not_choose_the_way_back(client: Client, cast: Cast) -> None:
    answer = client.post("/password/", headers={"referer": "https://evil.example/x"})
    assert answer.headers["Location"] == "/sign-in/?next=/password/"


def test_fragment_without_session_sends_the_whole_page_to_the_door(client: Client, cast: Cast) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/field/?q=1"}
    answer = client.get("/sign-in/?next=/field/list/", headers=headers)
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=%2Ffield%2F%3Fq%3D1"


# ---- passwords ----------------------------------------------------------------------------------------------


def test_first_password_must_be_changed_before_anything_else(client: Client, cast: Cast) -> None:
    user, first = people.create_staff(name="chen", display_name="陈", nonce="n1", by=cast.office)
    enter(client, "chen", first)
    assert client.get("/field/").headers["Location"] == "/password/"
    page = client.get("/password/")
    assert "首次登录" in page.text
    assert "fc-nav-link" not in page.text, "no menu that leads nowhere"

    new = {"old": first, "new": "a quiet green morning", "again": "a quiet green morning"}
    assert client.post("/password/", new).status_code == 302
    user.refresh_from_db()
    assert not user.must_change_password
    assert AuditEvent.objects.filter(verb="password-changed", actor=user).exists()
    assert client.get("/password/").status_code == 200, "still signed in"


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", "a quiet green morning", "a quiet green morning", "当前密码不正确"),
        (factories.PASSWORD, "a quiet green morning", "a quiet red morning", "两次输入的新密码不一致"),
        (factories.PASSWORD, factories.PASSWORD, factories.PASSWORD, "新密码不能与当前密码相同"),
        (factories.PASSWORD, "short", "short", "12"),
    ],
)
def test_bad_new_password_is_refused(
    client: Client, cast: Cast, old: str, new: str, again: str, words: str
) -> None:
    enter(client, "grid")
    page = client.post("/password/", {"old": old, "new": new, "again": again})
    assert page.status_code == 422
    assert words in page.text.split("fc-errors")[1]
    cast.grid.refresh_from_db()
    assert cast.grid.check_password(factories.PASSWORD)


# ---- phone and code -----------------------------------------------------------------------------------------


@pytest.fixture
def outbox(settings, tmp_path: Path) -> Path:
    settings.SMS_BACKEND = f"file://{tmp_path}/sms.jsonl"
    return tmp_path / "sms.jsonl"


def ask(client: Client, capture, phone: str = PHONE, **more: str):
    with capture(execute=True):
        return client.post("/sign-in/phone/", {"phone": phone, **more})


def code_in(outbox: Path) -> str:
    last = json.loads(outbox.read_text().splitlines()[-1])
    assert last["phone"] == PHONE
    return re.search(r"\d{6}", last["text"]).group()


@pytest.fixture
def owner(db: None):
    return factories.landlord(phone=PHONE)


def test_landlord_signs_in_with_phone_and_code(
    client: Client, owner, outbox: Path, django_capture_on_commit_callbacks
) -> None:
    answer = ask(client, django_capture_on_commit_callbacks, "＋86 138 0013 8000", next="/landlords/")
    assert answer.headers["Location"] == "/sign-in/code/"
    page = client.get("/sign-in/code/").text
    assert "138****8000" in page
    done = client.post("/sign-in/code/", {"code": code_in(outbox)})
    assert done.headers["Location"] == "/landlords/"
    user = User.objects.get(kind=User.Kind.LANDLORD)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.display_name == "138****8000"
    assert AuditEvent.objects.filter(verb="sign-in", actor=user).exists()


def test_unknown_phone_sees_the_same_page_but_gets_no_message(
    client: Client, db: None, outbox: Path, django_capture_on_commit_callbacks
) -> None:
    answer = ask(client, django_capture_on_commit_callbacks)
    assert answer.headers["Location"] == "/sign-in/code/"
    assert not outbox.exists()


def test_wrong_code_is_refused_and_five_of_them_end_it(
    client: Client, owner, outbox: Path, django_capture_on_commit_callbacks
) -> None:
    ask(client, django_capture_on_commit_callbacks)
    right = code_in(outbox)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        page = client.post("/sign-in/code/", {"code": wrong})
        assert page.status_code == 422
        assert "验证码错误或已失效" in page.text
    assert client.post("/sign-in/code/", {"code": right}).status_code == 422


def test_code_expires(client: Client, owner, outbox: Path, django_capture_on_commit_callbacks) -> None:
    ask(client, django_capture_on_commit_callbacks)
    OneTimeCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post("/sign-in/code/", {"code": code_in(outbox)}).status_code == 422


def test_code_works_once(client: Client, owner, outbox: Path, django_capture_on_commit_callbacks) -> None:
    ask(client, django_capture_on_commit_callbacks)
    code = code_in(outbox)
    assert client.post("/sign-in/code/", {"code": code}).status_code == 302
    elsewhere = Client()
    session = elsewhere.session
    session["sign-in-phone"] = PHONE
    session.save()
    assert elsewhere.post("/sign-in/code/", {"code": code}).status_code == 422


def test_second_code_within_a_minute_is_refused(
    client: Client, owner, outbox: Path, django_capture_on_commit_callbacks
) -> None:
    ask(client, django_capture_on_commit_callbacks)
    page = ask(client, django_capture_on_commit_callbacks)
    assert page.status_code == 422
    assert "请等一分钟" in page.text
    assert len(outbox.read_text().splitlines()) == 1


@pytest.mark.parametrize("phone", ["", "12", "0755-12345678", "abcdefghijk"])
def test_not_a_mobile_number_is_refused(client: Client, db: None, phone: str) -> None:
    assert client.post("/sign-in/phone/", {"phone": phone}).status_code == 422
    assert not OneTimeCode.objects.exists()


def test_code_page_without_a_phone_leads_to_the_phone(client: Client, db: None) -> None:
    assert client.get("/sign-in/code/").headers["Location"] == "/sign-in/phone/"


def test_code_with_next_to_another_site_stays_here(
    client: Client, owner, outbox: Path, django_capture_on_commit_callbacks
) -> None:
    ask(client, django_capture_on_commit_callbacks, next="https://evil.example/")
    assert client.post("/sign-in/code/", {"code": code_in(outbox)}).headers["Location"] == "/"
