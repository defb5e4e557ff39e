"""The opaque address of each home's public page."""

import re
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.bulk import copy_in
from core.errors import Invalid, OutOfScope
from core.text import TOKEN_LENGTH, new_token, new_tokens
from rentals.models import ImportRun, Unit
from signage.models import PublicToken, Sign, WithdrawnToken
from signage.states import SignState

_SHAPE = re.compile(rf"[0-9A-Za-z]{{{TOKEN_LENGTH}}}")


def issue_tokens() -> int:
    """Gives every home without a token one; how many were issued."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT u.id FROM rentals_unit u LEFT JOIN signage_publictoken t ON t.unit_id = u.id
            WHERE t.unit_id IS NULL ORDER BY u.id
            """
        )
        ids = [row[0] for row in cursor.fetchall()]
    copy_in("signage_publictoken", ("unit_id", "token"), zip(ids, new_tokens(len(ids)), strict=True))
    return len(ids)


def withdraw_tokens(run: ImportRun) -> int:
    """Takes back the tokens of homes that a run added; the caller's transaction takes the homes back too."""
    return PublicToken.objects.filter(unit__added_by=run).delete()[0]


def unit_of(token: str) -> Unit:
    """The home behind a scanned token; OutOfScope for an unknown one and for a home that left the register."""
    found = (
        PublicToken.objects.select_related("unit__building__community", "unit__building__estate")
        .filter(token=token, unit__left_on__isnull=True)
        .first()
        if _SHAPE.fullmatch(token)
        else None
    )
    if found is None:
        raise OutOfScope
    return found.unit


@transaction.atomic
def renew(*, unit_id: int, by: User, at: datetime, reason: str) -> PublicToken:
    """Another address for a home whose sticker was stolen or copied; the old one leads nowhere at once.

    Every print with the old address ends: what is in hand is void, what hangs is unusable and therefore owed.
    """
    unit = Unit.objects.select_related("building").visible_to(by).lock(unit_id)
    access.authorize(by, Permission.SIGN_RENEW, community_id=unit.building.community_id)
    if not reason.strip():
        raise Invalid(_("Say why the code is renewed."))
    row = PublicToken.objects.select_for_update().get(unit=unit)
    WithdrawnToken.objects.create(token=row.token, unit=unit, reason=reason.strip()[:200], by=by, at=at)
    row.token = new_token()
    row.save(update_fields=["token"])
    signs = Sign.objects.filter(unit=unit)
    signs.in_hand().update(state=SignState.VOID, ended_at=at, ended_by=by, reason=reason[:200])
    signs.on_the_wall().update(state=SignState.DAMAGED, ended_at=at, ended_by=by, reason=reason[:200])
    audit.record("token-renewed", by=by, subject="unit", subject_id=unit.pk, reason=reason[:200])
    return row
