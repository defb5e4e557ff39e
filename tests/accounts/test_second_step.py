"""The second step: a code opens the door once, guessing closes it, and the secret is never in clear."""

from datetime import datetime, timedelta

import pyotp
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, SecondStep, User
from accounts.services import second_step
from core.errors import Conflict, Invalid
from tests.conftest import Cast

NOW = datetime(2019, 9, 2, 9, tzinfo=timezone.get_default_timezone())


def code_at(user: User, at: datetime) -> str:
    return pyotp.TOTP(SecondStep.objects.get(user=user).secret).at(at)


@pytest.fixture
def office(cast: Cast) -> User:
    """A person of the office whose second step is on since a minute ago."""
    second_step.begin(user=cast.office)
    before = NOW - timedelta(minutes=1)
    second_step.confirm(user=cast.office, code=code_at(cast.office, before), at=before)
    return cast.office


def test_it_counts_only_after_a_first_code(cast: Cast) -> None:
    second_step.begin(user=cast.office)
    assert not second_step.is_on(cast.office)
    with pytest.raises(Invalid):
        second_step.confirm(user=cast.office, code="000000", at=NOW)
    assert not second_step.is_on(cast.office)
    codes = second_step.confirm(user=cast.office, code=code_at(cast.office, NOW), at=NOW)
    assert second_step.is_on(cast.office)
    assert len(set(codes)) == second_step.RECOVERY_CODES


def test_begun_twice_it_is_the_same_secret_and_once_on_it_cannot_be_begun(cast: Cast) -> None:
    first = second_step.begin(user=cast.office).secret
    assert second_step.begin(user=cast.office).secret == first
    second_step.confirm(user=cast.office, code=code_at(cast.office, NOW), at=NOW)
    with pytest.raises(Conflict):
        second_step.begin(user=cast.office)


def test_a_code_opens_the_door_once(office: User) -> None:
    code = code_at(office, NOW)
    second_step.check(user=office, code=code, at=NOW)
    with pytest.raises(Invalid):
        second_step.check(user=office, code=code, at=NOW + timedelta(seconds=5))


@pytest.mark.parametrize(("wrong_by_s", "opens"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_a_clock_may_be_wrong_by_half_a_minute(office: User, wrong_by_s: int, opens: bool) -> None:
    code = code_at(office, NOW + timedelta(seconds=wrong_by_s))
    if opens:
        second_step.check(user=office, code=code, at=NOW)
    else:
        with pytest.raises(Invalid):
            second_step.check(user=office, code=code, at=NOW)


def test_five_wrong_codes_close_the_door_for_a_quarter_of_an_hour(office: User) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            second_step.check(user=office, code="000000", at=NOW)
    with pytest.raises(Invalid):
        second_step.check(user=office, code=code_at(office, NOW), at=NOW)
    later = NOW + timedelta(minutes=16)
    second_step.check(user=office, code=code_at(office, later), at=later)
    assert AuditEvent.objects.filter(verb="second-step-closed", subject_id=str(office.pk)).count() == 1


def test_a_recovery_code_opens_the_door_once_however_it_is_typed(office: User) -> None:
    code, other, *_rest = second_step.renew_recovery(user=office, code=code_at(office, NOW), at=NOW)
    second_step.check(user=office, code=code.upper(), at=NOW)
    with pytest.raises(Invalid):
        second_step.check(user=office, code=code, at=NOW)
    second_step.check(user=office, code=other, at=NOW)


def test_the_office_takes_it_away_with_a_reason(office: User, cast: Cast) -> None:
    second_step.take_away(user=office, by=cast.auditor, reason="phone lost")
    assert not second_step.is_on(office)
    event = AuditEvent.objects.get(verb="second-step-off")
    assert (event.actor, event.reason) == (cast.auditor, "phone lost")


def test_neither_secret_nor_recovery_codes_are_in_clear_in_the_table(office: User) -> None:
    codes = second_step.renew_recovery(user=office, code=code_at(office, NOW), at=NOW)
    step = SecondStep.objects.get(user=office)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_secondstep t")
        (row,) = cursor.fetchone()
    for clear in (step.secret, step.secret.encode().hex(), codes[0], codes[0].encode().hex()):
        assert clear not in row
    assert settings.PERSONAL_DATA_KEYS
