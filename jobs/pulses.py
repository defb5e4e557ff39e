"""Whether the parts that nobody looks at are at work: the scheduler rings, a worker answers."""

from datetime import datetime, timedelta

from jobs.models import Pulse
from jobs.services import Clock

SILENCE = timedelta(seconds=90)  # six rings that failed


def beat(name: Pulse.Name) -> None:
    Pulse.objects.bulk_create(
        [Pulse(name=name, at=Clock())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def at_work(*, at: datetime) -> dict[str, bool]:
    """Each part, and whether it was heard lately."""
    heard = set(Pulse.objects.filter(at__gt=at - SILENCE).values_list("name", flat=True))
    return {str(name): name in heard for name in Pulse.Name}
