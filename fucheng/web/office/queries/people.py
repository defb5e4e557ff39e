"""Staff with their posts, and the history of one person's posts."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import AuditEvent, User
from communities.models import Post
from core.errors import OutOfScope
from core.text import fold
from fucheng.web.office.queries.audit import EventView, view_of

_NOISE = ("sign-in", "sign-out", "sign-in-failed")


def people(wanted: dict[str, Any], *, on: date) -> QuerySet[User]:
    """Staff accounts that fit the filter form, by name; posts held today come along."""
    held = Post.objects.held_on(on)
    rows = User.objects.filter(kind=User.Kind.STAFF)
    text = fold(wanted.get("q") or "")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(display_name__icontains=text))
    of = held.filter(user=OuterRef("pk"))
    if wanted.get("role"):
        rows = rows.filter(Exists(of.filter(role=wanted["role"])))
    if wanted.get("community"):
        rows = rows.filter(Exists(of.filter(community=wanted["community"])))
    if wanted.get("state") == "closed":
        rows = rows.filter(is_active=False)
    elif wanted.get("state") == "first":
        rows = rows.filter(is_active=True, must_change_password=True)
    elif wanted.get("state") == "no_post":
        rows = rows.filter(~Exists(of), is_active=True)
    else:
        rows = rows.filter(is_active=True)
    posts = held.select_related("community", "grid").order_by("role", "pk")
    return rows.prefetch_related(Prefetch("posts", posts, to_attr="held")).order_by("name")


@dataclass(frozen=True, slots=True)
class PersonFile:
    person: User
    posts: list[Post]
    events: list[EventView]


def person_of(pk: int) -> User:
    person = User.objects.filter(pk=pk, kind=User.Kind.STAFF).first()
    if person is None:
        raise OutOfScope
    return person


def person_file(person: User) -> PersonFile:
    """The person, all posts ever held, and what happened to the account."""
    posts = Post.objects.filter(user=person).select_related("community", "grid", "given_by")
    events = AuditEvent.objects.filter(subject="user", subject_id=str(person.pk)).select_related("actor")
    return PersonFile(
        person=person,
        posts=list(posts.order_by("-ends_on", "-starts_on", "-pk")),
        events=[view_of(event) for event in events.exclude(verb__in=_NOISE).order_by("-pk")[:20]],
    )
