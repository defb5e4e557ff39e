"""Random lives of a building, step by step: what must hold, holds after each of them."""

import os
import time

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.cases import Cases
from tests.machine.life import life_of, people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def live(runs: int, steps: int) -> float:
    """Runs a second."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # else every step reads past the rows that earlier tests rolled back
    machine = life_of(Cases, people())
    start = time.perf_counter()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return runs / (time.perf_counter() - start)


def test_no_life_breaks_what_must_hold() -> None:
    live(runs=25, steps=30)


@pytest.mark.deep
def test_two_thousand_lives_of_fifty_steps_break_nothing() -> None:
    """`LIVES=300` runs fewer of them."""
    runs = int(os.environ.get("LIVES", "2000"))
    live(runs=runs, steps=50)
