"""Accounts and posts; nobody edits the own rights."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.roles import Role
from communities.models import Post
from tests import factories
from tests.web.office.conftest import Office

PEOPLE = "/office/people/"


def person_url(user: User) -> str:
    return f"{PEOPLE}{user.pk}/"


def test_a_new_person_from_account_to_first_sign_in_and_post(office: Office) -> None:
    answer = office.post(f"{PEOPLE}new/", name="g-0815", display_name="李四")
    assert "no-store" in answer["Cache-Control"]
    (password,) = re.findall(r"<code>(\S+)</code>", answer.content.decode())
    person = User.objects.get(name="g-0815")
    assert password not in office.get(person_url(person)).content.decode()
    given = office.post(
        f"{person_url(person)}posts/",
        role="grid_worker",
        community=office.cast.fumin.pk,
        from_on=timezone.localdate().isoformat(),
    )
    assert given.url == person_url(person)
    client = Client()
    client.post("/sign-in/", {"username": "g-0815", "password": password})
    assert client.get("/review/register/").url == "/password/"
    assert Post.objects.get(user=person).given_by == office.cast.office


def test_taken_or_missing_name_is_said_beside_the_form(office: Office) -> None:
    answer = office.post(f"{PEOPLE}new/", name="grid", display_name="张三")
    assert answer.status_code == 422
    assert "This sign-in name is taken" in answer.content.decode()
    assert "张三" in answer.content.decode()
    assert office.post(f"{PEOPLE}new/", name="", display_name="x").status_code == 422


def test_reset_shows_a_new_first_password_once(office: Office) -> None:
    old = User.objects.get(pk=office.cast.grid.pk).password
    answer = office.post(f"{person_url(office.cast.grid)}password/")
    assert "New first password, shown once" in answer.content.decode()
    row = User.objects.get(pk=office.cast.grid.pk)
    assert row.must_change_password
    assert row.password != old


def test_close_and_open_an_account_with_a_reason(office: Office) -> None:
    url = f"{person_url(office.cast.grid)}active/"
    assert office.post(url, active="0", reason="").status_code == 422
    office.post(url, active="0", reason="left the street")
    assert not User.objects.get(pk=office.cast.grid.pk).is_active
    assert office.post(url, active="0", reason="again").status_code == 422
    office.post(url, active="1", reason="came back")
    assert User.objects.get(pk=office.cast.grid.pk).is_active
    assert AuditEvent.objects.filter(verb__startswith="account-").count() == 2


def test_post_is_given_once_and_ended(office: Office) -> None:
    person = office.cast.grid2
    data = {"role": "reviewer", "community": office.cast.qiankeng.pk, "from_on": "2026-01-01"}
    office.post(f"{person_url(person)}posts/", **data)
    again = office.post(f"{person_url(person)}posts/", **data)
    assert again.status_code == 422
    assert "already holds this post" in again.content.decode()
    post = Post.objects.get(user=person, role="reviewer")
    assert office.post(f"/office/posts/{post.pk}/end/").url == person_url(person)
    post.refresh_from_db()
    assert post.ends_on == timezone.localdate()
    assert office.post(f"/office/posts/{post.pk}/end/").status_code == 409


def test_local_post_without_community_is_refused_with_what_was_chosen(office: Office) -> None:
    answer = office.post(f"{person_url(office.cast.grid)}posts/", role="reviewer", from_on="2026-01-01")
    assert answer.status_code == 422
    assert "Choose the community" in answer.content.decode()
    assert '<option value="reviewer" selected>' in answer.content.decode()


def test_nobody_edits_the_own_rights(office: Office) -> None:
    me = office.cast.office
    page = office.get(person_url(me)).content.decode()
    assert "Nobody may change the own rights" in page
    assert "posts/" not in page.replace(f"{PEOPLE}", "")
    own = Post.objects.get(user=me)
    assert office.post(f"{person_url(me)}posts/", role="auditor", from_on="2026-01-01").status_code == 403
    assert office.post(f"{person_url(me)}password/").status_code == 403
    assert office.post(f"{person_url(me)}active/", active="0", reason="x").status_code == 403
    assert office.post(f"/office/posts/{own.pk}/end/").status_code == 403
    assert Post.objects.filter(user=me).count() == 1


@pytest.mark.parametrize("who", ["reviewer", "leader", "auditor", "panel"])
def test_people_are_the_offices(office: Office, who: str) -> None:
    someone = getattr(office.cast, who)
    assert office.get(PEOPLE, by=someone).status_code == 403
    assert office.post(f"{person_url(office.cast.grid)}password/", by=someone).status_code == 403


def test_landlords_are_not_managed_here(office: Office) -> None:
    assert office.get(person_url(office.cast.landlord)).status_code == 404
    assert office.post(f"{person_url(office.cast.landlord)}password/").status_code == 404


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=grid2", ">grid2<", ">reviewer2<"),
        ("role=panel", ">panel<", ">reviewer<"),
        ("state=closed", "Nobody fits", ">panel<"),
        ("state=no_post", "rule-office", ">panel<"),
    ],
)
def test_list_is_searched(office: Office, query: str, shown: str, hidden: str) -> None:
    page = office.get(f"{PEOPLE}?{query}").content.decode()
    assert shown in page
    assert hidden not in page


def test_list_costs_the_same_for_one_and_fifty_people(office: Office) -> None:
    def cost(url: str) -> int:
        office.get(url)
        with CaptureQueriesContext(connection) as captured:
            office.get(url)
        return len(captured)

    one = cost(f"{PEOPLE}?role=panel")
    for number in range(49):
        factories.person(f"panel-{number}", Role.PANEL)
    assert cost(f"{PEOPLE}?role=panel") == one


def test_a_second_click_shows_a_password_that_works_for_the_one_account(office: Office) -> None:
    form = office.get(f"{PEOPLE}new/").content.decode()
    (nonce,) = re.findall(r'name="nonce" value="([^"]+)"', form)
    sent = {"name": "g-0816", "display_name": "王五", "nonce": nonce}
    office.post(f"{PEOPLE}new/", **sent)
    answer = office.post(f"{PEOPLE}new/", **sent)
    (password,) = re.findall(r"<code>(\S+)</code>", answer.content.decode())
    assert User.objects.get(name="g-0816").check_password(password)
    assert AuditEvent.objects.filter(verb="account-created").count() == 1


def test_the_name_of_another_form_stays_taken(office: Office) -> None:
    office.post(f"{PEOPLE}new/", name="g-0817", display_name="王五", nonce="one")
    answer = office.post(f"{PEOPLE}new/", name="g-0817", display_name="王五", nonce="two")
    assert answer.status_code == 422
    assert User.objects.get(name="g-0817").must_change_password
