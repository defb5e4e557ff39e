"""Signs handed out, on the wall and off it: by scanning, by serial, for a whole building."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from signage.models import PublicToken, Sign
from signage.services import handing_out, posting, tokens
from signage.services.posting import Place


@transaction.atomic(durable=True)
def hand_out(*, run_id: int, grid_id: int | None, to: User, by: User, at: datetime) -> int:
    """A run, or its part in one grid, goes to the person who hangs it; how many signs changed hands."""
    audit.act_as(by)
    return handing_out.hand_out(run_id=run_id, grid_id=grid_id, to=to, by=by, at=at)


@transaction.atomic(durable=True)
def post(*, sign_id: int, by: User, at: datetime, photo: str = "", place: Place | None = None) -> Sign:
    """Posts one sign; `photo` is the SHA-256 of a stored one."""
    audit.act_as(by)
    return posting.post(sign_id=sign_id, by=by, at=at, photo=photo, place=place)


@transaction.atomic(durable=True)
def post_scanned(
    *, token: str, serial: str, by: User, at: datetime, photo: str = "", place: Place | None = None
) -> Sign:
    """Posts the sign whose code was scanned at the door."""
    audit.act_as(by)
    return posting.post_for_token(token=token, serial=serial, by=by, at=at, photo=photo, place=place)


@transaction.atomic(durable=True)
def post_building(*, building_id: int, by: User, at: datetime) -> int:
    """Posts every true sticker in hand for a building; how many now hang."""
    audit.act_as(by)
    return posting.post_for_building(building_id=building_id, by=by, at=at)


@transaction.atomic(durable=True)
def take_down(*, sign_id: int, by: User, at: datetime, photo: str = "") -> Sign:
    """A no-rental notice comes off the wall of a home that is no longer red."""
    audit.act_as(by)
    return posting.take_down(sign_id=sign_id, by=by, at=at, photo=photo)


@transaction.atomic(durable=True)
def give_up(*, sign_id: int, to: str, by: User, at: datetime, reason: str) -> Sign:
    """A sign is lost, damaged or refused."""
    audit.act_as(by)
    return posting.give_up(sign_id=sign_id, to=to, by=by, at=at, reason=reason)


@transaction.atomic(durable=True)
def renew_code(*, unit_id: int, by: User, at: datetime, reason: str) -> PublicToken:
    """A home gets another public address; its signs are owed anew."""
    audit.act_as(by)
    return tokens.renew(unit_id=unit_id, by=by, at=at, reason=reason)
