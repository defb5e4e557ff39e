"""Landlords sign in by phone: a six-digit code is sent, and used once."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import sms
from accounts.models import OneTimeCode, User
from core.errors import Conflict, Invalid
from core.protected import blind_index
from core.text import mask_phone

LIFETIME = timedelta(minutes=10)
PAUSE = timedelta(seconds=60)
TRIES = 5


def phone_key(phone: str) -> bytes:
    """The blind index that accounts and the register share for a phone number."""
    return blind_index(phone, purpose="phone")


def send_code(*, phone: str, is_known: bool, at: datetime) -> None:
    """Sends a code. An unknown phone gets none, but the page cannot tell (no enumeration of owners)."""
    key = phone_key(phone)
    if OneTimeCode.objects.filter(phone_index=key, sent_at__gt=at - PAUSE).exists():
        raise Conflict(gettext_lazy("A code was just sent. Wait one minute before asking for another."))
    code = f"{secrets.randbelow(10**6):06d}"
    OneTimeCode.objects.create(
        phone_index=key, code_hash=make_password(code), sent_at=at, expires_at=at + LIFETIME
    )
    if is_known:
        text = _("%(code)s is your Fucheng sign-in code, valid for 10 minutes.") % {"code": code}
        transaction.on_commit(lambda: sms.send(phone, text))


def check_code(*, phone: str, code: str, at: datetime) -> User:
    """The landlord's account when the newest code of this phone fits; counts the try otherwise."""
    key = phone_key(phone)
    with transaction.atomic():
        newest = OneTimeCode.objects.select_for_update().filter(phone_index=key).order_by("-sent_at").first()
        fits = (
            newest is not None
            and newest.used_at is None
            and newest.expires_at > at
            and newest.tries < TRIES
            and check_password(code, newest.code_hash)
        )
        if newest is not None and fits:
            newest.used_at = at
            newest.save(update_fields=["used_at"])
            user, _created = User.objects.get_or_create(
                phone_index=key,
                defaults={
                    "name": f"landlord-{secrets.token_hex(8)}",
                    "display_name": mask_phone(phone),
                    "kind": User.Kind.LANDLORD,
                },
            )
            if user.is_active:
                return user
        if newest is not None:
            OneTimeCode.objects.filter(pk=newest.pk, tries__lt=TRIES).update(tries=F("tries") + 1)
    raise Invalid(
        gettext_lazy("The code is wrong or too old. Check the newest message, or ask for a new code.")
    )
