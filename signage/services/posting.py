"""From the hand to the wall and off it: exactly one sign of a product hangs at a home."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from communities.models import Estate
from core.errors import Conflict
from rentals.models import Building
from signage.models import Product, Sign
from signage.querysets import SignQuerySet
from signage.services import tokens

State = Sign.State


@transaction.atomic
def post_for_token(*, token: str, by: User, at: datetime) -> list[Sign]:
    """The signs in hand for the scanned home are posted; Conflict when none was printed."""
    unit = tokens.unit_of(token)
    building = Building.objects.visible_to(by).one(pk=unit.building_id)
    access.authorize(by, Permission.SIGN_POST, community_id=building.community_id)
    posted = _post(Sign.objects.filter(unit=unit), by=by, at=at)
    if not posted:
        raise Conflict(_("No printed sign is waiting for this home. Ask for a print run of what is owed."))
    return list(Sign.objects.filter(pk__in=posted))


@transaction.atomic
def post_for_building(*, building_id: int, by: User, at: datetime) -> int:
    """Everything in hand for the homes of a building is posted."""
    building = Building.objects.visible_to(by).lock(building_id)
    access.authorize(by, Permission.SIGN_POST, community_id=building.community_id)
    return len(_post(Sign.objects.filter(unit__building=building), by=by, at=at))


@transaction.atomic
def post_estate_board(*, sign_id: int, by: User, at: datetime) -> Sign:
    """The board stands at the estate's entrance; the one before it is replaced."""
    in_scope = Sign.objects.filter(estate__in=Estate.objects.visible_to(by))
    sign = in_scope.select_related("estate").lock(sign_id)
    community_id = sign.estate.community_id if sign.estate else None
    access.authorize(by, Permission.SIGN_POST, community_id=community_id)
    if sign.state != State.PRINTED:
        raise Conflict(_("This board is not waiting to be posted."))
    Sign.objects.filter(estate=sign.estate_id, product=sign.product, state=State.POSTED).update(
        state=State.SUPERSEDED, ended_at=at
    )
    sign.state, sign.posted_at, sign.posted_by = State.POSTED, at, by
    sign.save(update_fields=["state", "posted_at", "posted_by"])
    return sign


@transaction.atomic
def take_down(*, sign_id: int, by: User, at: datetime) -> Sign:
    """A notice that no longer applies comes off; one that still applies stays."""
    sign = Sign.objects.select_related("unit__building", "unit__standing").visible_to(by).lock(sign_id)
    if sign.unit is None:
        raise Conflict(_("Only a no-rental notice is taken down here."))
    access.authorize(by, Permission.SIGN_POST, community_id=sign.unit.building.community_id)
    if sign.state != State.POSTED or sign.product != Product.NO_RENTAL:
        raise Conflict(_("This notice does not hang any more."))
    if sign.unit.standing.grade == "red":
        raise Conflict(_("This home is still red; its notice must stay."))
    sign.state, sign.ended_at = State.REMOVED, at
    sign.save(update_fields=["state", "ended_at"])
    return sign


def _post(signs: SignQuerySet[Sign], *, by: User, at: datetime) -> list[int]:
    """Ends what hangs and posts what is in hand, for the same homes and products.

    A no-rental notice of a home that is red no more stays in hand: it would say what is not so.
    """
    false_notice = Q(product=Product.NO_RENTAL) & ~Q(unit__standing__grade="red")
    rows = signs.in_hand().exclude(false_notice).select_for_update(of=("self",), no_key=True).order_by("pk")
    ready = [(sign.pk, sign.unit_id, sign.product) for sign in rows]
    for product in {product for _pk, _unit, product in ready}:
        units = [unit for _pk, unit, kind in ready if kind == product]
        Sign.objects.filter(unit__in=units, product=product, state=State.POSTED).update(
            state=State.SUPERSEDED, ended_at=at
        )
    ids = [pk for pk, _unit, _product in ready]
    Sign.objects.filter(pk__in=ids).update(state=State.POSTED, posted_at=at, posted_by=by)
    return ids
