"""What all boards and notices share: their run's version and day, where their codes lead, their words."""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.conf import settings

from grading.models import StarAward
from rentals.models import Building
from signage.engine.typesetting import Imprint
from signage.models import PrintItem, SignSettings
from signage.services.pieces import url_of

Says = dict[str, Any]  # what a board tells that may change, kept with its sign
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Press:
    """What is the same for all boards of a run."""

    version: SignSettings
    imprint: Imprint
    street: str
    on: date

    def number(self, kind: str, serial: str) -> str:
        """The number of a posted notice: 福城租禁〔2026〕12号."""
        return f"{self.street.removesuffix('街道')}{kind}〔{self.on.year}〕{int(serial[2:])}号"


def building_url(building_id: int | None) -> str:
    """The public page of a building."""
    return f"{settings.PUBLIC_BASE_URL}/find/{building_id}/"


def board_url(estate_id: int | None = None) -> str:
    """Where the code of a board leads: the buildings of its estate, or the search for a safe home."""
    return f"{settings.PUBLIC_BASE_URL}/find/" + (f"?estate={estate_id}" if estate_id else "")


def url_of_item(item: PrintItem) -> str:
    """What the code of a printed board must say."""
    if item.unit_id is not None and item.unit is not None:
        return url_of(item.unit.public_token.token, item.serial)
    return building_url(item.building_id) if item.building_id else board_url(item.estate_id)


def award_of(building: Building, day: date) -> StarAward | None:
    return StarAward.objects.in_force_on(day).filter(building=building).first()


def address_of(building: Building) -> str:
    """Road and door plate, where the register has them and they say more than the name."""
    address = f"{building.road}{building.doorplate}"
    return "" if address in building.name else address


def placed(place: Place | None) -> Place:
    """The place that the product stands at; `printitem_of_one_place` and the product's list keep it there."""
    if place is None:
        raise ValueError("this product is of another kind of place")
    return place
