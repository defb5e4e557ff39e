"""A landlord's monthly look at an own green home."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from grading.models import SelfInspection
from grading.services import self_inspections


@transaction.atomic(durable=True)
def send(*, unit_id: int, by: User, at: datetime, faults: Mapping[str, str]) -> SelfInspection:
    """Received once a month; grades do not move, hazards are opened by visits only."""
    audit.act_as(by)
    return self_inspections.send(unit_id=unit_id, by=by, at=at, faults=faults)
