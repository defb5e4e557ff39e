"""What follows from a decision on a grade beside its letter: red homes are looked at, stars are looked at again."""

from collections.abc import Sequence
from datetime import datetime

from grading.models import GradeChange
from grading.services import stars, vacancy


def of_decisions(change_ids: Sequence[int], *, at: datetime) -> None:
    """In the transaction of the decisions."""
    vacancy.follow_changes(change_ids, at=at)
    worse = GradeChange.objects.filter(pk__in=change_ids, state="approved", to_grade__in=("red", "yellow"))
    stars.follow_facts(set(worse.values_list("unit__building_id", flat=True)), at=at)
