"""The door for machines: tokens, refusals as problem+json, the description and its page."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import AuditEvent, User
from accounts.services import people
from communities.models import Post
from tests.api.conftest import Machine
from tests.conftest import Cast
from tests.factories import PASSWORD

TOKEN, UNITS = "/api/v1/token/", "/api/v1/units/"


def ask(name: str, password: str = PASSWORD, **headers: str):
    return APIClient().post(TOKEN, {"name": name, "password": password}, format="json", headers=headers)


def get(token: str, path: str = UNITS):
    return APIClient().get(path, headers={"Authorization": f"Token {token}"})


def test_a_token_opens_the_door_until_it_is_revoked(cast: Cast) -> None:
    token = ask("grid").json()["token"]
    assert get(token).status_code == 200

    revoked = APIClient().post("/api/v1/token/revoke/", headers={"Authorization": f"Token {token}"})

    assert revoked.status_code == 204
    assert get(token).status_code == 401
    assert set(AuditEvent.objects.values_list("verb", flat=True)) >= {"token-made", "token-revoked"}


def test_a_token_is_kept_as_a_hash_only(cast: Cast) -> None:
    token = ask("grid").json()["token"]
    row = AuthToken.objects.get()
    assert token not in (row.digest, row.token_key)
    assert token not in str(AuditEvent.objects.values_list("data", flat=True))


def test_five_wrong_passwords_lock_the_door_for_right_ones_too(cast: Cast) -> None:
    answers = [ask("grid", "wrong").status_code for _ in range(5)]
    locked = ask("grid")
    assert set(answers[:4]) == {401}
    assert locked.status_code == 429
    assert locked["Content-Type"] == "application/problem+json"
    assert int(locked["Retry-After"]) > 0
    assert ask("reviewer").status_code == 201


def test_unknown_name_and_wrong_password_look_alike(cast: Cast) -> None:
    unknown, wrong = ask("nobody").json(), ask("grid", "wrong").json()
    assert unknown == wrong


def test_a_first_password_opens_no_door_for_machines(cast: Cast) -> None:
    _user, password = people.create_staff(name="new", display_name="新人", nonce="n1", by=cast.office)
    assert ask("new", password).status_code == 403
    assert not AuthToken.objects.exists()


def test_rights_withdrawn_are_gone_with_the_next_request(cast: Cast, machine: Machine) -> None:
    from tests import factories

    factories.units(factories.building(cast.fumin))
    client = machine(cast.reviewer)
    assert client.get(UNITS).json()["count"] == 1

    Post.objects.filter(user=cast.reviewer).update(ends_on="2020-01-01")
    assert client.get(UNITS).json()["count"] == 0

    people.set_active(user_id=cast.reviewer.pk, active=False, by=cast.office, reason="调离")
    assert client.get(UNITS).status_code == 401


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token nonsense", "Bearer abc", "Token 密"])
def test_a_broken_token_is_401_as_problem(db: None, header: str) -> None:
    response = APIClient().get(UNITS, HTTP_AUTHORIZATION=header.encode().decode("latin-1"))
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Token"


def test_a_page_session_reads_but_does_not_write_without_its_csrf_token(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.grid)
    assert client.get(UNITS).status_code == 200
    response = client.post("/api/v1/visits/", {}, content_type="application/json")
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"


def test_problems_speak_the_readers_language(cast: Cast, machine: Machine) -> None:
    client = machine(cast.grid)
    body = client.get(f"{UNITS}{'4' * 25}/", headers={"Accept-Language": "en"}).json()
    assert body["status"] == 404
    assert body["code"] == "not-found"
    assert body["instance"] == f"{UNITS}{'4' * 25}/"
    assert re.search(r"not found|no .*match", body["detail"], re.IGNORECASE)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nothing/", 404),
        ("get", "/api/v1/units", 404),
        ("delete", UNITS, 405),
        ("post", UNITS, 405),
        ("get", "/api/v1/visits/", 405),
    ],
)
def test_every_wrong_address_or_method_is_a_problem(cast, machine: Machine, method, path, status) -> None:
    response = getattr(machine(cast.office), method)(path)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_a_body_that_is_no_json_is_a_problem(cast: Cast, machine: Machine) -> None:
    client = machine(cast.grid)
    broken = client.post("/api/v1/visits/", b"{", content_type="application/json")
    other = client.post("/api/v1/visits/", b"<a/>", content_type="application/xml")
    listed = client.post("/api/v1/visits/", b"[1]", content_type="application/json")
    assert (broken.status_code, other.status_code, listed.status_code) == (400, 415, 400)
    assert {r["Content-Type"] for r in (broken, other, listed)} == {"application/problem+json"}


def test_the_description_is_complete(tmp_path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


def test_the_page_of_the_description_has_nothing_inline_and_no_other_host(client, cast: Cast) -> None:
    assert client.get("/api/docs/").status_code == 302
    client.force_login(cast.office)
    response = client.get("/api/docs/")
    html = response.content.decode()
    assert response.status_code == 200
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    assert all(re.match(r'<script src="/', tag) for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r"https?://", html)
    assert client.get("/api/schema/?format=json").json()["openapi"].startswith("3.")


def test_a_deactivated_persons_token_is_refused(cast: Cast, machine: Machine) -> None:
    client = machine(cast.grid)
    User.objects.filter(pk=cast.grid.pk).update(is_active=False)
    assert client.get(UNITS).status_code == 401
