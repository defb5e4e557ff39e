"""Inbox and outbox as people and the clock move them; what is told when stands in the flows it happens in."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from letters.models import Notice, TextMessage
from letters.services import outbox, telling, urging


@transaction.atomic(durable=True)
def read_all(*, by: User, at: datetime) -> int:
    """Everything in the own inbox is read."""
    return Notice.objects.visible_to(by).unread().update(read_at=at)


@transaction.atomic(durable=True)
def send_again(*, message_id: int, by: User, at: datetime) -> TextMessage:
    audit.act_as(by)
    message = outbox.send_again(message_id=message_id, by=by, at=at)
    audit.record("text-message-again", by=by, subject="text_message", subject_id=message.pk)
    return message


@transaction.atomic(durable=True)
def tell_of_deadlines(*, at: datetime) -> int:
    """Before a deadline, when it was missed, and before a re-inspection; how many were told."""
    return urging.of_deadlines(at=at) + urging.of_overdue(at=at) + urging.of_reinspections(at=at)


@transaction.atomic(durable=True)
def tell_of_jobs(*, at: datetime) -> int:
    return telling.of_jobs(at=at)
