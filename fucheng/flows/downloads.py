"""A file that leaves the system is written to the audit trail as an export."""

from django.db import transaction

from accounts.models import User
from accounts.services import audit


@transaction.atomic(durable=True)
def note(*, subject: str, subject_id: object, by: User, file: str, rows: int | None = None) -> None:
    """One row a download, in its own transaction before the first byte is sent."""
    audit.record("export", by=by, subject=subject, subject_id=subject_id, data={"file": file, "rows": rows})
