"""How a home is named on the desks: the register keeps the address up to the building and the room apart."""

import re

from django import template

from rentals.models import Building, Unit

register = template.Library()
_ABOVE = re.compile(r"^.*?街道(?:[^社]{1,8}社区)?")


@register.filter
def home_full(unit: Unit) -> str:
    """The whole address with the room."""
    return _with_room(unit.address, unit.room)


@register.filter
def home_line(unit: Unit) -> str:
    """Without province, city, district, street and community, which stand beside it."""
    return _with_room(_ABOVE.sub("", unit.address) or unit.address, unit.room)


def _with_room(address: str, room: str) -> str:
    bare = address.rstrip("房室")
    return f"{address} {room}" if room and not bare.endswith(room) else address


@register.filter
def building_line(building: Building) -> str:
    """With its estate or village, unless the name begins with it: every village has a building 1."""
    name, estate = str(building), building.estate
    return name if estate is None or name.startswith(estate.name) else f"{estate.name}{name}"


@register.filter
def door_name(unit: Unit) -> str:
    """What is written on the door; the code's end where the register has no room number."""
    return unit.room or f"…{unit.code[-6:]}"
