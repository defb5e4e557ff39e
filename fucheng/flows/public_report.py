"""A tenant's report from the public page."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from grading.models import HazardReport
from grading.services import photos, reports
from signage.services import tokens


def submit(
    *,
    token: str,
    text: str,
    photo: "UploadedFile[bytes] | None",
    at: datetime,
    kinds: Sequence[str] = (),
) -> HazardReport:
    """Stores the photo first (outside the transaction: decoding is slow), then the report."""
    digest = photos.store(photo) if photo else ""
    with transaction.atomic(durable=True):
        return reports.report_hazard(unit=tokens.unit_of(token), text=text, at=at, photo=digest, kinds=kinds)
