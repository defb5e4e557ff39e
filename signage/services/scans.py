"""What a scan says about the sign that was scanned, and counts of what nobody should find on a wall."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from core.dates import day_of
from signage.models import PublicToken, ScanCount, Sign, SignTask
from signage.services import tasks
from signage.states import LIVE_SIGN_STATES

What = ScanCount.What


@dataclass(frozen=True, slots=True)
class DeadSign:
    """A sign that somebody scanned although it is not valid any more."""

    serial: str
    ended_at: datetime


@transaction.atomic
def note(*, token: str, serial: str, at: datetime) -> DeadSign | None:
    """The sign with this serial was scanned at a home: None while it is valid.

    One that is not opens a task for the grid worker, once; a serial of another home is only counted.
    """
    unit_id = PublicToken.objects.filter(token=token).values_list("unit", flat=True).first()
    sign = Sign.objects.filter(serial=serial).first()
    if unit_id is None or sign is None or sign.unit_id != unit_id:
        count(What.FOREIGN, at)
        return None
    if sign.state in LIVE_SIGN_STATES or sign.ended_at is None:
        return None
    count(What.DEAD, at)
    tasks.open_(unit_id=unit_id, kind=SignTask.Kind.DEAD, at=at, sign_id=sign.pk)
    return DeadSign(sign.serial, sign.ended_at)


def note_unknown(*, token: str, at: datetime) -> None:
    """A token that leads nowhere: withdrawn or never given, told apart by the same one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO signage_scancount (day, what, scans)
            SELECT %s, CASE WHEN EXISTS (SELECT FROM signage_withdrawntoken WHERE token = %s)
                            THEN 'withdrawn' ELSE 'unknown' END, 1
            ON CONFLICT (day, what) DO UPDATE SET scans = signage_scancount.scans + 1
            """,
            [day_of(at), token[:22].replace("\0", "")],
        )


def count(what: ScanCount.What, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO signage_scancount (day, what, scans) VALUES (%s, %s, 1)
            ON CONFLICT (day, what) DO UPDATE SET scans = signage_scancount.scans + 1
            """,
            [day_of(at), what],
        )
