"""A tenant's report from the public page."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from grading.models import HazardReport
from grading.services import photos, reports
from signage.models import SignTask
from signage.services import tasks, tokens

SIGN_TASKS = {
    HazardReport.Kind.STICKER_WRONG: SignTask.Kind.WRONG,
    HazardReport.Kind.STICKER_GONE: SignTask.Kind.MISSING,
}


def submit(
    *,
    token: str,
    text: str,
    photo: "UploadedFile[bytes] | None",
    at: datetime,
    kinds: Sequence[str] = (),
) -> HazardReport:
    """Stores the photo first (outside the transaction: decoding is slow), then the report.

    What is told about the sticker is a task at the door as well, for whoever serves there.
    """
    digest = photos.store(photo) if photo else ""
    with transaction.atomic(durable=True):
        unit = tokens.unit_of(token)
        for kind in SIGN_TASKS.keys() & set(kinds):
            tasks.open_(unit_id=unit.pk, kind=SIGN_TASKS[kind], at=at, words=text.strip(), photo=digest)
        return reports.report_hazard(unit=unit, text=text, at=at, photo=digest, kinds=kinds)
