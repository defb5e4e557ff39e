"""The grade in force on any day."""

from datetime import datetime

from django.db.models import Q, QuerySet

from grading.models import GradePeriod


def periods_at(at: datetime) -> QuerySet[GradePeriod]:
    """The grade in force of every home at a moment (`as on date X`)."""
    return GradePeriod.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)
