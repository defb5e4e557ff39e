"""Brings the benchmarks' street to a stage: registered, surveyed, graded, printed, posted, loaded.

The rows come from the same steps as the demonstration's. A street that is at the wanted stage already is used
again when it has the same size and was made by the same code; one that is beyond it is made anew.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from benchmarks import database, hands

STAGES = ("empty", "registered", "surveyed", "graded", "printed", "posted", "loaded")


@contextmanager
def said(what: str) -> Iterator[None]:
    """Says what is being done and how long it took."""
    print(f"  {what} ...", end="", flush=True)
    start = time.perf_counter()
    yield
    print(f" {time.perf_counter() - start:.1f} s", flush=True)


@dataclass(slots=True)
class Bench:
    """One run's street. `deep`: at the size of the real one."""

    units: int
    seed: int = 2019
    fresh: bool = False
    keep: bool = False
    requests: int = 30
    is_made: bool = field(default=False, init=False)

    def at(self, stage: str) -> None:
        """Brings the street to exactly this stage."""
        if not self._is_usable(stage):
            with said("A new database"):
                database.make_anew()
            self._found()
        self.is_made = True
        while (now := database.note()["stage"]) != stage:
            following = STAGES[STAGES.index(now) + 1]
            with said(f"Street of {self.units:,} homes: {following}"), hands.second_process():
                _STEPS[following](self)
            self.reached(following)

    def reached(self, stage: str) -> None:
        """A benchmark (or a step) has brought the street to this stage."""
        database.write_note(**database.note() | {"stage": stage})

    def _is_usable(self, stage: str) -> bool:
        known = database.note()
        if known.get("stage") not in STAGES or known["units"] != self.units:
            return False
        if STAGES.index(known["stage"]) > STAGES.index(stage):
            return False
        if self.is_made:
            return True
        return not self.fresh and (self.keep or known["code"] == database.code_version())

    def _found(self) -> None:
        from accounts.models import User
        from fucheng.demo import organisation, people, story

        now = timezone.now()
        organisation.found_street(now)
        people.create_sign_ins()
        office = User.objects.get(name="office")
        story.ask(units=self.units, seed=self.seed, by=office, at=now)
        database.write_note(stage="empty", units=self.units, code=database.code_version())

    @property
    def job(self) -> Any:
        """The demonstration's job. It is never worked on: its steps are taken one by one here."""
        from jobs.models import Job

        return Job.objects.select_related("requested_by").get(kind="demo.street")

    @property
    def now(self) -> datetime:
        """The moment the street was founded for; everything in it happened before."""
        return datetime.fromisoformat(self.job.params["at"])

    @property
    def graded_at(self) -> datetime:
        from fucheng.demo.organisation import GRADING_DAYS

        return self.now - timedelta(days=GRADING_DAYS)

    @property
    def office(self) -> Any:
        return self.job.requested_by


def _register(bench: Bench) -> None:
    from fucheng.demo import story

    story.Street().register(bench.job, bench.now)


def _survey(bench: Bench) -> None:
    from fucheng.demo import story

    story.Street().survey(bench.job, bench.now)


def _grade(bench: Bench) -> None:
    from fucheng.demo import story

    story.Street().grading(bench.job, bench.now)


def _print(bench: Bench) -> None:
    from fucheng.demo import replay

    replay.print_what_is_owed(bench.graded_at + timedelta(days=2), title="bench")


def _post(bench: Bench) -> None:
    from fucheng.demo import replay, story
    from jobs import services

    at = bench.graded_at + timedelta(days=2)
    params = {"what": "posting", "at": bench.now.isoformat(), "seed": bench.seed}
    job, _ = services.ask(kind=story.Houses.kind, params=params, by=bench.office, at=at, dedupe_key="posting")
    hands.drained(job.pk)
    replay.print_what_is_owed(at, title="bench", product="estate_board")
    replay.post_boards(at)


def _load(bench: Bench) -> None:
    from django.db import connection

    from fucheng.demo import scenario, story
    from jobs.models import Job

    street = story.Street()
    for number in range(scenario.WEEKS):
        street.week(bench.job, bench.now, number)
    street.rounds(bench.job, bench.now)
    street.today(bench.job, bench.now)
    for state in (Job.State.RUNNING, Job.State.DONE):
        Job.objects.filter(pk=bench.job.pk).update(state=state)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


_STEPS: dict[str, Callable[[Bench], None]] = {
    "registered": _register,
    "surveyed": _survey,
    "graded": _grade,
    "printed": _print,
    "posted": _post,
    "loaded": _load,
}
