"""Numbers as the street writes them."""

from django.utils.formats import number_format
from django.utils.translation import get_language


def number(value: int | float | None) -> str:
    """170,699; a dash for nothing."""
    return "–" if value is None else number_format(value, force_grouping=True)


def short_number(value: int | None) -> str:
    """17.1万 in Chinese, 170.7k in English, from 10,000 on."""
    if value is None or abs(value) < 10_000:
        return number(value)
    chinese = (get_language() or "").startswith("zh")
    step, word = (10_000, "万") if chinese else (1_000, "k")
    return f"{number_format(round(value / step, 1), decimal_pos=1, force_grouping=True)}{word}"


def percent(value: float | None, digits: int = 1) -> str:
    """0.4567 to 45.7%."""
    return "–" if value is None else f"{number_format(round(value * 100, digits), decimal_pos=digits)}%"
