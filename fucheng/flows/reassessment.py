"""Homes whose sum time alone has changed: a deduction has decayed, a watch is over."""

from datetime import datetime

from django.db import transaction

from accounts.services import audit
from accounts.services.people import system_user
from core.dates import day_of
from grading.models import Standing
from grading.services import assessing, delisting, rule_sets

AT_ONCE = 500  # homes a transaction


def reassess_ended(*, at: datetime) -> int:
    """Assesses them anew; how many grade changes are now proposed."""
    proposed = 0
    while ended := list(Standing.objects.ended_on(day_of(at)).values_list("unit", flat=True)[:AT_ONCE]):
        proposed += _reassess(ended, at)
    return proposed


@transaction.atomic(durable=True)
def _reassess(unit_ids: list[int], at: datetime) -> int:
    audit.act_as(system_user())
    rule_set = rule_sets.for_visit(day_of(at))
    proposed = assessing.assess_homes(unit_ids, rule_set=rule_set, at=at)
    delisting.follow_newer_facts(at=at)
    return len(proposed)
