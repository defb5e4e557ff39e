"""Many rows at once: COPY in, arrays for updates. One way for 20 rows and for 170,699."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(value: Any) -> str:
    """One value in PostgreSQL's COPY text format."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value)


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Copies rows into a table by COPY; JSON values are passed as text."""
    text = "".join(["\t".join(map(_text, row)) + "\n" for row in rows])
    if text:
        with connection.cursor() as cursor:
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO(text))


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh primary keys of a model, so that rows can be copied in and referred to."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]
