"""From the hand to the wall and off it: exactly one sign of a product hangs at a home or estate."""

from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import Conflict, Invalid, NotAllowed
from rentals.models import Building, Unit
from signage.models import TARGETS, Product, Sign
from signage.querysets import SignQuerySet
from signage.services import scans, tasks, tokens
from signage.states import IN_HAND_STATES, REASONED_STATES, SIGN_MOVES, SignState

State = SignState
FAR = 300  # metres: farther than a phone errs between houses, and than the middle of a building lies from its door


class AlreadyPosted(Conflict):
    code = "already-posted"
    message = _("%(serial)s hangs already, since %(since)s.")


class NotInHand(Conflict):
    code = "not-in-hand"
    message = _(
        "%(serial)s cannot be hung: %(state)s. Hang the newest sign of this home, or ask for a new one."
    )


class NoLongerTrue(Conflict):
    code = "no-longer-true"
    message = _(
        "The grade has changed since %(serial)s was printed. Do not hang it; a new one will be printed."
    )


class NeedsPhoto(Invalid):
    code = "needs-photo"
    message = _("A board or notice is photographed: one photo in which it can be read.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the phone says it is, WGS-84. Used for one distance and then forgotten."""

    longitude: float
    latitude: float

    def metres_to(self, building: Building) -> int | None:
        """None when the register does not know where the building stands."""
        if building.longitude is None or building.latitude is None:
            return None
        here, there = radians(self.latitude), radians(building.latitude)
        east = radians(building.longitude - self.longitude)
        half = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(east / 2) ** 2
        return round(2 * 6_371_000 * asin(sqrt(half)))


@transaction.atomic
def post(*, sign_id: int, by: User, at: datetime, photo: str = "", place: Place | None = None) -> Sign:
    """One sign hangs; what hung before is replaced. AlreadyPosted to whoever comes second."""
    sign = _mine(sign_id, by)
    building = _building_of(sign)
    _authorize(sign, by)
    if sign.state == State.POSTED:
        raise AlreadyPosted(serial=sign.serial, since=_when(sign.posted_at))
    if sign.state not in IN_HAND_STATES:
        raise NotInHand(serial=sign.serial, state=sign.get_state_display())
    if sign.unit is not None and sign.grade != sign.unit.standing.grade:
        raise NoLongerTrue(serial=sign.serial)
    if sign.needs_photo and not photo:
        raise NeedsPhoto
    _supersede(sign, by=by, at=at)
    off = place.metres_to(building) if place and building else None
    sign.state, sign.posted_at, sign.posted_by = State.POSTED, at, by
    sign.posted_photo, sign.posted_metres_off = photo, off
    sign.save(update_fields=["state", "posted_at", "posted_by", "posted_photo", "posted_metres_off"])
    if off is not None and off > FAR:
        scans.count(scans.What.FAR, at)
    if sign.unit is not None and sign.product == Product.STICKER:
        tasks.settle(unit_ids=[sign.unit.pk], by=by, at=at)
    return sign


@transaction.atomic
def post_for_token(
    *, token: str, serial: str, by: User, at: datetime, photo: str = "", place: Place | None = None
) -> Sign:
    """The sign that was scanned at a door; without its serial (older codes) the sticker in hand for that home."""
    unit = unit_in_scope(token, by)
    sign = find(unit, serial)
    return post(sign_id=sign.pk, by=by, at=at, photo=photo, place=place)


def unit_in_scope(token: str, by: User) -> Unit:
    """The home behind a scanned token; OutOfScope when it is not this person's."""
    unit = tokens.unit_of(token)
    Building.objects.visible_to(by).one(pk=unit.building_id)
    return unit


def find(unit: Unit, serial: str) -> Sign:
    """The sign of a home by its serial, else its sticker in hand; Conflict says what is the matter."""
    if serial:
        sign = Sign.objects.filter(unit=unit, serial=serial).first()
        if sign is None:
            raise Conflict(
                _("This code was put together from two signs. Do not hang it; tell the street office.")
            )
        return sign
    in_hand = Sign.objects.filter(unit=unit).in_hand().order_by("-product")
    sign = in_hand.filter(product=Product.STICKER).first() or in_hand.first()
    if sign is None:
        raise Conflict(_("No printed sign is waiting for this home. Ask for a print run of what is owed."))
    return sign


@transaction.atomic
def post_for_building(*, building_id: int, by: User, at: datetime) -> int:
    """Every sticker in hand that is still true hangs at the homes of a building; how many."""
    building = Building.objects.visible_to(by).lock(building_id)
    access.authorize(by, Permission.SIGN_POST, community_id=building.community_id)
    stickers = Sign.objects.in_hand().filter(
        unit__building=building, product=Product.STICKER, grade=F("unit__standing__grade")
    )
    rows = list(
        stickers.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", "unit")
    )
    ids, units = [pk for pk, _unit in rows], [unit for _pk, unit in rows]
    hung = Sign.objects.on_the_wall().filter(unit__in=units, product=Product.STICKER)
    hung.update(state=State.SUPERSEDED, ended_at=at, ended_by=by)
    Sign.objects.filter(pk__in=ids).update(state=State.POSTED, posted_at=at, posted_by=by)
    tasks.settle(unit_ids=units, by=by, at=at)
    return len(ids)


@transaction.atomic
def take_down(*, sign_id: int, by: User, at: datetime, photo: str) -> Sign:
    """A notice that no longer applies comes off, and its place is photographed; one that applies stays.

    An old sign that was still there beside its successor is removed in the same way, without a photo.
    """
    sign = _mine(sign_id, by)
    _authorize(sign, by)
    if sign.state == State.SUPERSEDED:
        return _end(sign, State.REMOVED, by=by, at=sign.ended_at or at, photo=photo)
    if sign.state != State.POSTED or not sign.needs_photo:
        raise Conflict(_("This notice does not hang any more."))
    if sign.product == Product.NO_RENTAL and sign.unit and sign.unit.standing.grade == "red":
        raise Conflict(_("This home is still red; its notice must stay."))
    if not photo:
        raise NeedsPhoto(_("Photograph the place where the notice hung."))
    return _end(sign, State.REMOVED, by=by, at=at, photo=photo)


@transaction.atomic
def give_up(*, sign_id: int, to: str, by: User, at: datetime, reason: str) -> Sign:
    """A sign is lost, damaged, or refused by the landlord; the home owes another one from then on."""
    sign = _mine(sign_id, by)
    _authorize(sign, by)
    if to not in REASONED_STATES or to not in SIGN_MOVES[State(sign.state)]:
        raise NotInHand(
            _("%(serial)s is: %(state)s. This cannot be recorded."),
            serial=sign.serial,
            state=sign.get_state_display(),
        )
    if not reason.strip():
        raise Invalid(_("Say in a few words what happened."))
    return _end(sign, State(to), by=by, at=at, reason=reason.strip()[:200])


def _mine(sign_id: int, by: User) -> Sign:
    """The sign, locked; OutOfScope for other communities."""
    here = Sign.objects.reached_by(by).filter(pk=sign_id)
    return Sign.objects.filter(pk__in=here).lock(sign_id)


def _authorize(sign: Sign, by: User) -> None:
    """A board of a committee belongs to each community it serves."""
    served: list[int] = []
    if sign.committee is not None:
        served = list(sign.committee.communities.values_list("pk", flat=True))
    elif place := _building_of(sign) or sign.estate:
        served = [place.community_id]
    if not any(access.can(by, Permission.SIGN_POST, community_id=community) for community in served):
        raise NotAllowed


def _building_of(sign: Sign) -> Building | None:
    return sign.unit.building if sign.unit else sign.building


def _supersede(sign: Sign, *, by: User, at: datetime) -> None:
    same_place = {target: pk for target in TARGETS if (pk := getattr(sign, f"{target}_id")) is not None}
    hung = Sign.objects.on_the_wall().filter(product=sign.product, **same_place)
    hung.update(state=State.SUPERSEDED, ended_at=at, ended_by=by)


def _end(sign: Sign, to: SignState, *, by: User, at: datetime, photo: str = "", reason: str = "") -> Sign:
    sign.state, sign.ended_at, sign.ended_by = to, at, by
    sign.ended_photo, sign.reason = photo, reason
    sign.save(update_fields=["state", "ended_at", "ended_by", "ended_photo", "reason"])
    return sign


def _when(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def true_in_hand(signs: SignQuerySet[Sign]) -> SignQuerySet[Sign]:
    """Of these those in hand that still say what is so."""
    return signs.in_hand().filter(Q(unit__isnull=True) | Q(grade=F("unit__standing__grade")))
