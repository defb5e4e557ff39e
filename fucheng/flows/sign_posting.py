"""Signs on the wall: posted by scanning their code or for a whole building, taken down again."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from signage.models import Sign
from signage.services import posting


@transaction.atomic(durable=True)
def post_unit(*, token: str, by: User, at: datetime) -> list[Sign]:
    """Posts what is in hand for the home behind a scanned code."""
    audit.act_as(by)
    return posting.post_for_token(token=token, by=by, at=at)


@transaction.atomic(durable=True)
def post_building(*, building_id: int, by: User, at: datetime) -> int:
    """Posts everything in hand for a building; how many signs now hang."""
    audit.act_as(by)
    return posting.post_for_building(building_id=building_id, by=by, at=at)


@transaction.atomic(durable=True)
def post_estate_board(*, sign_id: int, by: User, at: datetime) -> Sign:
    audit.act_as(by)
    return posting.post_estate_board(sign_id=sign_id, by=by, at=at)


@transaction.atomic(durable=True)
def take_down(*, sign_id: int, by: User, at: datetime) -> Sign:
    """A no-rental notice comes off the wall of a home that is no longer red."""
    audit.act_as(by)
    return posting.take_down(sign_id=sign_id, by=by, at=at)
