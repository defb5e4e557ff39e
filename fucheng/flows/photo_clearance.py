"""The mark that a photo shows nobody and may hang on its building, and its taking back."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from grading.models import PhotoClearance
from grading.services import photo_clearances


@transaction.atomic(durable=True)
def clear(*, photo_id: int, by: User, at: datetime) -> PhotoClearance:
    audit.act_as(by)
    return photo_clearances.clear(photo_id=photo_id, by=by, at=at)


@transaction.atomic(durable=True)
def take_back(*, photo_id: int, by: User, at: datetime) -> PhotoClearance:
    audit.act_as(by)
    return photo_clearances.take_back(photo_id=photo_id, by=by, at=at)
