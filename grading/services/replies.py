"""The landlord's reply beside a grade: published at once, hidden for abuse only, never edited."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import Conflict, Invalid
from grading.models import GradePeriod, Reply
from rentals.models import Unit

LONGEST = 300
_NUMBER = re.compile(r"\d[\d\s-]{6,}\d")


@transaction.atomic
def publish(*, unit_id: int, by: User, at: datetime, text: str) -> Reply:
    """One for each decision in force; what looks like a phone or identity number is refused: the page is public."""
    access.authorize(by, Permission.OBJECTION_FILE)
    unit = Unit.objects.visible_to(by).lock(unit_id)
    period = GradePeriod.objects.filter(unit=unit, ends_at__isnull=True).first()
    if period is None:
        raise Conflict(_("This home has no grade yet to reply to."))
    if Reply.objects.filter(change=period.change_id, hidden_at__isnull=True).exists():
        raise Conflict(_("Your reply to this grade is published already; it cannot be changed."))
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(_("Write at most 300 characters."))
    if _NUMBER.search(text):
        raise Invalid(_("Leave out phone and identity numbers: everybody can read this."))
    return Reply.objects.create(unit=unit, change_id=period.change_id, text=text, by=by, at=at)


@transaction.atomic
def hide(*, reply_id: int, by: User, at: datetime, reason: str) -> Reply:
    """For abuse only, with the reason; the landlord reads it and may write another."""
    access.authorize(by, Permission.REPLY_MODERATE)
    reply = Reply.objects.visible_to(by).lock(reply_id)
    if reply.hidden_at is not None:
        raise Conflict(_("This reply is hidden already."))
    if not reason.strip():
        raise Invalid(_("Say what is abusive in it; the landlord reads it."))
    reply.hidden_at, reply.hidden_by, reply.hidden_reason = at, by, reason
    reply.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    return reply
