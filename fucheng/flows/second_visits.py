"""Second visits drawn by lot, and photos made comparable."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from grading.models import SecondVisitDraw
from grading.services import photo_prints, second_visits


@transaction.atomic(durable=True)
def draw(*, by: User, at: datetime, first_on: date, last_on: date, count: int, seed: str) -> SecondVisitDraw:
    """The draw is a row with its seed, and each drawn visit one on somebody else's due list."""
    drawn = second_visits.draw(by=by, at=at, first_on=first_on, last_on=last_on, count=count, seed=seed)
    audit.record(
        "second-visits-drawn",
        by=by,
        subject="second_visit_draw",
        subject_id=drawn.pk,
        data={"seed": seed, "pool": drawn.pool, "drawn": drawn.second_visits.count()},
    )
    return drawn


def take_photo_prints() -> int:
    """Until every photo has its print; how many were taken."""
    taken = 0
    while count := photo_prints.take_missing():
        taken += count
    return taken
