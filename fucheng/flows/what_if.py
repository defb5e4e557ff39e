"""A version of the rules over every home, as a job: what would move, and how many visits that makes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission
from communities import access
from fucheng.flows.bulk_assessment import whole_buildings
from grading.models import RuleSet
from grading.services import what_if
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers


@transaction.atomic(durable=True)
def ask(*, version: str, by: User, at: datetime) -> Job:
    """The run over all homes; asked twice for the same revision while it runs, it is one."""
    access.authorize(by, Permission.RULES_EDIT)
    rule_set = RuleSet.objects.visible_to(by).one(version=version)
    job, is_new = jobs.ask(
        kind=WhatIf.kind,
        params={"version": version},
        by=by,
        at=at,
        dedupe_key=f"{rule_set.pk}:{rule_set.revision}",
    )
    if is_new:
        what_if.begin(rule_set, job=job, at=at)
        transaction.on_commit(lambda: ring_workers(job.pk))
    return job


class WhatIf:
    kind = "grading.what_if"
    in_order = False
    in_transaction = True

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        return whole_buildings()

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        return {"homes": what_if.count_part(job.simulation, **chunk.payload)}

    def finish(self, job: Job) -> dict[str, Any]:
        return what_if.complete(job.simulation, at=timezone.now())
