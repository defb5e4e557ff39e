"""What a bulk assessment would work on, and what earlier ones proposed."""

from dataclasses import dataclass
from datetime import datetime

from core.dates import day_of
from fucheng.web.office.queries.jobs import JobView, view_of
from grading.models import GradeChange, RuleSet, Standing
from jobs.models import Job
from rentals.models import Unit


@dataclass(frozen=True, slots=True)
class Outlook:
    """`rule_set` is None when nothing is published, and grades nobody before its day."""

    rule_set: RuleSet | None
    grades_now: bool
    homes: int
    not_graded: int
    waiting: int
    running: JobView | None
    earlier: list[JobView]


def outlook(*, at: datetime) -> Outlook:
    """Six queries."""
    day = day_of(at)
    published = RuleSet.objects.binding()
    rule_set = published.filter(effective_on__lte=day).first() or published.order_by("effective_on").first()
    jobs = Job.objects.filter(kind="grading.bulk_assessment").select_related("requested_by")[:10]
    views = [view_of(job, at=at) for job in jobs]
    return Outlook(
        rule_set=rule_set,
        grades_now=rule_set is not None and rule_set.effective_on <= day,
        waiting=GradeChange.objects.open().count(),
        running=next((view for view in views if view.is_unfinished), None),
        earlier=[view for view in views if not view.is_unfinished],
        homes=Unit.objects.in_register().count(),
        not_graded=Standing.objects.not_graded().filter(unit__left_on__isnull=True).count(),
    )
