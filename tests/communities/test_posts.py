"""Posts and accounts as the office keeps them; nobody changes the own rights."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import translation

from accounts.models import AuditEvent, User
from accounts.roles import Permission, Role
from accounts.services import audit
from accounts.services import people as accounts
from communities import access
from communities.models import Post
from communities.services import posts
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import people
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON
DAY = NOON.date()
NOT_OFFICE = ["grid", "reviewer", "panel", "leader", "auditor", "landlord"]


def give(cast: Cast, by: Any = None, **post: Any) -> Post:
    given = {"user_id": cast.leader.pk, "role": Role.REVIEWER, "community_id": cast.fumin.pk, "grid_id": None}
    return people.give_post(**(given | {"from_on": DAY} | post), by=by or cast.office)


def told(verb: str) -> int:
    return AuditEvent.objects.filter(verb=verb).count()


VERBS = {
    "create": lambda cast, by, of: people.create(name="new", display_name="新", nonce="n1", by=by),
    "reset_password": lambda cast, by, of: people.reset_password(user_id=of.pk, by=by),
    "set_active": lambda cast, by, of: people.set_active(user_id=of.pk, active=False, by=by, reason="离岗"),
    "give_post": lambda cast, by, of: give(cast, by, user_id=of.pk),
    "end_post": lambda cast, by, of: people.end_post(post_id=Post.objects.get(user=of).pk, by=by, at=NOON),
}


class TestEveryVerb:
    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("who", NOT_OFFICE)
    def test_only_the_office_keeps_people(self, cast: Cast, verb: str, who: str) -> None:
        with pytest.raises(NotAllowed):
            VERBS[verb](cast, getattr(cast, who), cast.grid2)

    @pytest.mark.parametrize("verb", [v for v in VERBS if v != "create"])
    def test_nobody_changes_the_own_rights(self, cast: Cast, verb: str) -> None:
        before = AuditEvent.objects.count()
        with pytest.raises(NotAllowed):
            VERBS[verb](cast, cast.office, cast.office)
        assert AuditEvent.objects.count() == before

    @pytest.mark.parametrize("verb", ["reset_password", "set_active", "give_post"])
    def test_landlords_and_the_system_are_not_staff(self, cast: Cast, verb: str) -> None:
        for other in (cast.landlord, accounts.system_user()):
            with pytest.raises(OutOfScope):
                VERBS[verb](cast, cast.office, other)


class TestGivePost:
    def test_a_post_gives_its_rights_and_is_audited(self, cast: Cast) -> None:
        grid = factories.grid(cast.fumin)
        post = give(cast, role=Role.GRID_WORKER, grid_id=grid.pk)
        assert (post.community, post.grid, post.starts_on, post.given_by) == (
            cast.fumin,
            grid,
            DAY,
            cast.office,
        )
        assert access.can(User.objects.get(pk=cast.leader.pk), Permission.VISIT_SUBMIT)
        assert (told("post-given"), str(post.role_name)) == (1, str(post.get_role_display()))
        assert "福民" in str(post)

    @pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.REVIEWER])
    def test_a_local_role_needs_its_community(self, cast: Cast, role: Role) -> None:
        with pytest.raises(Invalid):
            give(cast, role=role, community_id=None)

    def test_a_street_wide_role_needs_none(self, cast: Cast) -> None:
        assert give(cast, role=Role.PANEL, community_id=None).community is None

    def test_landlord_is_no_post(self, cast: Cast) -> None:
        with pytest.raises(Invalid):
            give(cast, role=Role.LANDLORD)

    def test_a_grid_of_another_community_is_not_found(self, cast: Cast) -> None:
        with pytest.raises(OutOfScope):
            give(cast, role=Role.GRID_WORKER, grid_id=factories.grid(cast.qiankeng).pk)

    def test_the_same_post_twice_at_a_time_is_refused(self, cast: Cast) -> None:
        give(cast)
        with pytest.raises(Conflict):
            give(cast, from_on=DAY + timedelta(days=30))
        assert give(cast, community_id=cast.qiankeng.pk).pk

    def test_the_service_itself_refuses_the_own_post(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            posts.give_post(
                user_id=cast.office.pk,
                role=Role.PANEL,
                community_id=None,
                grid_id=None,
                from_on=DAY,
                by=cast.office,
            )


class TestEndPost:
    def end(self, cast: Cast, user: User) -> Post:
        return people.end_post(post_id=Post.objects.get(user=user).pk, by=cast.office, at=NOON)

    def test_rights_end_with_the_next_request(self, cast: Cast) -> None:
        assert self.end(cast, cast.grid).ends_on == DAY
        assert not access.can(User.objects.get(pk=cast.grid.pk), Permission.VISIT_SUBMIT)

    def test_a_post_that_ended_is_not_ended_again(self, cast: Cast) -> None:
        self.end(cast, cast.grid)
        with pytest.raises(Conflict):
            self.end(cast, cast.grid)

    def test_a_post_that_was_to_end_later_ends_now(self, cast: Cast) -> None:
        Post.objects.filter(user=cast.grid).update(ends_on=DAY + timedelta(days=90))
        assert self.end(cast, cast.grid).ends_on == DAY

    def test_a_post_that_has_not_begun_never_begins(self, cast: Cast) -> None:
        Post.objects.filter(user=cast.grid).update(starts_on=DAY + timedelta(days=9))
        assert self.end(cast, cast.grid).ends_on == DAY + timedelta(days=9)
        assert not Post.objects.held_on(DAY + timedelta(days=9)).filter(user=cast.grid).exists()

    def test_an_unknown_post_is_not_found(self, cast: Cast) -> None:
        with pytest.raises(OutOfScope):
            people.end_post(post_id=10**9, by=cast.office, at=NOON)


class TestAccounts:
    def test_a_new_account_has_a_first_password_to_be_changed(self, cast: Cast) -> None:
        user, password = people.create(
            name=" ｚｈａｎｇ ", display_name=" 张三　", nonce="n2", by=cast.office
        )
        assert (user.name, user.display_name, user.must_change_password) == ("zhang", "张三", True)
        assert user.check_password(password)
        assert (str(user), told("account-created")) == ("张三", 1)
        assert password not in str(list(AuditEvent.objects.values()))

    def test_a_taken_or_empty_name_is_refused(self, cast: Cast) -> None:
        with pytest.raises(Conflict):
            people.create(name="grid", display_name="", nonce="n3", by=cast.office)
        with pytest.raises(Invalid):
            people.create(name="　", display_name="", nonce="n4", by=cast.office)

    def test_a_forgotten_password_is_replaced_by_one_to_be_changed(self, cast: Cast) -> None:
        password = people.reset_password(user_id=cast.grid.pk, by=cast.office)
        cast.grid.refresh_from_db()
        assert cast.grid.check_password(password)
        assert (cast.grid.must_change_password, told("password-reset")) == (True, 1)

    def test_the_own_new_password_is_checked_and_kept(self, cast: Cast) -> None:
        User.objects.filter(pk=cast.grid.pk).update(must_change_password=True)
        with pytest.raises(Invalid) as refused:
            accounts.change_password(user=cast.grid, password="12345")
        assert str(refused.value)
        accounts.change_password(user=cast.grid, password="a-long-good-pass-phrase")
        cast.grid.refresh_from_db()
        assert cast.grid.check_password("a-long-good-pass-phrase")
        assert (cast.grid.must_change_password, told("password-changed")) == (False, 1)

    def test_closing_an_account_ends_its_sessions_and_nobody_elses(self, cast: Cast) -> None:
        for user in (cast.grid, cast.reviewer):
            session = SessionStore()
            session["_auth_user_id"] = str(user.pk)
            session.create()
        people.set_active(user_id=cast.grid.pk, active=False, by=cast.office, reason=" 离岗 ")
        (left,) = Session.objects.all()
        assert left.get_decoded()["_auth_user_id"] == str(cast.reviewer.pk)
        assert AuditEvent.objects.get(verb="account-closed").reason == "离岗"

    def test_a_closed_account_is_opened_again(self, cast: Cast) -> None:
        for active in (False, True):
            user = people.set_active(user_id=cast.grid.pk, active=active, by=cast.office, reason="x")
            assert user.is_active is active
            with pytest.raises(Conflict):
                people.set_active(user_id=cast.grid.pk, active=active, by=cast.office, reason="x")
        assert told("account-opened") == 1

    def test_a_reason_is_required(self, cast: Cast) -> None:
        with pytest.raises(Invalid):
            people.set_active(user_id=cast.grid.pk, active=False, by=cast.office, reason=" ")

    def test_the_service_itself_refuses_the_own_account(self, cast: Cast) -> None:
        with pytest.raises(Invalid):
            accounts.set_active(user_id=cast.office.pk, active=False, by=cast.office, reason="x")

    def test_superusers_are_managed_by_superusers(self, cast: Cast) -> None:
        boss = User.objects.create_superuser("boss", "x")
        assert (boss.is_staff, boss.is_superuser) == (True, True)
        for verb in ("reset_password", "set_active"):
            with pytest.raises(NotAllowed):
                VERBS[verb](cast, cast.office, boss)
        User.objects.filter(pk=cast.office.pk).update(is_superuser=True)
        assert people.reset_password(user_id=boss.pk, by=User.objects.get(pk=cast.office.pk))

    def test_nothing_remains_when_the_last_step_explodes(self, cast: Cast, monkeypatch) -> None:
        monkeypatch.setattr(audit, "record", lambda *_, **__: 1 / 0)
        for verb in ("create", "reset_password", "set_active", "give_post"):
            with pytest.raises(ZeroDivisionError):
                VERBS[verb](cast, cast.office, cast.grid2)
        cast.grid2.refresh_from_db()
        assert (cast.grid2.is_active, cast.grid2.check_password(factories.PASSWORD)) == (True, True)
        assert not User.objects.filter(name="new").exists()
        assert Post.objects.filter(user=cast.grid2).count() == 1


def test_the_names_of_places_speak(cast: Cast) -> None:
    committee = cast.fumin.committees.create(street=cast.fumin.street, name="福安", starts_on=DAY)
    named = (
        cast.fumin.street,
        cast.fumin,
        factories.grid(cast.fumin),
        factories.estate(cast.fumin),
        committee,
    )
    with translation.override("zh-hans"):
        assert [str(place) for place in named] == ["福城街道", "福民", "福民第01网格", "福景花园", "福安"]
