"""The outbox of text messages: claimed under a lease, handed to the gateway once, settled with what it said.

At most once. Before the gateway is called the claim is committed; a worker that dies after it leaves the row
`sending`, and when its lease runs out the row becomes `unclear`, not `waiting`: the message may have been sent, and
the landlord has it in the inbox anyway. Only what the gateway did not take (not reached, 429, 500, 503) is tried
again by itself. A person may send an unclear or given-up one again from the office's page.
"""

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import sms
from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import Conflict
from letters.models import TextMessage

State = TextMessage.State
LEASE = timedelta(seconds=60)
ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
TOO_OLD = timedelta(days=3)  # news that nobody needs any more
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
TURN = 200


def is_quiet(at: datetime) -> bool:
    """From 21:00 to 08:00 nobody's phone rings."""
    hour = timezone.localtime(at).time()
    return hour >= QUIET_FROM or hour < QUIET_UNTIL


def send_due(*, at: datetime) -> int:
    """Sends what is due, oldest first; how many the gateway took. Ends the turn when the gateway is away."""
    _settle_abandoned(at)
    if is_quiet(at):
        return 0
    sent = 0
    for _turn in range(TURN):
        message = _claim(at)
        if message is None:
            break
        error = _hand_over(message, at)
        if error is None:
            sent += 1
        elif not isinstance(error, sms.Refused):
            _pause(message, at)
            break
    return sent


def _settle_abandoned(at: datetime) -> None:
    TextMessage.objects.filter(state=State.SENDING, lease_until__lt=at).update(
        state=State.UNCLEAR, lease_until=None, error="the worker died while it was sending"
    )
    TextMessage.objects.filter(state=State.WAITING, notice__at__lt=at - TOO_OLD).update(
        state=State.GIVEN_UP, error="too old to be news"
    )


@transaction.atomic
def _claim(at: datetime) -> TextMessage | None:
    """The next due message, now `sending`; committed before the gateway hears of it."""
    due = TextMessage.objects.filter(state=State.WAITING, not_before__lte=at).order_by("not_before", "pk")
    message = due.select_for_update(skip_locked=True, of=("self",)).first()
    if message is not None:
        message.state, message.lease_until = State.SENDING, at + LEASE
        message.attempts += 1
        message.save(update_fields=["state", "lease_until", "attempts"])
    return message


def _hand_over(message: TextMessage, at: datetime) -> OSError | None:
    """Calls the gateway outside of any transaction and writes what came of it."""
    landlord = message.notice.landlord
    phone = landlord.phone if landlord else ""
    try:
        if not phone:
            raise sms.Refused("no phone in the register any more")
        sms.deliver(phone, message.text, reference=str(message.reference))
    except sms.Refused as error:
        _settle(message, State.GIVEN_UP, error=str(error))
        return error
    except sms.NotTaken as error:
        is_last = message.attempts >= ATTEMPTS
        _settle(message, State.GIVEN_UP if is_last else State.WAITING, error=str(error), at=at)
        return error
    except OSError as error:  # sms.Unclear, and whatever a backend of files may say
        _settle(message, State.UNCLEAR, error=str(error) or type(error).__name__)
        return error
    _settle(message, State.SENT, error="", at=at)
    return None


def _settle(message: TextMessage, state: State, *, error: str, at: datetime | None = None) -> None:
    """Guarded by the state: a worker whose lease ran out changes nothing."""
    changes: dict[str, Any] = {"state": state, "lease_until": None, "error": error[:200]}
    if state == State.SENT:
        changes["sent_at"] = at
    if state == State.WAITING and at is not None:
        changes["not_before"] = at + backoff(message.attempts)
    claimed = TextMessage.objects.filter(pk=message.pk, state=State.SENDING, attempts=message.attempts)
    claimed.update(**changes)


def backoff(attempts: int) -> timedelta:
    """1, 2, 4, ... minutes, two hours at most."""
    return min(FIRST_PAUSE * float(2 ** (attempts - 1)), LONGEST_PAUSE)


def _pause(message: TextMessage, at: datetime) -> None:
    """While the gateway is away nobody else's attempt is spent on it: all that is due waits as long."""
    unclear = Q(state=State.UNCLEAR, lease_until=None, not_before__gt=at - timedelta(hours=1))
    lost = min(TextMessage.objects.filter(unclear).count(), 7)
    until = at + max(backoff(message.attempts), FIRST_PAUSE * 2**lost)
    TextMessage.objects.filter(state=State.WAITING, not_before__lt=until).update(not_before=until)


@transaction.atomic
def send_again(*, message_id: int, by: User, at: datetime) -> TextMessage:
    """A person takes the risk of a second message, or the number is right now."""
    access.authorize(by, Permission.OUTBOX_MANAGE)
    message = TextMessage.objects.visible_to(by).lock(message_id)
    if message.state not in (State.UNCLEAR, State.GIVEN_UP):
        raise Conflict(_("Only a message that is unclear or given up is sent again."))
    if message.notice.at < at - TOO_OLD:
        raise Conflict(_("This news is too old to be sent; the landlord has it in the inbox."))
    message.state, message.attempts, message.error, message.not_before = State.WAITING, 0, "", at
    message.save(update_fields=["state", "attempts", "error", "not_before"])
    return message
