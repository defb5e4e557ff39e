"""A tenant's report from the page behind a sticker, or from the search about a sticker that is not there."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core.errors import Invalid
from grading.models import HazardReport
from grading.services import photos, reports
from rentals.models import Unit
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
        return _received(tokens.unit_of(token), text, digest, at, kinds)


def submit_from_search(
    *,
    building_id: int,
    unit_id: int,
    text: str,
    photo: "UploadedFile[bytes] | None",
    at: datetime,
    kinds: Sequence[str],
) -> HazardReport:
    """About the sticker at a door without a sticker, which has no code to scan: the home is one of a building.

    OutOfScope when it is not, or not any more.
    """
    if not kinds or set(kinds) - SIGN_TASKS.keys():
        raise Invalid
    digest = photos.store(photo) if photo else ""
    with transaction.atomic(durable=True):
        unit = Unit.objects.in_register().one(pk=unit_id, building=building_id)
        return _received(unit, text, digest, at, kinds)


def _received(unit: Unit, text: str, digest: str, at: datetime, kinds: Sequence[str]) -> HazardReport:
    for kind in sorted(SIGN_TASKS.keys() & set(kinds)):
        tasks.open_(unit_id=unit.pk, kind=SIGN_TASKS[kind], at=at, words=text.strip(), photo=digest)
    return reports.report_hazard(unit=unit, text=text, at=at, photo=digest, kinds=kinds)
