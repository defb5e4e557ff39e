"""Who may do what, where. Rights come from posts held today; nothing is remembered between requests."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.roles import ROLE_PERMISSIONS, SECOND_STEP_ROLES, Permission, Role
from core.errors import NotAllowed


@dataclass(frozen=True)
class HeldPost:
    role: Role
    community_id: int | None
    grid_id: int | None


@dataclass(frozen=True)
class Scope:
    """The communities a person's posts reach, or the whole street."""

    whole_street: bool
    community_ids: frozenset[int]


def posts_of(user: User) -> tuple[HeldPost, ...]:
    """Posts held today; read once a request (the user object is made anew each time)."""
    held: tuple[HeldPost, ...] | None = getattr(user, "_held_posts", None)
    if held is None:
        held = _read_posts(user)
        user._held_posts = held  # type: ignore[attr-defined]
    return held


def _read_posts(user: User) -> tuple[HeldPost, ...]:
    if not user.is_authenticated or not (user.is_active or user.kind == User.Kind.SYSTEM):
        return ()
    if user.kind == User.Kind.LANDLORD:
        return (HeldPost(Role.LANDLORD, None, None),)
    if user.kind == User.Kind.SYSTEM:
        return (HeldPost(Role.OFFICE, None, None),)
    from communities.models import Post

    rows = Post.objects.held_on(timezone.localdate()).filter(user=user)
    return tuple(
        HeldPost(Role(role), community, grid)
        for role, community, grid in rows.values_list("role", "community_id", "grid_id")
    )


def roles_of(user: User) -> frozenset[Role]:
    return frozenset(post.role for post in posts_of(user))


def needs_second_step(user: User) -> bool:
    """Whether this person may work only with a second step at sign-in."""
    return settings.SECOND_STEP_REQUIRED and (user.is_superuser or bool(roles_of(user) & SECOND_STEP_ROLES))


def scope_of(user: User) -> Scope:
    """What the person's staff posts let them see; a landlord's post reaches no community."""
    staff = [post for post in posts_of(user) if post.role is not Role.LANDLORD]
    return Scope(
        whole_street=any(post.community_id is None for post in staff),
        community_ids=frozenset(post.community_id for post in staff if post.community_id is not None),
    )


def can(user: User, permission: Permission, *, community_id: int | None = None) -> bool:
    """Whether a post of this person includes the verb, in this community when one is named."""
    return any(
        permission in ROLE_PERMISSIONS[post.role]
        and (community_id is None or post.community_id in (None, community_id))
        for post in posts_of(user)
    )


def authorize(user: User, permission: Permission, *, community_id: int | None = None) -> None:
    """Raises NotAllowed unless `can`."""
    if not can(user, permission, community_id=community_id):
        raise NotAllowed
