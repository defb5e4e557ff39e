"""What follows, in the same transaction, from a decision on a grade or from facts that nobody visited for."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from accounts.models import User
from core.dates import day_of
from grading.models import GradeChange
from grading.services import assessing, delisting, rule_sets, stars, vacancy


def of_decisions(change_ids: Sequence[int], *, at: datetime) -> None:
    """Beside the letter: red homes are looked at for emptiness, stars of buildings that got worse are judged again."""
    vacancy.follow_changes(change_ids, at=at)
    worse = GradeChange.objects.filter(pk__in=change_ids, state="approved", to_grade__in=("red", "yellow"))
    stars.follow_facts(set(worse.values_list("unit__building_id", flat=True)), at=at)


def of_checks(building_ids: Iterable[int], *, checked_by: User, at: datetime) -> None:
    """A person judged at a desk (a proof, an objection, an incident): the homes go through the rules in force.

    Nothing happens before the day from which the rules grade.
    """
    rule_set = rule_sets.for_visit(day_of(at))
    if not rule_sets.is_grading(rule_set, day_of(at)):
        return
    for building_id in building_ids:
        assessing.assess_after_check(building_id, rule_set=rule_set, checked_by=checked_by, at=at)
    delisting.follow_newer_facts(at=at)
