"""From an order to sheets: the run is frozen, cut in parts, printed by any number of workers, and proved."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers
from signage.models import PrintRun
from signage.services import printing
from signage.services.printing import PLAIN, Paper


@transaction.atomic(durable=True)
def order(
    *, product: str, wanted: dict[str, Any], by: User, at: datetime, title: str, paper: Paper = PLAIN
) -> PrintRun:
    """A print run for what fits `wanted`; a second click while it is being made gives the same run."""
    key = jobs.key_of(by.pk, product, sorted(wanted.items()), astuple(paper))
    job, is_new = jobs.ask(kind=PrintRunWork.kind, params={}, by=by, at=at, dedupe_key=key)
    if not is_new:
        return job.print_run
    run = printing.order(product=product, wanted=wanted, by=by, at=at, title=title, paper=paper)
    run.job = job
    run.save(update_fields=["job"])
    transaction.on_commit(lambda: ring_workers(job.pk))
    return run


class PrintRunWork:
    kind = "signage.print_run"
    in_order = False
    in_transaction = True
    attempts = 12  # no item of a part can be guilty after the second: the others were disturbed from outside

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        return printing.parts(job.print_run, printing.freeze(job.print_run))

    def set_aside(self, job: Job, chunk: Chunk) -> None:
        printing.set_aside_what_kills(job.print_run, at=job.print_run.at, **chunk.payload)

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        return printing.print_part(job.print_run, seq=chunk.seq, at=job.print_run.at, **chunk.payload)

    def finish(self, job: Job) -> dict[str, Any]:
        return printing.prove(job.print_run)
