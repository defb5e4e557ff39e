"""Whether a red home is empty: the grid worker's answer, and what follows where it is let."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from accounts.services.people import system_user
from grading.models import VacancyCheck
from grading.services import delisting, vacancy

AT_ONCE = 1000  # homes a transaction


@transaction.atomic(durable=True)
def answer(*, check_id: int, answer: str, by: User, at: datetime) -> VacancyCheck:
    audit.act_as(by)
    check = vacancy.answer(check_id=check_id, answer=answer, by=by, at=at)
    delisting.follow_newer_facts(at=at)
    return check


def open_missing(*, at: datetime) -> int:
    """For every red home that nobody was told to look at; how many."""
    total, opened = 0, AT_ONCE
    while opened == AT_ONCE:
        opened = _open(at)
        total += opened
    return total


@transaction.atomic(durable=True)
def _open(at: datetime) -> int:
    audit.act_as(system_user())
    return vacancy.open_missing(at=at, limit=AT_ONCE)
