"""Every sign-in, failure and sign-out becomes an audit row."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from accounts.services import audit


def _signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    audit.record("sign-in", by=user, subject="user", subject_id=user.pk)


def _signed_out(request: HttpRequest, user: Any, **_: Any) -> None:
    if user is not None:
        audit.record("sign-out", by=user, subject="user", subject_id=user.pk)


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    audit.record(
        "sign-in-failed", by=None, subject="user", data={"name": str(credentials.get("username"))[:64]}
    )


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_logged_out.connect(_signed_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")
