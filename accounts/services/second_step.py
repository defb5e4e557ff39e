"""Staff prove at sign-in that they hold their phone: set up, asked for, taken away when the phone is lost."""

import secrets
from datetime import datetime, timedelta

import pyotp
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import SecondStep, User
from accounts.services import audit
from core.errors import Conflict, Invalid
from core.protected import blind_index

ISSUER = "福城出租屋 Fucheng"
PERIOD_S = 30
DRIFT = 1  # steps before and after that still count, for clocks that go wrong
TRIES, CLOSED_FOR = 5, timedelta(minutes=15)
RECOVERY_CODES, RECOVERY_LENGTH = 8, 16
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread on paper


def is_on(user: User) -> bool:
    return SecondStep.objects.filter(user=user, confirmed_at__isnull=False).exists()


@transaction.atomic
def begin(*, user: User) -> SecondStep:
    """A fresh secret to scan; it counts only after `confirm`. Asked for again, the same one is shown."""
    step, _created = SecondStep.objects.select_for_update().get_or_create(user=user)
    if step.confirmed_at is not None:
        raise Conflict(_("The second step is set up already."))
    if not step.secret_sealed:
        step.secret = pyotp.random_base32()
        step.save(update_fields=["secret_sealed"])
    return step


def address_of(step: SecondStep) -> str:
    """The otpauth:// address that an authenticator application scans."""
    return pyotp.TOTP(step.secret).provisioning_uri(name=step.user.name, issuer_name=ISSUER)


def confirm(*, user: User, code: str, at: datetime) -> list[str]:
    """Turns the second step on with a first code; the recovery codes, which are shown once."""
    step = _passed(user, code, at, is_confirmed=False)
    with transaction.atomic():
        codes = _new_recovery_codes(step)
        step.confirmed_at = at
        step.save(update_fields=["confirmed_at", "recovery"])
        audit.record("second-step-on", by=user, subject="user", subject_id=user.pk)
    return codes


def check(*, user: User, code: str, at: datetime) -> None:
    """Lets through a code of the application or an unused recovery code; Invalid otherwise, and counted."""
    _passed(user, code, at, is_confirmed=True)


def renew_recovery(*, user: User, code: str, at: datetime) -> list[str]:
    """New recovery codes; the old ones stop working."""
    step = _passed(user, code, at, is_confirmed=True)
    with transaction.atomic():
        codes = _new_recovery_codes(step)
        step.save(update_fields=["recovery"])
        audit.record("recovery-codes-renewed", by=user, subject="user", subject_id=user.pk)
    return codes


def turn_off(*, user: User, code: str, at: datetime) -> None:
    """By the person, who still has the phone or a recovery code."""
    step = _passed(user, code, at, is_confirmed=True)
    with transaction.atomic():
        step.delete()
        audit.record("second-step-off", by=user, subject="user", subject_id=user.pk)


@transaction.atomic
def take_away(*, user: User, by: User, reason: str) -> None:
    """By the office, for a person whose phone is lost; the next sign-in asks for the password only."""
    gone, _rows = SecondStep.objects.filter(user=user).delete()
    if not gone:
        raise Conflict(_("This person has no second step."))
    audit.record("second-step-off", by=by, subject="user", subject_id=user.pk, reason=reason)


def _new_recovery_codes(step: SecondStep) -> list[str]:
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    step.recovery = [_recovery_index(code) for code in codes]
    return codes


def _recovery_index(code: str) -> bytes:
    return blind_index(code, purpose="recovery code")


def _passed(user: User, code: str, at: datetime, *, is_confirmed: bool) -> SecondStep:
    """The step whose code fits. A wrong code is counted even though this raises; five close the door."""
    with transaction.atomic():
        step = (
            SecondStep.objects.select_for_update()
            .filter(user=user, confirmed_at__isnull=not is_confirmed)
            .first()
        )
        if step is None:
            raise Conflict(_("The second step was changed in the meantime. Open this page again."))
        if step.closed_until is not None and step.closed_until > at:
            raise Invalid(_("Five wrong codes. Wait a quarter of an hour, then try again."))
        if _fits(step, code, at):
            step.tries, step.closed_until = 0, None
            step.save(update_fields=["tries", "closed_until", "last_counter", "recovery"])
            return step
        step.tries += 1
        if step.tries == TRIES:
            step.tries, step.closed_until = 0, at + CLOSED_FOR
            audit.record("second-step-closed", by=None, subject="user", subject_id=user.pk)
        step.save(update_fields=["tries", "closed_until"])
    raise Invalid(_("The code does not fit. Check that the phone's clock is right and type the newest code."))


def _fits(step: SecondStep, code: str, at: datetime) -> bool:
    """Each code of the application and each recovery code opens the door once."""
    totp = pyotp.TOTP(step.secret)
    now = int(at.timestamp()) // PERIOD_S
    for counter in range(max(now - DRIFT, step.last_counter + 1), now + DRIFT + 1):
        if pyotp.utils.strings_equal(code, totp.generate_otp(counter)):
            step.last_counter = counter
            return True
    index = _recovery_index(code.lower().replace("-", ""))
    kept = [bytes(known) for known in step.recovery]
    if step.confirmed_at is not None and index in kept:
        kept.remove(index)
        step.recovery = kept
        return True
    return False
