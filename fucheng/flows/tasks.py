"""What the clock starts. Each finds its work in the rows, so a lost or doubled message changes nothing."""

from celery import shared_task
from django.utils import timezone

from fucheng.flows import reassessment


@shared_task(name="fucheng.reassess_ended")
def reassess_ended() -> None:
    """Every hour; the first after midnight has the work of the day."""
    reassessment.reassess_ended(at=timezone.now())
