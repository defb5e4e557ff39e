"""Graded homes with tokens, as many as wanted, and whoever orders their stickers."""

from accounts.models import User
from accounts.roles import Role
from communities.models import Grid
from core.bulk import copy_in
from grading.models import Standing
from rentals.models import Building, Unit
from signage.services import tokens
from tests import factories

PER_BUILDING = 500


def office() -> User:
    return User.objects.filter(name="office").first() or factories.person("office", Role.OFFICE)


def grow_to(homes: int) -> None:
    """Adds homes of 福民, 500 a building, until there are so many."""
    community = factories.community()
    office()
    have = Unit.objects.count()
    for start in range(have, homes, PER_BUILDING):
        number = Building.objects.count() + 1
        building = Building.objects.create(
            community=community,
            grid=factories.grid(community, f"第{number // 20 + 1:02d}网格"),
            code=f"4403060140{number:09d}",
            name=f"福民新村{number}栋",
        )
        _fill(building, min(PER_BUILDING, homes - start))
    tokens.issue_tokens()


def small_grid(name: str, homes: int) -> Grid:
    """A grid with a few homes of its own."""
    community = factories.community()
    number = Building.objects.count() + 1
    grid = factories.grid(community, name)
    building = Building.objects.create(
        community=community, grid=grid, code=f"4403060140{number:09d}", name=f"福民新村{number}栋"
    )
    _fill(building, homes)
    tokens.issue_tokens()
    return grid


def _fill(building: Building, count: int) -> None:
    town = f"广东省深圳市龙华区福城街道{building.community.name}社区{building.name}"
    copy_in(
        "rentals_unit",
        ("code", "building_id", "address", "floor", "room", "category", "note"),
        (
            (f"{building.code}{n:06d}", building.pk, f"{town}{n}01房", str(n), f"{n}01", "urban_village", "")
            for n in range(1, count + 1)
        ),
    )
    homes = building.units.order_by("pk").values_list("pk", flat=True)
    grades = ("green", "green", "yellow", "red")
    Standing.objects.bulk_create(
        Standing(unit_id=pk, grade=grades[pk % 4], graded_at=factories.NOON) for pk in homes
    )
