"""Accounts: made by the office with a first password, changed by the person, closed."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from accounts.models import AuditEvent, User
from accounts.services import audit
from core.errors import Conflict, Invalid, NotAllowed


@transaction.atomic
def create_staff(*, name: str, display_name: str, nonce: str, by: User) -> tuple[User, str]:
    """A staff account and its first password, which must be changed at the first sign-in.

    The same form sent twice (`nonce`) is one account: the second answer shows a fresh first password,
    because the first answer may never have been seen.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [nonce])
    made = AuditEvent.objects.filter(verb="account-created", actor=by, data__nonce=nonce).first()
    if made is not None:
        user = User.objects.get(pk=made.subject_id)
        if not user.must_change_password:
            raise Conflict(_("This account was made already, and the person has signed in."))
        return user, reset_password(user_id=user.pk, by=by)
    if not name.strip():
        raise Invalid(_("Give the person a sign-in name."))
    if User.objects.filter(name=name).exists():
        raise Conflict(_("This sign-in name is taken; choose another."))
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(name, password, display_name=display_name, must_change_password=True)
    audit.record("account-created", by=by, subject="user", subject_id=user.pk, data={"nonce": nonce})
    return user, password


@transaction.atomic
def reset_password(*, user_id: int, by: User) -> str:
    """A new first password, for a person who forgot the old one."""
    user = _to_manage(user_id, by)
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    _end_tokens(user)
    audit.record("password-reset", by=by, subject="user", subject_id=user.pk)
    return password


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """The person's own new password; Invalid with the validators' words."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    _end_tokens(user)
    audit.record("password-changed", by=user, subject="user", subject_id=user.pk)


@transaction.atomic
def set_active(*, user_id: int, active: bool, by: User, reason: str) -> User:
    """Opens or closes an account; closing ends all its sessions and tokens at once."""
    user = _to_manage(user_id, by)
    if user.pk == by.pk:
        raise Invalid(_("You cannot close your own account."))
    audit.act_as(by)
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit.record(
        "account-opened" if active else "account-closed",
        by=by,
        subject="user",
        subject_id=user.pk,
        reason=reason,
    )
    if not active:
        _end_tokens(user)
        for session in Session.objects.iterator():
            if session.get_decoded().get("_auth_user_id") == str(user.pk):
                session.delete()
    return user


def _to_manage(user_id: int, by: User) -> User:
    """The locked account. Superusers are managed by superusers only: the office must not become one."""
    user = User.objects.select_for_update().get(pk=user_id, kind=User.Kind.STAFF)
    if user.is_superuser and not by.is_superuser:
        raise NotAllowed
    return user


def _end_tokens(user: User) -> None:
    """Tokens for machines end with the password they were made by, as sessions do."""
    AuthToken.objects.filter(user=user).delete()


def system_user() -> User:
    """The named hand of the system: jobs that no person started act as it."""
    user, _created = User.objects.get_or_create(
        name="system", defaults={"kind": User.Kind.SYSTEM, "is_active": False, "display_name": "系统"}
    )
    return user
