"""The days that figures are about, and the same number of days before them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

HALF_YEAR = 183
CHOICES = {"7": _("7 days"), "30": _("30 days"), str(HALF_YEAR): _("Half a year"), "custom": _("From … to …")}
LONGEST = 366 * 3


def midnight(day: date) -> datetime:
    """When a day begins in Shenzhen."""
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Period:
    """First and last day, both included. `choice` is what the person chose."""

    first: date
    last: date
    choice: str = "custom"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The moment after the last day."""
        return midnight(self.last + timedelta(days=1))

    @property
    def before(self) -> "Period":
        """As many days, ending the day before the first."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def query(self) -> str:
        return f"from={self.first}&to={self.last}"


def last_days(count: int, today: date) -> Period:
    choice = str(count) if str(count) in CHOICES else "custom"
    return Period(today - timedelta(days=count - 1), today, choice)


def from_query(query: Mapping[str, str], today: date) -> Period:
    """The period that a query string names; half a year for anything that makes no sense."""
    choice = query.get("period", "")
    if choice in CHOICES and choice != "custom":
        return last_days(int(choice), today)
    first, last = _day(query.get("from")), _day(query.get("to")) or today
    if first is None or not 0 <= (last - first).days < LONGEST:
        return last_days(HALF_YEAR, today)
    return Period(first, last)


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1950 < day.year < 2200 else None
