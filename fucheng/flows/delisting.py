"""A red home's way back, as far as the landlord walks it; the rest follows visits and decisions."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from grading.models import DelistingRequest
from grading.services import delisting


@transaction.atomic(durable=True)
def request(*, unit_id: int, by: User, at: datetime, words: str) -> DelistingRequest:
    """Asks for a re-inspection of a red home."""
    audit.act_as(by)
    return delisting.request_delisting(unit_id=unit_id, by=by, at=at, words=words)


@transaction.atomic(durable=True)
def withdraw(*, request_id: int, by: User, at: datetime) -> DelistingRequest:
    audit.act_as(by)
    return delisting.withdraw(request_id=request_id, by=by, at=at)
