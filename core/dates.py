"""Days of the street: local dates, working days, and a day as papers write it."""

from datetime import date, datetime, time, timedelta

import chinese_calendar
from django.utils import timezone


def day_of(at: datetime) -> date:
    """The calendar day in Shenzhen of a moment."""
    return timezone.localtime(at).date()


def start_of(day: date) -> datetime:
    """The first moment of a day in Shenzhen."""
    return timezone.make_aware(datetime.combine(day, time.min))


def chinese_day(day: date) -> str:
    """2019年8月2日: Arabic numerals without leading zeros (GB/T 9704-2012, 7.3.5.3)."""
    return f"{day.year}年{day.month}月{day.day}日"


def is_workday(day: date) -> bool:
    """By the State Council's holiday notices; Monday to Friday where no notice is known yet."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_workdays(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
