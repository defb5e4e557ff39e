"""Days of the street and small text rules."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import dates, text


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 5, 11, 15, 59, tzinfo=UTC), date(2026, 5, 11)),
        (datetime(2026, 5, 11, 16, 0, tzinfo=UTC), date(2026, 5, 12)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_day_of_a_moment_is_that_of_shenzhen(moment: datetime, day: date) -> None:
    assert dates.day_of(moment) == day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 5, 12), True),  # a Tuesday
        (date(2026, 5, 16), False),  # a Saturday
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),  # a Saturday worked instead
        (date(2026, 2, 14), True),  # a Saturday worked before Spring Festival
        (date(2045, 10, 2), True),  # no notice yet: Monday to Friday
        (date(2045, 10, 1), False),
    ],
)
def test_working_days_follow_the_notices_as_far_as_they_are_known(day: date, works: bool) -> None:
    assert dates.is_workday(day) is works


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 5, 12), 0, date(2026, 5, 12)),
        (date(2026, 5, 15), 1, date(2026, 5, 18)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
    ],
)
def test_the_nth_working_day_after_a_day(day: date, count: int, due: date) -> None:
    assert dates.add_workdays(day, count) == due


def test_tokens_are_22_letters_or_digits_and_never_the_same() -> None:
    tokens = {text.new_token() for _n in range(2000)}
    assert len(tokens) == 2000
    assert all(len(t) == 22 and set(t) <= set(text.BASE62) for t in tokens)
    assert len(Counter("".join(tokens))) == 62


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ＡＢ１２", "AB12"),
        ("　福民　 新村 ", "福民 新村"),
        ("a\tb\n c", "a b c"),
        ("（甲）", "(甲)"),
        ("", ""),
    ],
)
def test_what_people_typed_is_made_comparable(typed: str, folded: str) -> None:
    assert text.fold(typed) == folded


@given(st.text())
def test_folding_twice_is_folding_once(typed: str) -> None:
    assert text.fold(text.fold(typed)) == text.fold(typed)


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (text.mask_phone, "13800138000", "138****8000"),
        (text.mask_phone, "12345", "*****"),
        (text.mask_phone, "", ""),
        (text.mask_identity, "440301199001011234", "44**************34"),
        (text.mask_identity, "1234", "12****34"),
        (text.mask_identity, "", ""),
        (text.mask_name, "王小明", "王**"),
        (text.mask_name, "王", "王*"),
        (text.mask_name, "", ""),
    ],
)
def test_masks_show_the_ends_only(mask, value: str, shown: str) -> None:
    assert mask(value) == shown
