"""A sign's life by its table; sheets in people's hands; what scans and people tell; another code for a home."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from core.integrity import broken_rows
from fucheng.flows import sign_posting, sign_report
from grading.models import Standing
from rentals.models import Unit
from signage import serials
from signage.integrity import CHECKS
from signage.models import ScanCount, Sign, SignTask, WithdrawnToken
from signage.querysets import overdue_before, owing, since_when, to_print
from signage.services import posting, tokens
from signage.states import IN_HAND_STATES, REASONED_STATES, SIGN_MOVES, SignState, TaskState
from tests import factories
from tests.conftest import Cast
from tests.races import race

NOON = factories.NOON
LATER = NOON + timedelta(days=1)
FILLED: dict[str, dict[str, Any]] = {
    SignState.POSTED: {"posted_at": LATER, "posted_photo": "a" * 64},
    SignState.REMOVED: {"ended_photo": "a" * 64},
}


def told(sign: Sign) -> AuditEvent:
    return AuditEvent.objects.filter(subject="sign", subject_id=str(sign.pk)).latest("pk")


class TestMoves:
    """The table is the law: every pair of states is tried in PostgreSQL itself."""

    @pytest.mark.parametrize("old", SignState)
    @pytest.mark.parametrize("new", SignState)
    def test_a_sign_moves_along_its_table_and_in_no_other_way(self, cast, home, old, new) -> None:
        sign = factories.sign(home, state=old)
        ends = {"ended_at": None if new in (*IN_HAND_STATES, SignState.POSTED) else LATER, "reason": "雨淋"}
        issued = {"issued_to": cast.grid, "issued_by": cast.office, "issued_at": LATER}
        fields = {"state": new, "posted_by": cast.grid, **issued, **ends, **FILLED.get(new, {})}
        if new == old or new in SIGN_MOVES[old]:
            assert Sign.objects.filter(pk=sign.pk).update(**fields) == 1
            return
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Sign.objects.filter(pk=sign.pk).update(**fields)
        cause: Any = refused.value.__cause__
        assert cause.diag.constraint_name == "sign_moves_as_allowed"

    def test_a_task_that_is_done_stays_done(self, home: Unit) -> None:
        task = factories.sign_task(home, state="done")
        with pytest.raises(IntegrityError), transaction.atomic():
            SignTask.objects.filter(pk=task.pk).update(state="open", done_at=None)


class TestGiveUp:
    @pytest.mark.parametrize("state", SignState)
    @pytest.mark.parametrize("to", SignState)
    def test_lost_damaged_or_refused_where_the_table_allows_it(self, cast, home, state, to) -> None:
        sign = factories.sign(home, state=state)

        def give_up() -> Sign:
            return sign_posting.give_up(sign_id=sign.pk, to=to, by=cast.grid, at=LATER, reason=" 被撕 ")

        if to in REASONED_STATES and to in SIGN_MOVES[state]:
            ended = give_up()
            assert (ended.state, ended.reason, ended.ended_by, ended.ended_at) == (
                to,
                "被撕",
                cast.grid,
                LATER,
            )
            assert (told(sign).actor, told(sign).reason) == (cast.grid, "被撕")
            return
        with pytest.raises(Conflict):
            give_up()

    def test_a_reason_scope_and_right_are_needed(self, cast: Cast, home: Unit) -> None:
        sign = factories.sign(home)
        for who, reason, refusal in (
            (cast.grid, "  ", Invalid), (cast.grid2, "丢了", OutOfScope), (cast.reviewer, "丢了", NotAllowed),
        ):  # fmt: skip
            with pytest.raises(refusal):
                sign_posting.give_up(sign_id=sign.pk, to="lost", by=who, at=LATER, reason=reason)

    def test_a_lost_sticker_is_owed_again_from_that_day(self, cast: Cast, home: Unit) -> None:
        sign = factories.sign(home, state="posted")
        assert not owing("sticker").filter(unit=home).exists()
        sign_posting.give_up(sign_id=sign.pk, to="lost", by=cast.grid, at=LATER, reason="被撕")
        (row,) = owing("sticker").filter(unit=home).annotate(since=since_when("sticker"))
        assert row.since == LATER


class TestOwedSince:
    """Losing a sign that was false already does not make an old debt young."""

    def test_it_is_the_day_of_the_grade_even_when_a_false_sign_was_lost_since(self, cast, home) -> None:
        factories.sign(home, state="lost", grade="yellow", posted_at=NOON, ended_at=LATER)
        (row,) = owing("sticker").filter(unit=home).annotate(since=since_when("sticker"))
        assert row.since == row.graded_at == NOON

    def test_the_street_sets_the_days(self, home: Unit) -> None:
        day = timezone.localtime(NOON).date()
        assert timezone.localtime(overdue_before(day)).date() == day - timedelta(days=14)
        street = home.building.community.street
        street.sign_days = 3
        street.save()
        assert timezone.localtime(overdue_before(day)).date() == day - timedelta(days=3)

    def test_what_is_in_hand_and_true_is_not_printed_again(self, homes: list[Unit]) -> None:
        factories.sign(homes[0])
        factories.sign(homes[1], state="issued")
        factories.sign(homes[2], grade="red")  # in hand, but false
        assert owing("sticker").count() == 3
        assert [row.unit for row in to_print("sticker")] == [homes[2]]


class TestHandOut:
    def hand_out(self, sign: Sign, to: Any, by: Any, grid: int | None = None) -> int:
        return sign_posting.hand_out(run_id=sign.run_id, grid_id=grid, to=to, by=by, at=LATER)

    def test_the_office_gives_a_run_to_a_worker_once(self, cast: Cast, home: Unit) -> None:
        sign = factories.sign(home)
        assert self.hand_out(sign, cast.grid, cast.office) == 1
        assert self.hand_out(sign, cast.grid, cast.office) == 0
        sign.refresh_from_db()
        assert (sign.state, sign.issued_to, sign.issued_by) == ("issued", cast.grid, cast.office)
        assert told(sign).after == {"state": "issued", "issued_to_id": cast.grid.pk}

    def test_a_worker_takes_sheets_over_from_a_colleague(self, cast: Cast, home: Unit) -> None:
        sign, other = factories.sign(home, state="issued"), cast.grid
        assert self.hand_out(sign, other, other, home.building.grid_id) == 1
        assert Sign.objects.get(pk=sign.pk).issued_to == other

    def test_only_the_part_in_the_grid_and_only_what_is_in_hand(self, cast: Cast, homes: list[Unit]) -> None:
        hung, sign = factories.sign(homes[0], state="posted"), factories.sign(homes[1])
        Sign.objects.filter(pk=hung.pk).update(run=sign.run)
        with pytest.raises(OutOfScope):
            self.hand_out(sign, cast.grid, cast.office, grid=0)
        assert self.hand_out(sign, cast.grid, cast.office, homes[0].building.grid_id) == 1
        assert Sign.objects.get(pk=hung.pk).state == "posted"

    def test_scope_right_and_post(self, cast: Cast, home: Unit) -> None:
        sign = factories.sign(home)
        for to, by, refusal in (
            (cast.grid2, cast.office, Conflict), (cast.grid, cast.reviewer2, OutOfScope),
            (cast.office, cast.grid, NotAllowed), (cast.reviewer, cast.reviewer, NotAllowed),
        ):  # fmt: skip
            with pytest.raises(refusal):
                self.hand_out(sign, to, by)


class TestScans:
    def scan(self, unit: Unit, sign: Sign) -> Any:
        return sign_report.note_scan(token=unit.public_token.token, serial=sign.serial, at=LATER)

    @pytest.mark.parametrize("state", SignState)
    def test_a_sign_that_ended_says_so_and_is_one_task(self, home: Unit, state: str) -> None:
        sign = factories.sign(home, state=state)
        is_dead = sign.ended_at is not None
        for _tap in range(3):
            assert (self.scan(home, sign) is not None) == is_dead
        tasks = list(SignTask.objects.open())
        assert [(t.kind, t.sign, t.times) for t in tasks] == ([("dead", sign, 3)] if is_dead else [])
        assert list(ScanCount.objects.values_list("what", "scans")) == ([("dead", 3)] if is_dead else [])

    def test_a_serial_of_another_home_changes_nothing_and_is_counted(self, homes: list[Unit]) -> None:
        assert self.scan(homes[0], factories.sign(homes[1], state="superseded")) is None
        assert not SignTask.objects.exists()
        assert ScanCount.objects.get().what == "foreign"

    def test_unknown_and_withdrawn_codes_are_counted_by_day(self, cast: Cast, home: Unit) -> None:
        old = home.public_token.token
        sign_posting.renew_code(unit_id=home.pk, by=cast.office, at=NOON, reason="被盗")
        for token in (old, old, "A" * 22, "x\0" + "y" * 5000):
            sign_report.note_unknown(token=token, at=LATER)
        assert dict(ScanCount.objects.values_list("what", "scans")) == {"withdrawn": 2, "unknown": 2}


class TestTasks:
    def report(self, unit: Unit, kind: str = "missing", **more: Any) -> SignTask:
        return sign_report.report_sign(token=unit.public_token.token, kind=kind, at=LATER, **more)

    def test_told_again_it_is_the_same_task_with_the_first_words(self, home: Unit) -> None:
        first = self.report(home, words=" 门上没有 ")
        again = self.report(home, words="还是没有", photo=factories.picture())
        assert (again.pk, again.times, again.words) == (first.pk, 2, "门上没有")
        assert len(again.photo) == 64

    @pytest.mark.parametrize("kind", ["dead", "nonsense"])
    def test_only_what_people_can_tell_is_taken(self, home: Unit, kind: str) -> None:
        with pytest.raises(Invalid):
            self.report(home, kind)

    @pytest.mark.parametrize(
        ("outcome", "state"), [("fine", "posted"), ("taken_off", "posted"), ("gone", "lost"), ("unusable", "damaged")]
    )  # fmt: skip
    def test_what_was_found_moves_the_sign_that_should_hang(self, cast, home, outcome, state) -> None:
        hung = factories.sign(home, state="posted")
        task = self.report(home)
        done = sign_report.close(task_id=task.pk, outcome=outcome, by=cast.grid, at=LATER)
        assert (done.state, done.done_by, done.answer) == (TaskState.DONE, cast.grid, outcome)
        assert Sign.objects.get(pk=hung.pk).state == state
        with pytest.raises(Conflict):
            sign_report.close(task_id=task.pk, outcome=outcome, by=cast.grid, at=LATER)

    def test_an_old_sign_that_was_taken_off_is_removed(self, cast: Cast, home: Unit) -> None:
        old = factories.sign(home, state="superseded")
        task = factories.sign_task(home, "dead", sign=old)
        sign_report.close(task_id=task.pk, outcome="taken_off", by=cast.grid, at=LATER)
        assert Sign.objects.get(pk=old.pk).state == "removed"

    def test_scope_right_and_answer(self, cast: Cast, home: Unit) -> None:
        task = self.report(home)
        for who, outcome, refusal in (
            (cast.grid2, "fine", OutOfScope), (cast.reviewer, "fine", NotAllowed), (cast.grid, "x", Invalid),
        ):  # fmt: skip
            with pytest.raises(refusal):
                sign_report.close(task_id=task.pk, outcome=outcome, by=who, at=LATER)

    def test_a_new_sticker_settles_what_was_told_about_the_one_before(self, cast: Cast, home: Unit) -> None:
        missing, old = self.report(home), factories.sign_task(home, "dead")
        sign_posting.post(sign_id=factories.sign(home).pk, by=cast.grid, at=LATER)
        assert set(SignTask.objects.open()) == {old}
        assert SignTask.objects.get(pk=missing.pk).done_by == cast.grid


class TestRenew:
    def test_the_old_code_leads_nowhere_and_everything_printed_with_it_ends(self, cast, home) -> None:
        hung, in_hand, old = (
            factories.sign(home, state="posted"),
            factories.sign(home),
            home.public_token.token,
        )
        new = sign_posting.renew_code(unit_id=home.pk, by=cast.office, at=LATER, reason="被复印")
        assert new.token != old
        assert (WithdrawnToken.objects.get().token, tokens.unit_of(new.token)) == (old, home)
        with pytest.raises(OutOfScope):
            tokens.unit_of(old)
        states = [Sign.objects.get(pk=sign.pk).state for sign in (hung, in_hand)]
        assert states == ["damaged", "void"]
        assert owing("sticker").filter(unit=home).exists()
        event = AuditEvent.objects.get(verb="token-renewed")
        assert (event.actor, event.reason, event.subject_id) == (cast.office, "被复印", str(home.pk))

    def test_reason_and_right(self, cast: Cast, home: Unit) -> None:
        for who, reason, refusal in (
            (cast.office, " ", Invalid), (cast.reviewer, "盗", NotAllowed), (cast.grid2, "盗", OutOfScope),
        ):  # fmt: skip
            with pytest.raises(refusal):
                sign_posting.renew_code(unit_id=home.pk, by=who, at=LATER, reason=reason)


class TestSerials:
    @pytest.mark.parametrize(
        ("serial", "code"), [("FC0000001", "000001"), ("FC0000123", "00001z"), ("FC1234567890", "1LY7VK")]
    )
    def test_a_serial_and_its_six_characters_are_one(self, serial: str, code: str) -> None:
        assert (serials.code_of(serial), serials.serial_of(code)) == (code, serial)

    @pytest.mark.parametrize("code", ["", "00001", "0000012", "00 001", "００００１２"])
    def test_anything_else_is_no_code(self, code: str) -> None:
        assert serials.serial_of(code) == ""

    @pytest.mark.parametrize("text", ["FC0000123", "fc 0000 123", "fc123", "123", "FC-0000123"])
    def test_a_typed_serial_is_read_kindly(self, text: str) -> None:
        assert serials.typed_serial(text) == "FC0000123"

    @pytest.mark.parametrize("text", ["", "FC", "12345678901", "https://x/u/1", "一二三"])
    def test_what_is_no_serial_is_none(self, text: str) -> None:
        assert serials.typed_serial(text) == ""


def test_no_rule_of_the_walls_is_broken_after_a_whole_life(cast: Cast, homes: list[Unit]) -> None:
    """Hung, replaced, told about, lost, hung again: the sums still follow from the rows."""
    wall = {name: sql for name, sql in CHECKS.items() if "item" not in name}
    home = homes[0]
    for n, unit in enumerate((home, home, homes[1])):
        at = NOON + timedelta(days=n)
        sign_posting.post(sign_id=factories.sign(unit, printed_at=NOON).pk, by=cast.grid, at=at)
    old = Sign.objects.get(state="superseded")
    sign_report.note_scan(token=home.public_token.token, serial=old.serial, at=LATER)
    sign_report.close(
        task_id=SignTask.objects.get().pk, outcome="gone", by=cast.grid, at=NOON + timedelta(days=5)
    )
    assert broken_rows(wall) == {}
    Sign.objects.filter(pk=old.pk).update(ended_at=NOON)
    assert list(broken_rows(wall)) == ["a replaced sign ended in the moment in which its successor was hung"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_taps_at_once_hang_a_sign_once_and_seven_are_told(cast: Cast, homes: list[Unit]) -> None:
    old, new = factories.sign(homes[0], state="posted"), factories.sign(homes[0])
    code = {"token": homes[0].public_token.token, "serial": new.serial}
    outcome = race([lambda: sign_posting.post_scanned(**code, by=cast.grid, at=LATER) for _n in range(8)])
    assert [type(o) for o in outcome].count(Sign) == 1
    assert sum(isinstance(o, posting.AlreadyPosted) for o in outcome) == 7
    assert [Sign.objects.get(pk=s.pk).state for s in (old, new)] == ["superseded", "posted"]
    assert Standing.objects.filter(pk__in=owing("sticker").values("pk"), unit=homes[0]).count() == 0
    assert AuditEvent.objects.filter(subject="sign", subject_id=str(new.pk)).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_people_tell_of_one_door_and_it_is_one_task(cast: Cast, homes: list[Unit]) -> None:
    token = homes[0].public_token.token
    outcome = race(
        [lambda: sign_report.report_sign(token=token, kind="missing", at=LATER) for _n in range(8)]
    )
    assert {task.pk for task in outcome} == {SignTask.objects.get().pk}
    assert SignTask.objects.get().times == 8
