"""Plain reads from a replica of the database where there is one; everything else stays on the primary.

A replica that is away or behind is passed over, so what is read here is what was committed up to `moment()`.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

import structlog
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, ProgrammingError, connections
from django.utils import timezone

REPLICA = "replica"
BEHIND = timedelta(seconds=45)  # the scheduler writes every 15 seconds: a replica that follows shows that
REST = 30.0  # seconds for which a replica that failed is not asked again

log = structlog.get_logger(__name__)
P = ParamSpec("P")
Result = TypeVar("Result")


class Source(NamedTuple):
    """A database, and the moment up to which it holds what was committed."""

    alias: str
    at: datetime


class Router:
    """Sends the reads of a function marked `reading` to its source; knows nothing of tables."""

    def db_for_read(self, _model: Any, **_hints: Any) -> str:
        return alias()

    def db_for_write(self, _model: Any, **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one: Any, _other: Any, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


_source: ContextVar[Source | None] = ContextVar("source", default=None)


class _Health:
    """Of the replica, as this process knows it."""

    is_away = False
    rests_until = 0.0


def alias() -> str:
    found = _source.get()
    return found.alias if found else DEFAULT_DB_ALIAS


def moment() -> datetime:
    """Up to when the rows read now are complete."""
    found = _source.get()
    return found.at if found else timezone.now()


def reading(read: Callable[P, Result]) -> Callable[P, Result]:
    """For a function that only reads: its queries go to the replica, and once more to the primary when that fails."""

    @wraps(read)
    def read_from_replica(*args: P.args, **kwargs: P.kwargs) -> Result:
        found = primary() if _source.get() else source()
        if found.alias != REPLICA:
            return read(*args, **kwargs)
        token = _source.set(found)
        try:
            return read(*args, **kwargs)
        except (
            OperationalError,
            InterfaceError,
            ProgrammingError,
        ) as error:  # also a table of the last migration
            _pass_over(str(error))
        finally:
            _source.reset(token)
        return read(*args, **kwargs)

    return read_from_replica


def primary() -> Source:
    return Source(DEFAULT_DB_ALIAS, timezone.now())


def source() -> Source:
    """The replica when it answers and is not behind, else the primary."""
    if REPLICA not in connections or time.monotonic() < _Health.rests_until:
        return primary()
    if _Health.is_away:
        _Health.rests_until = time.monotonic() + REST  # one asks, the others do not wait with it
    try:
        at = _replayed_until()
    except Error as error:
        _pass_over(str(error))
        return primary()
    if at is None or timezone.now() - at > BEHIND:
        _pass_over(f"behind: holds what was committed until {at}")
        return primary()
    if _Health.is_away:
        log.warning("replica_back")
    _Health.is_away, _Health.rests_until = False, 0.0
    return Source(REPLICA, at)


def is_well() -> bool | None:
    """Whether pages read from the replica now; None where there is none."""
    return source().alias == REPLICA if REPLICA in connections else None


def _replayed_until() -> datetime | None:
    """The last commit that the replica has seen; None before the first one since its start."""
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() ELSE clock_timestamp() END"
        )
        at: datetime | None = cursor.fetchone()[0]
        return at


def _pass_over(reason: str) -> None:
    """Said once for each time it goes away, not at every page."""
    if not _Health.is_away:
        log.warning("replica_passed_over", reason=reason)
    _Health.is_away, _Health.rests_until = True, time.monotonic() + REST
    connections[REPLICA].close()
