"""Which places an order is for, in walking order: community, grid, building, floor, door."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.db.models.functions import Length

from communities.models import Estate, ResidentsCommittee
from grading.models import Standing
from rentals.models import Building, Unit
from signage.models import Product, Sign
from signage.querysets import to_print
from signage.services.boards import notices
from signage.services.pieces import Target

# What an order may name. `units`, `buildings`: a set picked by hand, whatever their grade.
FILTERS: Final = (
    "community", "grid", "estate", "building", "grade", "category", "owed", "units", "buildings",
    "committee",
)  # fmt: skip
OF_UNIT: Final = (Product.STICKER, Product.NO_RENTAL)
OF_BUILDING: Final = (Product.BUILDING_BOARD, Product.HAZARD_NOTICE, Product.STAR_PLAQUE)
Wanted = dict[str, Any]
Row = TypeVar("Row", bound=Model)


def targets(product: str, wanted: Wanted, on: date) -> list[tuple[Target, str]]:
    """Each place with the grade that its sign will show ("" on a board)."""
    if product in OF_UNIT:
        homes = homes_of(product, wanted).order_by(
            "unit__building__community__address_code",
            "unit__building__grid__name",
            "unit__building__code",
            Length("unit__floor"),
            "unit__floor",
            Length("unit__room"),
            "unit__room",
            "unit__code",
        )
        return [(Target(unit), grade or "") for unit, grade in homes.values_list("unit_id", "grade")]
    if product in OF_BUILDING:
        walk = buildings_of(product, wanted, on).order_by("community__address_code", "grid__name", "code")
        return [(Target(building_id=pk), "") for pk in walk.values_list("pk", flat=True)]
    if wanted.get("committee"):
        return [(Target(committee_id=wanted["committee"]), "")]
    estates = estates_of(product, wanted).order_by("community__address_code", "name")
    return [(Target(estate_id=pk), "") for pk in estates.values_list("pk", flat=True)]


def count(product: str, wanted: Wanted, on: date) -> tuple[int, int]:
    """How many signs an order would print, and how many of them replace one that hangs."""
    rows: QuerySet[Any]
    if product in OF_UNIT:
        rows, place = homes_of(product, wanted), "unit"
    elif product in OF_BUILDING:
        rows, place = buildings_of(product, wanted, on), "building"
    elif wanted.get("committee"):
        rows, place = ResidentsCommittee.objects.filter(pk=wanted["committee"]), "committee"
    else:
        rows, place = estates_of(product, wanted), "estate"
    hangs = Sign.objects.on_the_wall().filter(product=product, **{place: OuterRef("pk")})
    return rows.count(), rows.filter(Exists(hangs)).count()


def homes_of(product: str, wanted: Wanted) -> QuerySet[Standing]:
    """Graded homes that fit a filter; no-rental notices are for red homes only."""
    homes: QuerySet[Standing] = to_print(product) if wanted.get("owed") else Standing.objects.all()
    homes = homes.filter(grade__isnull=False, unit__left_on__isnull=True)
    if product == Product.NO_RENTAL:
        homes = homes.filter(grade="red")
    return _narrowed(homes, wanted, {"grade": "grade", "category": "unit__category", "units": "unit__in"}
                     | _places("unit__building__"))  # fmt: skip


def buildings_of(product: str, wanted: Wanted, on: date) -> QuerySet[Building]:
    """Buildings that the product is for: with rental homes, listed for hazards, or with stars in force."""
    by_product: dict[str, Callable[[], QuerySet[Building]]] = {
        Product.BUILDING_BOARD: lambda: Building.objects.filter(
            Exists(Unit.objects.filter(building=OuterRef("pk"), left_on__isnull=True))
        ),
        Product.HAZARD_NOTICE: lambda: Building.objects.filter(
            pk__in=notices.listed_hazards().values("building")
        ),
        Product.STAR_PLAQUE: lambda: notices.starred_on(on),
    }
    found = _narrowed(by_product[product](), wanted, {"buildings": "pk__in"} | _places(""))
    if wanted.get("owed"):
        hangs = Sign.objects.on_the_wall().filter(product=product, building=OuterRef("pk"))
        found = found.filter(~Exists(hangs))
    return found


def estates_of(product: str, wanted: Wanted) -> QuerySet[Estate]:
    """Estates with an entrance; villages are the estates without one that have buildings."""
    found = Estate.objects.filter(is_gated=product == Product.ESTATE_BOARD)
    if product == Product.VILLAGE_BOARD:
        found = found.filter(Exists(Building.objects.filter(estate=OuterRef("pk"))))
    return _narrowed(found, wanted, {"community": "community", "estate": "pk"})


def _places(path: str) -> dict[str, str]:
    return {
        "community": f"{path}community",
        "grid": f"{path}grid",
        "estate": f"{path}estate",
        "building": f"{path}pk" if path == "" else path.removesuffix("__"),
    }


def _narrowed(rows: QuerySet[Row], wanted: Wanted, lookups: dict[str, str]) -> QuerySet[Row]:
    return rows.filter(**{lookups[k]: v for k, v in wanted.items() if k in lookups and v not in (None, "")})
