"""Signing in with a second step, as the browser sees it."""

import re
from datetime import timedelta

import pyotp
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import SecondStep, User
from accounts.services import second_step
from tests.conftest import Cast
from tests.factories import PASSWORD


def code_of(user: User) -> str:
    return pyotp.TOTP(SecondStep.objects.get(user=user).secret).now()


def set_up(user: User) -> None:
    """On since two minutes ago, so that the code of now is unused."""
    then = timezone.now() - timedelta(minutes=2)
    second_step.begin(user=user)
    second_step.confirm(
        user=user, code=pyotp.TOTP(SecondStep.objects.get(user=user).secret).at(then), at=then
    )


def sign_in(client: Client, name: str, **more: str):
    return client.post("/sign-in/", {"username": name, "password": PASSWORD, **more})


def test_the_password_alone_opens_nothing(client: Client, cast: Cast) -> None:
    set_up(cast.office)
    assert sign_in(client, "office", next="/office/jobs/").url == "/sign-in/second/"
    assert client.get("/office/").status_code == 302
    wrong = client.post("/sign-in/second/", {"code": "000000"})
    assert wrong.status_code == 422
    assert client.get("/office/").status_code == 302
    code = code_of(cast.office)
    right = client.post("/sign-in/second/", {"code": f" {code[:3]} {code[3:]}"})
    assert right.url == "/office/jobs/"
    assert client.get("/office/").status_code == 200


def test_a_code_without_a_password_just_now_leads_back_to_the_door(client: Client, cast: Cast) -> None:
    set_up(cast.office)
    assert client.post("/sign-in/second/", {"code": code_of(cast.office)}).url == "/sign-in/"
    sign_in(client, "office")
    session = client.session
    session["second-step-waiting"] |= {"since": timezone.now().timestamp() - 301}
    session.save()
    assert client.post("/sign-in/second/", {"code": code_of(cast.office)}).url == "/sign-in/"


def test_it_is_set_up_on_the_own_page(client: Client, cast: Cast) -> None:
    client.force_login(cast.grid)
    client.post("/second-step/", {"verb": "begin"})
    page = client.get("/second-step/")
    assert "<svg" in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0")
    done = client.post("/second-step/", {"verb": "confirm", "code": code_of(cast.grid)})
    shown = re.findall(r"<code>([a-z0-9-]{19})</code>", done.content.decode())
    assert len(shown) == second_step.RECOVERY_CODES
    assert shown[0] not in client.get("/second-step/").content.decode()
    assert second_step.is_on(cast.grid)
    client.post("/sign-out/")
    assert sign_in(client, "grid").url == "/sign-in/second/"
    assert client.post("/sign-in/second/", {"code": shown[0]}).url == "/"


@pytest.fixture
def required(settings: Settings) -> None:
    settings.SECOND_STEP_REQUIRED = True


@pytest.mark.usefixtures("required")
def test_where_it_is_required_the_office_sets_it_up_before_anything_else(client: Client, cast: Cast) -> None:
    client.force_login(cast.office)
    assert client.get("/office/").url == "/second-step/"
    assert client.post("/second-step/", {"verb": "begin"}).url == "/second-step/"
    client.post("/second-step/", {"verb": "confirm", "code": code_of(cast.office)})
    assert client.get("/office/").status_code == 200
    refused = client.post("/second-step/", {"verb": "off", "code": code_of(cast.office)})
    assert refused.status_code == 200
    assert second_step.is_on(cast.office)


@pytest.mark.usefixtures("required")
def test_field_workers_go_on_without_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.grid)
    assert client.get("/field/").status_code == 200


def test_a_token_for_machines_takes_the_code_too(client: Client, cast: Cast) -> None:
    set_up(cast.office)
    door = {"name": "office", "password": PASSWORD}
    assert client.post("/api/v1/token/", door).status_code == 400
    assert client.post("/api/v1/token/", door | {"code": code_of(cast.office)}).status_code == 201


@pytest.mark.usefixtures("required")
def test_no_token_before_the_second_step_is_set_up(client: Client, cast: Cast) -> None:
    door = {"name": "office", "password": PASSWORD}
    assert client.post("/api/v1/token/", door).status_code == 403


def test_the_office_takes_it_away_for_a_lost_phone(client: Client, cast: Cast) -> None:
    set_up(cast.grid)
    client.force_login(cast.office)
    page = client.get(f"/office/people/{cast.grid.pk}/").content.decode()
    assert f"/office/people/{cast.grid.pk}/second-step/" in page
    client.post(f"/office/people/{cast.grid.pk}/second-step/", {"reason": "phone lost"})
    assert not second_step.is_on(cast.grid)
