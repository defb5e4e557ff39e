"""Accounts and posts as the street office keeps them; nobody changes the own rights."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission, Role
from accounts.services import people, second_step
from communities import access
from communities.models import Post
from communities.services import posts
from core.dates import day_of
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from core.text import fold


@transaction.atomic(durable=True)
def create(*, name: str, display_name: str, nonce: str, by: User) -> tuple[User, str]:
    """A staff account and its first password, which is shown once and kept nowhere in clear."""
    access.authorize(by, Permission.PEOPLE_MANAGE)
    return people.create_staff(name=fold(name), display_name=fold(display_name), nonce=nonce, by=by)


@transaction.atomic(durable=True)
def reset_password(*, user_id: int, by: User) -> str:
    """A new first password for someone else; the own one is changed on the own page."""
    person = _someone_else(user_id, by)
    return people.reset_password(user_id=person.pk, by=by)


@transaction.atomic(durable=True)
def take_second_step(*, user_id: int, by: User, reason: str) -> None:
    """For someone else whose phone is lost; with a new phone it is set up anew."""
    person = _someone_else(user_id, by)
    if not reason.strip():
        raise Invalid(_("Give a reason; it stays in the audit trail."))
    if person.is_superuser and not by.is_superuser:
        raise NotAllowed
    second_step.take_away(user=person, by=by, reason=reason.strip())


@transaction.atomic(durable=True)
def set_active(*, user_id: int, active: bool, by: User, reason: str) -> User:
    """Closes or opens an account; Conflict when it is so already."""
    person = _someone_else(user_id, by)
    if not reason.strip():
        raise Invalid(_("Give a reason; it stays in the audit trail."))
    if person.is_active == active:
        raise Conflict(_("This account is open already.") if active else _("This account is closed already."))
    return people.set_active(user_id=person.pk, active=active, by=by, reason=reason.strip())


@transaction.atomic(durable=True)
def give_post(
    *, user_id: int, role: str, community_id: int | None, grid_id: int | None, from_on: date, by: User
) -> Post:
    person = _someone_else(user_id, by)
    return posts.give_post(
        user_id=person.pk,
        role=Role(role),
        community_id=community_id,
        grid_id=grid_id,
        from_on=from_on,
        by=by,
    )


@transaction.atomic(durable=True)
def end_post(*, post_id: int, by: User, at: datetime) -> Post:
    """The post ends today; its rights end with the next request."""
    return posts.end_post(post_id=post_id, on=day_of(at), by=by)


def _someone_else(user_id: int, by: User) -> User:
    access.authorize(by, Permission.PEOPLE_MANAGE)
    person = User.objects.select_for_update().filter(pk=user_id, kind=User.Kind.STAFF).first()
    if person is None:
        raise OutOfScope
    if person.pk == by.pk:
        raise NotAllowed(_("Nobody may change the own rights; ask another person of the office."))
    return person
