"""Writing the audit trail: what no trigger sees, and whose hand moves in this transaction."""

from typing import Any

from django.db import connection

from accounts.models import AuditEvent, User


def record(
    verb: str,
    *,
    by: User | None,
    subject: str,
    subject_id: object = "",
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """One audit row in the caller's transaction: a sign-in, an export, a look at personal data."""
    AuditEvent.objects.create(
        actor=by, verb=verb, subject=subject, subject_id=str(subject_id), reason=reason, data=data or {}
    )


def act_as(user: User | None) -> None:
    """Until this transaction ends, the state triggers write `user` as the actor."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('fucheng.actor', %s, true)", [str(user.pk) if user else ""])
