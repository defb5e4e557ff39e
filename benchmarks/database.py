"""The benchmarks' own database on the private server, and a note in it on what it holds."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.core.management import call_command
from django.db import connections

from fucheng.onebox import postgres

NAME = "fucheng_bench"
ROOT = Path(__file__).resolve().parents[1]
CODE = (
    "*/migrations/*.py",
    "*/models/*.py",
    "*/services/*.py",
    "*/models.py",
    "grading/*.py",
    "grading/data/*.json",
    "fucheng/demo/*.py",
    "fucheng/flows/*.py",
)


def server_url() -> str:
    """The maintenance database of the server named by DATABASE_URL, else of the private one."""
    return _named(os.environ.get("DATABASE_URL") or postgres.ensure("demo"), "postgres")


def bench_url() -> str:
    return _named(server_url(), NAME)


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def code_version() -> str:
    """Changes with everything that decides which rows the street gets."""
    total = hashlib.sha256()
    for path in sorted({path for pattern in CODE for path in ROOT.glob(pattern)}):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def make_anew() -> None:
    """An empty, migrated database; whoever was connected is thrown out."""
    connections.close_all()
    _on_server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    _on_server(f"CREATE DATABASE {NAME}")
    call_command("migrate", verbosity=0, interactive=False)


def note() -> dict[str, Any]:
    """What `write_note` wrote; empty where there is no database."""
    rows = _on_server(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [NAME]
    )
    known: dict[str, Any] = json.loads(rows[0][0]) if rows and rows[0][0] else {}
    return known


def write_note(**facts: Any) -> None:
    _on_server(f"COMMENT ON DATABASE {NAME} IS %s", [json.dumps(facts)])


def _on_server(sql: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    server = psycopg2.connect(server_url())
    server.autocommit = True
    try:
        with server.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        server.close()
