"""The opaque address of each home's public page."""

import re

from django.db import connection

from core.bulk import copy_in
from core.errors import OutOfScope
from core.text import TOKEN_LENGTH, new_token
from rentals.models import ImportRun, Unit
from signage.models import PublicToken

_SHAPE = re.compile(rf"[0-9A-Za-z]{{{TOKEN_LENGTH}}}")


def issue_tokens() -> int:
    """Gives every home without a token one; how many were issued. Tokens are for life."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT u.id FROM rentals_unit u LEFT JOIN signage_publictoken t ON t.unit_id = u.id
            WHERE t.unit_id IS NULL ORDER BY u.id
            """
        )
        ids = [row[0] for row in cursor.fetchall()]
    copy_in("signage_publictoken", ("unit_id", "token"), ((pk, new_token()) for pk in ids))
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
