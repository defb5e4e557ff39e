"""What the clock starts. Each finds its work in the rows, so a lost or doubled message changes nothing."""

from celery import shared_task
from django.utils import timezone

from fucheng.flows import (
    document_rendering,
    hazard_care,
    notices,
    open_data,
    reassessment,
    rule_drafts,
    second_visits,
    stars,
    vacancy,
)
from letters.services import outbox


@shared_task(name="fucheng.reassess_ended")
def reassess_ended() -> None:
    """Every hour; the first after midnight has the work of the day."""
    reassessment.reassess_ended(at=timezone.now())


@shared_task(name="letters.sweep")
def sweep_letters() -> None:
    """Every 15 seconds: papers that are owed and that no job is making."""
    document_rendering.ask(at=timezone.now())


@shared_task(name="fucheng.retire_rules")
def retire_rules() -> None:
    """Every hour: the version before the one in force is retired."""
    rule_drafts.retire_superseded(at=timezone.now())


@shared_task(name="fucheng.escalate_overdue")
def escalate_overdue() -> None:
    """Every hour: hazards that have passed their deadline."""
    hazard_care.escalate_overdue(at=timezone.now())


@shared_task(name="fucheng.follow_time")
def follow_time() -> None:
    """Every hour: awards of stars that are over, red homes that nobody was told to look at."""
    stars.end_expired(at=timezone.now())
    vacancy.open_missing(at=timezone.now())


@shared_task(name="letters.jobs")
def tell_of_jobs() -> None:
    """Every half minute: who asked for a job reads that it has ended."""
    notices.tell_of_jobs(at=timezone.now())


@shared_task(name="fucheng.take_photo_prints")
def take_photo_prints() -> None:
    """Every quarter of an hour: new photos become comparable with the older ones."""
    second_visits.take_photo_prints()


@shared_task(name="letters.send")
def send_text_messages() -> None:
    """Every 15 seconds in the day: what waits in the outbox. The first after eight has what came in the night."""
    outbox.send_due(at=timezone.now())


@shared_task(name="letters.deadlines")
def tell_of_deadlines() -> None:
    """Every hour: deadlines two working days away, deadlines missed, re-inspections to come; each is told once."""
    notices.tell_of_deadlines(at=timezone.now())


@shared_task(name="fucheng.open_data")
def publish_open_data() -> None:
    """Every hour; the first after midnight writes the files of the day."""
    open_data.ask(at=timezone.now())
