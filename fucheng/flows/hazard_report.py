"""The community's answer to a tenant's report."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from grading.models import HazardReport
from grading.services import reports


@transaction.atomic(durable=True)
def answer(*, report_id: int, by: User, at: datetime, answer: str) -> HazardReport:
    audit.act_as(by)
    return reports.answer_report(report_id=report_id, by=by, at=at, answer=answer)
