"""The grade in force on any day, and what moved between two days."""

from datetime import datetime

from django.db.models import Q, QuerySet

from grading.models import GradeChange, GradePeriod


def periods_at(at: datetime) -> QuerySet[GradePeriod]:
    """The grade in force of every home at a moment (`as on date X`)."""
    return GradePeriod.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)


def approved_between(start: datetime, end: datetime) -> QuerySet[GradeChange]:
    """Changes put in force in [start, end)."""
    return GradeChange.objects.filter(state="approved", decided_at__gte=start, decided_at__lt=end)
