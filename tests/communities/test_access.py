"""Rights come from posts held today; scope comes from the same posts."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from accounts.roles import ROLE_NAMES, ROLE_PERMISSIONS, STREET_WIDE_ROLES, Permission, Role
from accounts.services.people import system_user
from communities import access
from communities.models import Community, Estate, Grid, Post
from core.errors import NotAllowed
from tests import factories
from tests.conftest import Cast

DAY = timedelta(days=1)
STAFF = [role for role in Role if role is not Role.LANDLORD]


def fresh(user: User) -> User:
    """As at the next request: nothing remembered."""
    return User.objects.get(pk=user.pk)


def today() -> date:
    return timezone.localdate()


def somebody(**post: Any) -> User:
    user = User.objects.create_user("somebody", None)
    Post.objects.create(user=user, **({"starts_on": date(2019, 1, 1)} | post))
    return user


class TestRoles:
    @pytest.mark.parametrize("role", STAFF)
    def test_a_post_gives_exactly_the_rights_of_its_role(self, cast: Cast, role: Role) -> None:
        community = None if role in STREET_WIDE_ROLES else cast.fumin
        user = somebody(role=role, community=community)
        held = {permission for permission in Permission if access.can(user, permission)}
        assert held == ROLE_PERMISSIONS[role]
        assert access.roles_of(user) == {role}
        assert access.scope_of(user).whole_street is (role in STREET_WIDE_ROLES)

    def test_every_role_has_a_name_and_rights_and_every_right_a_role(self) -> None:
        assert set(ROLE_NAMES) == set(ROLE_PERMISSIONS) == set(Role)
        assert frozenset().union(*ROLE_PERMISSIONS.values()) == set(Permission)

    def test_nobody_both_inspects_and_decides_by_one_role(self) -> None:
        deciding = {Permission.GRADE_DECIDE, Permission.GRADE_DECIDE_RED, Permission.GRADE_REVIEW}
        for rights in ROLE_PERMISSIONS.values():
            assert not (Permission.VISIT_SUBMIT in rights and rights & deciding)

    def test_a_landlord_has_a_landlords_rights_and_no_community(self, cast: Cast) -> None:
        assert access.can(cast.landlord, Permission.PROOF_SEND)
        assert not access.can(cast.landlord, Permission.REGISTER_READ)
        assert access.scope_of(cast.landlord) == access.Scope(False, frozenset())

    def test_the_system_acts_as_the_office_although_it_never_signs_in(self, db: None) -> None:
        system = system_user()
        assert (system.is_active, system_user()) == (False, system)
        assert access.can(system, Permission.GRADE_BULK_ASSESS)
        assert access.scope_of(system).whole_street

    def test_a_stranger_has_nothing(self, db: None) -> None:
        for user in (AnonymousUser(), User.objects.create_user("no-post", None)):
            assert access.posts_of(user) == ()
            assert not access.can(user, Permission.REGISTER_READ)


class TestCommunity:
    def test_a_local_post_counts_in_its_community_only(self, cast: Cast) -> None:
        reviewer, right = cast.reviewer, Permission.GRADE_DECIDE
        assert access.can(reviewer, right)
        assert access.can(reviewer, right, community_id=cast.fumin.pk)
        assert not access.can(reviewer, right, community_id=cast.qiankeng.pk)

    def test_a_street_wide_post_counts_everywhere(self, cast: Cast) -> None:
        assert access.can(cast.office, Permission.SIGN_PRINT, community_id=cast.qiankeng.pk)

    def test_two_posts_add_up_and_each_stays_in_its_place(self, cast: Cast) -> None:
        Post.objects.create(
            user=cast.grid, role=Role.REVIEWER, community=cast.qiankeng, starts_on=date(2019, 1, 1)
        )
        user = fresh(cast.grid)
        assert access.scope_of(user).community_ids == {cast.fumin.pk, cast.qiankeng.pk}
        assert access.can(user, Permission.VISIT_SUBMIT, community_id=cast.fumin.pk)
        assert not access.can(user, Permission.VISIT_SUBMIT, community_id=cast.qiankeng.pk)
        assert access.can(user, Permission.GRADE_DECIDE, community_id=cast.qiankeng.pk)

    def test_authorize_raises_where_can_says_no(self, cast: Cast) -> None:
        access.authorize(cast.reviewer, Permission.GRADE_DECIDE, community_id=cast.fumin.pk)
        with pytest.raises(NotAllowed):
            access.authorize(cast.reviewer, Permission.GRADE_DECIDE, community_id=cast.qiankeng.pk)


class TestDates:
    @pytest.mark.parametrize(
        ("starts", "ends", "holds"),
        [
            (-30, None, True),
            (0, None, True),
            (1, None, False),
            (-30, 1, True),
            (-30, 0, False),
            (-30, -1, False),
        ],
    )
    def test_a_post_counts_from_its_first_day_until_before_its_last(
        self, cast: Cast, starts: int, ends: int | None, holds: bool
    ) -> None:
        user = somebody(
            role=Role.OFFICE,
            starts_on=today() + starts * DAY,
            ends_on=None if ends is None else today() + ends * DAY,
        )
        assert access.can(user, Permission.REGISTER_READ) is holds
        assert access.scope_of(user).whole_street is holds

    def test_a_deactivated_person_has_no_rights(self, cast: Cast) -> None:
        for user in (cast.office, cast.landlord):
            User.objects.filter(pk=user.pk).update(is_active=False)
            assert access.posts_of(fresh(user)) == ()

    def test_posts_are_read_once_a_request(self, cast: Cast, django_assert_num_queries) -> None:
        user = fresh(cast.reviewer)
        with django_assert_num_queries(1):
            for _n in range(5):
                access.can(user, Permission.GRADE_DECIDE)
                access.scope_of(user)


class TestVisiblePlaces:
    def test_communities_grids_estates_and_posts_of_the_own_posts(self, cast: Cast) -> None:
        for community in (cast.fumin, cast.qiankeng):
            factories.grid(community)
            factories.estate(community)
        assert list(Community.objects.visible_to(cast.grid)) == [cast.fumin]
        assert Community.objects.visible_to(cast.leader).count() == 2
        for model in (Grid, Estate):
            assert {row.community for row in model.objects.visible_to(cast.grid)} == {cast.fumin}
            assert model.objects.visible_to(cast.office).count() == 2
            assert not model.objects.visible_to(cast.landlord).exists()
        assert {p.user for p in Post.objects.visible_to(cast.reviewer)} == {cast.grid, cast.reviewer}
        assert Post.objects.visible_to(cast.office).count() == 8

    def test_the_tree_of_communities_is_dated(self, cast: Cast) -> None:
        Community.objects.filter(pk=cast.fumin.pk).update(ends_on=date(2023, 1, 1))
        later = factories.community("新和", "440306014009")
        Community.objects.filter(pk=later.pk).update(starts_on=date(2023, 1, 1))

        def names(day: date) -> set[str]:
            return {c.name for c in Community.objects.on_day(day)}

        assert names(date(2018, 1, 1)) == set()
        assert names(date(2022, 12, 31)) == {"福民", "茜坑"}
        assert names(date(2023, 1, 1)) == {"新和", "茜坑"}
