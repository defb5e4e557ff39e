"""What tenants and neighbours report from the public page: anonymous, with a case number."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import Conflict, Invalid
from grading.models import HazardReport, Photo
from grading.services import photos
from rentals.models import Unit

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that reads like another character


@transaction.atomic
def report_hazard(
    *, unit: Unit, text: str, at: datetime, photo: str = "", kinds: Sequence[str] = ()
) -> HazardReport:
    """A report and its case number; `photo` is the SHA-256 of a stored photo."""
    if not text.strip():
        raise Invalid(_("Say in a few words what is dangerous."))
    number = f"{at:%y%m%d}-" + "".join(secrets.choice(_LETTERS) for _i in range(5))
    report = HazardReport.objects.create(
        case_number=number, unit=unit, kinds=list(kinds), text=text.strip()[:500], at=at
    )
    if photo:
        Photo.objects.create(sha256=photo, file=photos.stored_name(photo), report=report, added_at=at)
    return report


@transaction.atomic
def answer_report(*, report_id: int, by: User, at: datetime, answer: str) -> HazardReport:
    """Community staff note what was done about a report."""
    report = HazardReport.objects.select_related("unit__building").visible_to(by).lock(report_id)
    access.authorize(by, Permission.HAZARD_VERIFY, community_id=report.unit.building.community_id)
    if report.state != HazardReport.State.NEW:
        raise Conflict(_("This report has been answered already."))
    if not answer.strip():
        raise Invalid(_("Say what was done."))
    report.state, report.checked_by, report.checked_at, report.answer = (
        HazardReport.State.CHECKED,
        by,
        at,
        answer,
    )
    report.save(update_fields=["state", "checked_by", "checked_at", "answer"])
    return report
