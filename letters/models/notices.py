"""What somebody is told: a line in the own inbox, and for landlords a text message with its fate."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import follows, no_delete
from letters.querysets import NoticeQuerySet, TextMessageQuerySet
from rentals.models import Landlord, Unit


class Notice(models.Model):
    """One line in one person's inbox. `key` names what happened: the same is never told twice."""

    class Topic(models.TextChoices):
        HAZARDS = "hazards", _("hazards found")
        GRADE = "grade", _("grade decided")
        PROOF_ACCEPTED = "proof_yes", _("proof accepted")
        PROOF_REFUSED = "proof_no", _("proof refused")
        REQUEST = "request", _("request moved on")
        DEADLINE = "deadline", _("deadline near")
        OVERDUE = "overdue", _("deadline missed")
        COMING = "coming", _("re-inspection announced")
        STARS = "stars", _("stars awarded")
        STARS_END = "stars_end", _("stars ended")
        RETURNED = "returned", _("proposal returned")
        OBJECTION = "objection", _("objection to answer")
        ANSWER = "answer", _("a department answered")
        JOB = "job", _("job ended")

    key = models.CharField(max_length=80, unique=True)
    topic = models.CharField(max_length=10, choices=Topic)
    landlord = models.ForeignKey(Landlord, null=True, on_delete=models.PROTECT, related_name="notices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="notices"
    )
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    data: Any = models.JSONField(default=dict, help_text="what the line says (letters.services.wording)")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet["Notice"].as_manager()

    class Meta:
        verbose_name = _("notice to a person")
        verbose_name_plural = _("notices to people")
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="notice_to_one_person",
                condition=Q(landlord__isnull=False, user__isnull=True)
                | Q(landlord__isnull=True, user__isnull=False),
            )
        ]
        indexes: ClassVar = [
            models.Index(
                name="notice_unread_landlord", fields=["landlord"], condition=Q(read_at__isnull=True)
            ),
            models.Index(name="notice_unread_user", fields=["user"], condition=Q(read_at__isnull=True)),
        ]
        triggers: ClassVar = [no_delete()]

    def __str__(self) -> str:
        return self.key


TEXT_MESSAGE_MOVES: dict[str, set[str]] = {
    "waiting": {"sending", "given_up"},
    "sending": {"sent", "waiting", "unclear", "given_up"},
    "sent": set(),
    "unclear": {"waiting"},
    "given_up": {"waiting"},
}


class TextMessage(models.Model):
    """One SMS in the outbox. Its words hold no personal data beyond the address.

    At most once: what was handed to the gateway and not answered is `unclear`, and only a person sends it again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        UNCLEAR = "unclear", _("unclear whether sent")
        GIVEN_UP = "given_up", _("given up")

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="text_message")
    text = models.CharField(max_length=200)
    reference = models.UUIDField(default=uuid.uuid4, unique=True, help_text="given to the gateway each time")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)

    objects = TextMessageQuerySet["TextMessage"].as_manager()

    class Meta:
        verbose_name = _("text message")
        verbose_name_plural = _("text messages")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="textmessage_sent_has_when",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="textmessage_sending_under_lease",
                condition=Q(state="sending", lease_until__isnull=False)
                | (~Q(state="sending") & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="textmessage_not_sent_says_why",
                condition=~Q(state__in=["unclear", "given_up"]) | ~Q(error=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="textmessage_due", fields=["not_before"], condition=Q(state__in=["waiting", "sending"])
            )
        ]
        triggers: ClassVar = [no_delete(), follows(TEXT_MESSAGE_MOVES)]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"
