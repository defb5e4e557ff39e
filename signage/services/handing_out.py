"""Printed sheets go to the people who hang them: a run, or the part of it in one grid."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import Conflict, OutOfScope
from signage.models import Sign
from signage.querysets import SignQuerySet
from signage.states import SignState


def part_of(run_id: int, grid_id: int | None, by: User) -> SignQuerySet[Sign]:
    """The signs of homes that a run printed for a grid (0: without a grid; None: all), in the person's scope."""
    signs = Sign.objects.visible_to(by).filter(run=run_id, unit__isnull=False)
    if grid_id is None:
        return signs
    return (
        signs.filter(unit__building__grid=grid_id)
        if grid_id
        else signs.filter(unit__building__grid__isnull=True)
    )


@transaction.atomic
def hand_out(*, run_id: int, grid_id: int | None, to: User, by: User, at: datetime) -> int:
    """What of the part is still in hand is this person's now; how many were not before.

    Who prints hands out to others; who hangs signs takes sheets over by scanning their cover.
    """
    part = part_of(run_id, grid_id, by)
    communities = set(part.values_list("unit__building__community", flat=True).distinct())
    if not communities:
        raise OutOfScope
    right = Permission.SIGN_POST if to == by else Permission.SIGN_PRINT
    for community in sorted(communities):
        access.authorize(by, right, community_id=community)
        if not access.can(to, Permission.SIGN_POST, community_id=community):
            raise Conflict(_("This person has no post here that includes hanging signs."))
    in_hand = part.in_hand().exclude(state=SignState.ISSUED, issued_to=to)
    ids = list(
        in_hand.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True)
    )
    return Sign.objects.filter(pk__in=ids).update(
        state=SignState.ISSUED, issued_to=to, issued_by=by, issued_at=at
    )
