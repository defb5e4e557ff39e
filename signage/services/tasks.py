"""Tasks at a door: an old sign that still hangs, a missing, wrong or unreadable one. Told twice it is one task."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import Conflict, Invalid
from signage.models import Product, Sign, SignTask
from signage.states import SignState, TaskState

REPORTED = (SignTask.Kind.MISSING, SignTask.Kind.WRONG, SignTask.Kind.UNREADABLE)


class Outcome(StrEnum):
    """What the grid worker found at the door."""

    FINE = "fine"
    TAKEN_OFF = "taken_off"
    GONE = "gone"
    UNUSABLE = "unusable"


OUTCOME_NAMES = {
    Outcome.FINE: _("The valid sign hangs and can be read; nothing else hangs there"),
    Outcome.TAKEN_OFF: _("An old or foreign sign hung there; I took it off"),
    Outcome.GONE: _("The valid sign is gone; a new one is owed"),
    Outcome.UNUSABLE: _("The valid sign cannot be read or was changed; a new one is owed"),
}


def open_(
    *, unit_id: int, kind: str, at: datetime, sign_id: int | None = None, words: str = "", photo: str = ""
) -> SignTask:
    """The open task of this kind at this home, new or told once more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO signage_signtask
                (unit_id, kind, sign_id, state, words, photo, opened_at, last_at, times, answer)
            VALUES (%s, %s, %s, 'open', %s, %s, %s, %s, 1, '')
            ON CONFLICT (unit_id, kind) WHERE state = 'open' DO UPDATE SET
                times = signage_signtask.times + 1, last_at = greatest(signage_signtask.last_at, excluded.last_at),
                photo = coalesce(nullif(signage_signtask.photo, ''), excluded.photo),
                words = coalesce(nullif(signage_signtask.words, ''), excluded.words)
            RETURNING id
            """,
            [unit_id, kind, sign_id, words[:500], photo, at, at],
        )
        (pk,) = cursor.fetchone()
    return SignTask.objects.get(pk=pk)


@transaction.atomic
def close(*, task_id: int, outcome: str, by: User, at: datetime) -> SignTask:
    """The grid worker was there; what was found moves the signs concerned."""
    task = SignTask.objects.select_related("unit__building").visible_to(by).lock(task_id)
    access.authorize(by, Permission.SIGN_POST, community_id=task.unit.building.community_id)
    if task.state != TaskState.OPEN:
        raise Conflict(_("This was looked at already."))
    if outcome not in list(Outcome):
        raise Invalid(_("Say what you found at the door."))
    found = Outcome(outcome)
    if found == Outcome.TAKEN_OFF and task.sign_id is not None:
        old = Sign.objects.filter(pk=task.sign_id, state=SignState.SUPERSEDED)
        old.update(state=SignState.REMOVED, ended_by=by)
    if found in (Outcome.GONE, Outcome.UNUSABLE):
        to = SignState.LOST if found == Outcome.GONE else SignState.DAMAGED
        hung = Sign.objects.on_the_wall().filter(unit=task.unit_id, product=Product.STICKER)
        hung.update(state=to, ended_at=at, ended_by=by, reason=str(task.get_kind_display())[:200])
    task.state, task.done_at, task.done_by, task.answer = TaskState.DONE, at, by, found.value
    task.save(update_fields=["state", "done_at", "done_by", "answer"])
    return task


def settle(*, unit_ids: Sequence[int], by: User, at: datetime) -> int:
    """A new sticker was hung: what was told about the one before is done."""
    told = SignTask.objects.open().filter(unit__in=unit_ids, kind__in=REPORTED)
    return told.update(state=TaskState.DONE, done_at=at, done_by=by, answer=Outcome.FINE)
