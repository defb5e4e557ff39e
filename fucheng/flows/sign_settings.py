"""What the office settles about its signs: a version of the wording comes into force, a printer is set."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from signage.models import Printer, SignSettings
from signage.services import printers, samples, wording


@transaction.atomic(durable=True)
def put_in_force(*, values: Mapping[str, Any], by: User, at: datetime) -> SignSettings:
    """The version is drawn on every product first: what does not fit is not put in force."""
    samples.refuse_misfits(SignSettings(**values))
    version = wording.put_in_force(values=values, by=by, at=at)
    audit.record("signs-settled", by=by, subject="sign_settings", subject_id=version.pk)
    return version


@transaction.atomic(durable=True)
def save_printer(*, printer_id: int | None, values: Mapping[str, Any], by: User) -> Printer:
    return printers.save(printer_id=printer_id, values=values, by=by)
