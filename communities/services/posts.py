"""Giving a post and ending it."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission, Role
from accounts.services import audit
from communities import access
from communities.models import Community, Grid, Post
from core.errors import Conflict, Invalid, NotAllowed


@transaction.atomic
def give_post(
    *,
    user_id: int,
    role: Role,
    community_id: int | None,
    grid_id: int | None,
    from_on: date,
    by: User,
) -> Post:
    """Nobody gives a post to himself; local roles need a community."""
    access.authorize(by, Permission.PEOPLE_MANAGE)
    if user_id == by.pk:
        raise NotAllowed(_("Nobody may change the own rights; ask another person of the office."))
    if role is Role.LANDLORD:
        raise Invalid(_("A landlord is an account of its own kind, not a post."))
    if role in {Role.GRID_WORKER, Role.REVIEWER} and community_id is None:
        raise Invalid(_("Choose the community in which this person serves."))
    community = Community.objects.visible_to(by).one(pk=community_id) if community_id else None
    grid = Grid.objects.visible_to(by).one(pk=grid_id, community=community) if grid_id else None
    try:
        with transaction.atomic():
            post = Post.objects.create(
                user_id=user_id, role=role, community=community, grid=grid, starts_on=from_on, given_by=by
            )
    except IntegrityError as error:
        raise Conflict(_("This person already holds this post.")) from error
    audit.record("post-given", by=by, subject="post", subject_id=post.pk, data={"role": role})
    return post


@transaction.atomic
def end_post(*, post_id: int, on: date, by: User) -> Post:
    """The post ends on a day, also one that was to end later; rights end with the next request."""
    access.authorize(by, Permission.PEOPLE_MANAGE)
    post = Post.objects.visible_to(by).lock(post_id)
    if post.user_id == by.pk:
        raise NotAllowed(_("Nobody may change the own rights; ask another person of the office."))
    if post.ends_on is not None and post.ends_on <= on:
        raise Conflict(_("This post has ended already."))
    audit.act_as(by)
    post.ends_on = max(on, post.starts_on)
    post.save(update_fields=["ends_on"])
    return post
