"""How the lists of this area are shown: columns that several of them share, and what a screen knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fucheng.web.exporting import Column, List
from fucheng.web.leaders.words import FILTERS, GRADE_WORDS, place_name
from rentals.models import Unit


class GradeColumn(Column):
    """A grade: a chip on the screen, its word in a file. Beside a home it tells whether its visit is overdue."""

    @staticmethod
    def is_stale(row: Any) -> bool:
        return isinstance(row, Unit) and row.standing.is_stale_on(timezone.localdate())

    def raw(self, row: Any) -> str | None:
        value: str | None = super().of(row)
        return value

    def of(self, row: Any) -> str:
        return str(GRADE_WORDS[self.raw(row) or "none"])


@dataclass(frozen=True)
class Screen:
    """How a list is shown: its filters, its order, and where a row leads."""

    list: List
    lead: str | Promise
    url: Callable[[Any], str]
    newest_first: bool = True

    @property
    def name(self) -> str:
        return self.list.name.removeprefix("leaders-")

    @property
    def filters(self) -> Sequence[str]:
        return FILTERS[self.name]

    @property
    def export_url(self) -> str:
        return reverse("leaders:list-export", args=[self.name])


def community_column(path: str) -> Column:
    column = Column("", path)
    return Column(
        _("Community"), lambda row: place_name(place) if (place := column.of(row)) else "", width=12
    )


def home_columns(path: str = "") -> tuple[Column, ...]:
    return (
        Column(_("Unit code"), f"{path}code", width=28),
        Column(_("Address"), f"{path}address", width=50),
        community_column(f"{path}building.community"),
    )


def overdue_days(day: date | None) -> int | None:
    return (timezone.localdate() - day).days if day else None
