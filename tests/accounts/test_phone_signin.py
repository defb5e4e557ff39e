"""Landlords sign in by phone: a code once, five tries, ten minutes, a pause between two."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import TestCase

from accounts.models import OneTimeCode, User
from accounts.services import phone_signin
from core.errors import Conflict, Invalid
from tests import factories

NOON = factories.NOON
PHONE = "10012345678"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def box(settings, tmp_path: Path, db: None) -> Path:
    settings.SMS_BACKEND = f"file://{tmp_path}/sms.jsonl"
    return tmp_path / "sms.jsonl"


def send(box: Path, phone: str = PHONE, *, is_known: bool = True, at=NOON) -> str:
    """The code as the landlord reads it; empty when nothing came."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        phone_signin.send_code(phone=phone, is_known=is_known, at=at)
    if not box.exists():
        return ""
    message = json.loads(box.read_text(encoding="utf-8").splitlines()[-1])
    assert message["phone"] == phone
    found = re.search(r"\d{6}", message["text"])
    assert found
    return found.group()


def check(code: str, phone: str = PHONE, at=NOON) -> User:
    return phone_signin.check_code(phone=phone, code=code, at=at)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_code_opens_an_account_of_a_landlord_with_a_masked_name(box: Path) -> None:
    user = check(send(box))
    assert (user.kind, user.display_name) == ("landlord", "100****5678")
    assert bytes(user.phone_index) == phone_signin.phone_key(PHONE)
    assert PHONE not in user.name


def test_the_second_sign_in_finds_the_same_account(box: Path) -> None:
    first = check(send(box))
    assert check(send(box, at=NOON + 2 * MINUTE), at=NOON + 2 * MINUTE) == first


def test_a_code_is_good_once(box: Path) -> None:
    code = send(box)
    check(code)
    with pytest.raises(Invalid):
        check(code)


def test_a_code_lives_ten_minutes(box: Path) -> None:
    code = send(box)
    with pytest.raises(Invalid):
        check(code, at=NOON + 10 * MINUTE)
    assert check(code, at=NOON + 10 * MINUTE - timedelta(seconds=1))


def test_after_five_wrong_tries_the_right_code_is_no_use(box: Path) -> None:
    code = send(box)
    for _try in range(phone_signin.TRIES):
        with pytest.raises(Invalid):
            check(wrong(code))
    with pytest.raises(Invalid):
        check(code)
    assert OneTimeCode.objects.get().tries == 5


def test_the_fifth_try_may_be_the_right_one(box: Path) -> None:
    code = send(box)
    for _try in range(phone_signin.TRIES - 1):
        with pytest.raises(Invalid):
            check(wrong(code))
    assert check(code)


def test_only_the_newest_code_counts(box: Path) -> None:
    old = send(box)
    new = send(box, at=NOON + 2 * MINUTE)
    if old != new:
        with pytest.raises(Invalid):
            check(old, at=NOON + 2 * MINUTE)
    assert check(new, at=NOON + 2 * MINUTE)


def test_between_two_codes_is_a_pause_for_each_phone(box: Path) -> None:
    send(box)
    with pytest.raises(Conflict):
        send(box, at=NOON + timedelta(seconds=59))
    assert send(box, "10087654321")
    assert send(box, at=NOON + MINUTE)


def test_an_unknown_phone_gets_no_message_and_the_same_answer(box: Path) -> None:
    assert send(box, is_known=False) == ""
    with pytest.raises(Conflict):
        send(box, is_known=False, at=NOON + timedelta(seconds=1))
    with pytest.raises(Invalid):
        check("000000", phone="10099999999")


def test_the_code_of_another_phone_does_not_fit(box: Path) -> None:
    code = send(box)
    send(box, "10087654321")
    if wrong(code) != code:
        with pytest.raises(Invalid):
            check(wrong(code), phone="10087654321")


def test_a_closed_account_stays_out_and_its_code_is_spent(box: Path) -> None:
    user = check(send(box))
    User.objects.filter(pk=user.pk).update(is_active=False)
    code = send(box, at=NOON + 2 * MINUTE)
    with pytest.raises(Invalid):
        check(code, at=NOON + 2 * MINUTE)
    assert OneTimeCode.objects.latest("sent_at").used_at is not None


def test_codes_and_phones_are_nowhere_in_clear(box: Path) -> None:
    code = send(box)
    row = OneTimeCode.objects.get()
    assert code not in row.code_hash
    assert PHONE.encode() not in bytes(row.phone_index)
    assert code not in str(row)


def test_nothing_is_sent_when_the_transaction_fails(box: Path) -> None:
    with (
        TestCase.captureOnCommitCallbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        phone_signin.send_code(phone=PHONE, is_known=True, at=NOON)
        raise ZeroDivisionError
    assert not box.exists()
    assert not OneTimeCode.objects.exists()
