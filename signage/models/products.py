"""What is printed and hung, and at which kind of place each product stands."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Product(models.TextChoices):
    """What is printed and hung; where each stands is `PLACES`."""

    STICKER = "sticker", _("sticker")
    NO_RENTAL = "no_rental", _("no-rental notice")
    BUILDING_BOARD = "building_board", _("building board")
    HAZARD_NOTICE = "hazard_notice", _("hazard notice")
    STAR_PLAQUE = "star_plaque", _("star plaque")
    ESTATE_BOARD = "estate_board", _("estate entrance board")
    VILLAGE_BOARD = "village_board", _("village gate board")


PLACES: dict[Product, tuple[str, ...]] = {
    Product.STICKER: ("unit",),
    Product.NO_RENTAL: ("unit",),
    Product.BUILDING_BOARD: ("building",),
    Product.HAZARD_NOTICE: ("building",),
    Product.STAR_PLAQUE: ("building",),
    Product.ESTATE_BOARD: ("estate",),
    Product.VILLAGE_BOARD: ("estate", "committee"),
}
TARGETS = ("unit", "building", "estate", "committee")


def only(place: str) -> Q:
    """The row has this one of the four targets and no other."""
    return Q(**{f"{target}__isnull": target != place for target in TARGETS})


def stands_at_its_place() -> Q:
    """The row's product is of this kind of place."""
    fits = Q()
    for product, places in PLACES.items():
        for place in places:
            fits |= Q(product=product) & only(place)
    return fits
