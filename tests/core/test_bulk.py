"""COPY writes exactly what was given, whatever it contains."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.bulk import copy_in, reserve_ids
from grading.models import Assessment
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast

WRITABLE = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@pytest.fixture
def table(db: None) -> str:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE t (a text, b bytea, c date, d timestamptz, e int, f jsonb)")
    return "t"


def rows(columns: str = "a") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM t")
        return cursor.fetchall()


@pytest.mark.parametrize(
    "value",
    [
        "a\tb",
        "a\nb",
        "a\r\nb",
        "a\\b",
        "\\N",
        "\\.",
        "\\\\",
        "\\t",
        "",
        " ",
        "NULL",
        None,
        "'\"",
        "福\u3000民",
        "\x01\x7f",
    ],
)
def test_each_awkward_text_arrives_as_it_was(table: str, value: str | None) -> None:
    copy_in(table, ("a",), [(value,), ("next",)])
    assert rows() == [(value,), ("next",)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.none() | WRITABLE, max_size=8))
def test_any_texts_arrive_as_they_were(table: str, values: list[str | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE t")
    copy_in(table, ("a",), [(value,) for value in values])
    assert [row[0] for row in rows()] == values


def test_bytes_days_moments_numbers_and_json_arrive_as_they_were(table: str) -> None:
    row = (bytes(range(256)), date(2026, 10, 1), datetime(2026, 5, 12, 4, 0, 0, 123456, tzinfo=UTC), -7)
    copy_in(table, ("b", "c", "d", "e", "f"), [(*row, '{"a": "x\\ty"}')])
    ((blob, *rest, found),) = rows("b, c, d, e, f->>'a'")
    assert (bytes(blob), *rest, found) == (*row, "x\ty")


def test_no_rows_are_no_statement(db: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        copy_in("no_such_table", ("a",), [])
        assert reserve_ids(Assessment, 0) == []


def test_reserved_ids_are_nobody_elses(cast: Cast) -> None:
    ids = reserve_ids(Unit, 3)
    (unit,) = factories.units(factories.building(cast.fumin))
    assert len({*ids, *reserve_ids(Unit, 2), unit.pk}) == 6
