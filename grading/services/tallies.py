"""Homes of a place by grade, counted in one statement, so that the numbers of a place are of one moment."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Q

from rentals.models import Unit


class Tally(NamedTuple):
    """`late` homes are older than their interval; the rest of `homes` is not graded."""

    homes: int
    green: int
    yellow: int
    red: int
    late: int

    @property
    def ungraded(self) -> int:
        return self.homes - self.green - self.yellow - self.red


def total(tallies: Iterable[Tally]) -> Tally:
    return Tally(*map(sum, zip(Tally(0, 0, 0, 0, 0), *tallies, strict=True)))


def by_building(day: date) -> dict[int, Tally]:
    """Every building that has homes in the register."""
    groups = Unit.objects.in_register().values_list("building").annotate(**_counts(day))
    return {pk: Tally(*numbers) for pk, *numbers in groups.order_by()}


def of_estate(estate_id: int, day: date) -> Tally:
    homes = Unit.objects.in_register().filter(building__estate=estate_id)
    return Tally(**homes.aggregate(**_counts(day)))


def _counts(day: date) -> dict[str, Any]:
    def graded(grade: str) -> Count:
        return Count("pk", filter=Q(standing__grade=grade))

    return {
        "homes": Count("pk"),
        "green": graded("green"),
        "yellow": graded("yellow"),
        "red": graded("red"),
        "late": Count("pk", filter=Q(standing__next_visit_on__lt=day)),
    }
