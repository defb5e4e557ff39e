"""What people tell, or a scan shows, about the sign at a door; and what the grid worker found there."""

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from accounts.services import audit
from core.errors import Invalid
from grading.services import photos
from signage.models import SignTask
from signage.services import scans, tasks, tokens


def report_sign(
    *, token: str, kind: str, at: datetime, words: str = "", photo: "UploadedFile[bytes] | None" = None
) -> SignTask:
    """From the public page: the sign is `missing`, `wrong` or `unreadable`. Told again it is the same task."""
    if kind not in tasks.REPORTED:
        raise Invalid
    digest = photos.store(photo) if photo else ""
    with transaction.atomic(durable=True):
        unit = tokens.unit_of(token)
        return tasks.open_(unit_id=unit.pk, kind=kind, at=at, words=words.strip(), photo=digest)


@transaction.atomic(durable=True)
def note_scan(*, token: str, serial: str, at: datetime) -> scans.DeadSign | None:
    """A sign was scanned by anybody: None while it is valid, else what to say about it; a task is opened."""
    return scans.note(token=token, serial=serial, at=at)


@transaction.atomic(durable=True)
def note_unknown(*, token: str, at: datetime) -> None:
    """A code was scanned that leads nowhere: counted by day."""
    scans.note_unknown(token=token, at=at)


@transaction.atomic(durable=True)
def close(*, task_id: int, outcome: str, by: User, at: datetime) -> SignTask:
    """The grid worker looked; `outcome` is one of `tasks.Outcome`."""
    audit.act_as(by)
    return tasks.close(task_id=task_id, outcome=outcome, by=by, at=at)
