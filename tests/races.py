"""Many people at once, each on a connection of their own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from accounts.models import User
from accounts.roles import Role
from core.errors import DomainError
from tests import factories
from tests.conftest import Cast

CROWD = 8


def race(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Runs all at once, each on its own connection; results, or the refusals themselves."""
    barrier = threading.Barrier(len(calls))
    outcome: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            barrier.wait(timeout=20)
            outcome[place] = calls[place]()
        except Exception as error:
            outcome[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    unexpected = [o for o in outcome if isinstance(o, Exception) and not isinstance(o, DomainError)]
    assert unexpected == []
    return outcome


def won(outcome: list[Any]) -> list[Any]:
    return [o for o in outcome if not isinstance(o, DomainError)]


def reviewers(cast: Cast) -> list[User]:
    return [factories.person(f"reviewer-{n}", Role.REVIEWER, cast.fumin) for n in range(CROWD)]
