"""From the hand to the wall and off it: one sign of a product at a home, and what is owed follows by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Conflict, NotAllowed, OutOfScope
from fucheng.flows import grade_change, sign_posting
from grading.models import Standing
from rentals.models import Building, Unit
from signage.models import PrintRun, ScanCount, Sign
from signage.querysets import owing, to_take_down
from signage.services import posting
from signage.services.posting import AlreadyPosted, NeedsPhoto, NoLongerTrue, NotInHand
from signage.states import IN_HAND_STATES, SignState
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON
LATER = NOON + timedelta(days=1)
PHOTO = "a" * 64
NOT_ON_THE_WALL = [s for s in SignState if s != SignState.POSTED]
NOT_IN_HAND = [s for s in SignState if s not in IN_HAND_STATES]


def regrade(unit: Unit, grade: str) -> None:
    Standing.objects.filter(unit=unit).update(grade=grade, graded_at=LATER)


def post(unit: Unit, by: Any, serial: str = "", **more: Any) -> Sign:
    """Scans the code of a sign at the door; an older one does not say which print it is."""
    return sign_posting.post_scanned(token=unit.public_token.token, serial=serial, by=by, at=LATER, **more)


def refuses(constraint: str, sql: str) -> None:
    """PostgreSQL itself says no."""
    with pytest.raises(IntegrityError) as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    cause: Any = told.value.__cause__
    assert cause.diag.constraint_name == constraint


def state(sign: Sign) -> str:
    return Sign.objects.get(pk=sign.pk).state


class TestPost:
    def test_scanned_at_the_door_it_hangs_with_who_and_when(self, cast: Cast, home: Unit) -> None:
        sign = factories.sign(home)
        posted = post(home, cast.grid, sign.serial)
        assert (posted.pk, posted.state, posted.posted_by, posted.posted_at) == (
            sign.pk,
            "posted",
            cast.grid,
            LATER,
        )

    @pytest.mark.parametrize("before", IN_HAND_STATES)
    def test_an_older_code_finds_the_sticker_in_hand(self, cast: Cast, home: Unit, before: str) -> None:
        sign = factories.sign(home, state=before)
        assert post(home, cast.grid).pk == sign.pk

    def test_what_hung_before_is_replaced_and_two_never_hang(self, cast: Cast, home: Unit) -> None:
        old, new = factories.sign(home, state="posted"), factories.sign(home)
        post(home, cast.grid, new.serial)
        assert (state(old), state(new)) == ("superseded", "posted")
        ended = Sign.objects.get(pk=old.pk)
        assert (ended.ended_at, ended.ended_by) == (LATER, cast.grid)
        assert Sign.objects.on_the_wall().count() == 1

    def test_a_sticker_replaces_stickers_only(self, cast: Cast, home: Unit) -> None:
        regrade(home, "red")
        notice = factories.sign(home, "no_rental", "posted")
        factories.sign(home)
        post(home, cast.grid)
        assert state(notice) == "posted"

    def test_a_notice_is_photographed_where_it_hangs(self, cast: Cast, home: Unit) -> None:
        regrade(home, "red")
        notice = factories.sign(home, "no_rental")
        with pytest.raises(NeedsPhoto):
            post(home, cast.grid, notice.serial)
        assert post(home, cast.grid, notice.serial, photo=PHOTO).posted_photo == PHOTO
        factories.sign(home, "no_rental", serial="FC0000009")
        refuses(
            "sign_board_posted_has_a_photo",
            "UPDATE signage_sign SET state = 'superseded', ended_at = now()"
            f" WHERE id = {notice.pk}; UPDATE signage_sign SET state = 'posted', posted_at = now(),"
            f" posted_by_id = {cast.grid.pk} WHERE serial = 'FC0000009'",
        )

    @pytest.mark.parametrize("other", NOT_IN_HAND)
    def test_nothing_in_hand_is_told(self, cast: Cast, home: Unit, other: str) -> None:
        sign = factories.sign(home, state=other)
        with pytest.raises(Conflict):
            post(home, cast.grid)
        with pytest.raises(AlreadyPosted if other == "posted" else NotInHand):
            post(home, cast.grid, sign.serial)

    @pytest.mark.parametrize("product", ["sticker", "no_rental"])
    def test_a_sign_that_is_not_true_any_more_is_not_hung(self, cast: Cast, home: Unit, product: str) -> None:
        sign = factories.sign(home, product, grade="red")
        with pytest.raises(NoLongerTrue):
            post(home, cast.grid, sign.serial, photo=PHOTO)
        assert state(sign) == "printed"

    def test_a_code_put_together_from_two_is_refused(self, cast: Cast, homes: list[Unit]) -> None:
        foreign = factories.sign(homes[1])
        factories.sign(homes[0])
        with pytest.raises(Conflict):
            post(homes[0], cast.grid, foreign.serial)
        assert state(foreign) == "printed"

    def test_another_community_does_not_find_the_home(self, cast: Cast, home: Unit) -> None:
        sign = factories.sign(home)
        with pytest.raises(OutOfScope):
            post(home, cast.grid2)
        with pytest.raises(OutOfScope):
            sign_posting.post(sign_id=sign.pk, by=cast.grid2, at=LATER)

    @pytest.mark.parametrize("who", ["reviewer", "panel", "leader", "auditor"])
    def test_a_post_without_the_right_is_refused(self, cast: Cast, home: Unit, who: str) -> None:
        factories.sign(home)
        with pytest.raises(NotAllowed):
            post(home, getattr(cast, who))

    def test_an_unknown_code_is_not_found(self, cast: Cast, home: Unit) -> None:
        for token in ("A" * 22, "short", "'; --" + "x" * 17):
            with pytest.raises(OutOfScope):
                sign_posting.post_scanned(token=token, serial="", by=cast.grid, at=NOON)

    def test_nothing_remains_when_the_last_step_explodes(self, cast: Cast, home: Unit, monkeypatch) -> None:
        old, new = factories.sign(home, state="posted"), factories.sign(home)

        def explode(**_more: Any) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(posting.tasks, "settle", explode)
        with pytest.raises(ZeroDivisionError):
            post(home, cast.grid)
        assert (state(old), state(new)) == ("posted", "printed")


class TestPlace:
    """Only the distance is kept; the way of a person is nobody's business."""

    @pytest.mark.parametrize(
        ("east", "metres", "is_far"), [(114.0, 0, 0), (114.001, 103, 0), (114.02, 2051, 1)]
    )
    def test_the_distance_to_the_address_is_noted(self, cast, home, east, metres, is_far) -> None:
        Building.objects.filter(pk=home.building_id).update(longitude=114.0, latitude=22.75)
        sign = factories.sign(home)
        here = posting.Place(east, 22.75)
        assert abs((post(home, cast.grid, sign.serial, place=here).posted_metres_off or 0) - metres) <= 2
        assert ScanCount.objects.filter(what="far").count() == is_far

    def test_a_building_without_a_place_or_a_silent_phone_notes_nothing(self, cast: Cast, homes) -> None:
        signs = [factories.sign(home) for home in homes[:2]]
        assert post(homes[0], cast.grid, signs[0].serial).posted_metres_off is None
        place = posting.Place(114.0, 22.7)
        assert post(homes[1], cast.grid, signs[1].serial, place=place).posted_metres_off is None


class TestPostBuilding:
    def test_everything_in_hand_for_the_building_is_posted(self, cast: Cast, homes: list[Unit]) -> None:
        for unit in homes:
            factories.sign(unit)
        (far,) = factories.units(factories.building(cast.fumin))
        elsewhere = factories.sign(factories.graded(far, "green"))
        building = homes[0].building_id
        assert sign_posting.post_building(building_id=building, by=cast.grid, at=NOON) == 3
        assert sign_posting.post_building(building_id=building, by=cast.grid, at=NOON) == 0
        assert state(elsewhere) == "printed"

    def test_scope_and_right(self, cast: Cast, home: Unit) -> None:
        with pytest.raises(OutOfScope):
            sign_posting.post_building(building_id=home.building_id, by=cast.grid2, at=NOON)
        with pytest.raises(NotAllowed):
            sign_posting.post_building(building_id=home.building_id, by=cast.reviewer, at=NOON)


class TestEstateBoard:
    @pytest.fixture
    def estate(self, cast: Cast):
        return factories.estate(cast.fumin)

    def board(self, estate, state: str = "printed") -> Sign:
        return factories.sign(None, "estate_board", state, estate=estate)

    def test_the_new_board_replaces_the_one_before_it(self, cast: Cast, estate) -> None:
        old, new = self.board(estate, "posted"), self.board(estate)
        sign_posting.post(sign_id=new.pk, by=cast.grid, at=NOON, photo=PHOTO)
        assert (state(old), state(new)) == ("superseded", "posted")

    @pytest.mark.parametrize("other", NOT_IN_HAND)
    def test_only_a_board_in_hand_is_posted(self, cast: Cast, estate, other: str) -> None:
        with pytest.raises(Conflict):
            sign_posting.post(sign_id=self.board(estate, other).pk, by=cast.office, at=NOON, photo=PHOTO)

    def test_scope_and_right(self, cast: Cast, estate) -> None:
        board = self.board(estate)
        with pytest.raises(OutOfScope):
            sign_posting.post(sign_id=board.pk, by=cast.grid2, at=NOON, photo=PHOTO)
        with pytest.raises(NotAllowed):
            sign_posting.post(sign_id=board.pk, by=cast.reviewer, at=NOON, photo=PHOTO)


class TestTakeDown:
    @pytest.fixture
    def notice(self, home: Unit) -> Sign:
        """It still hangs although the home is green again."""
        return factories.sign(home, "no_rental", "posted", grade="red")

    def down(self, sign: Sign, by: Any, photo: str = PHOTO) -> Sign:
        return sign_posting.take_down(sign_id=sign.pk, by=by, at=LATER, photo=photo)

    def test_a_notice_that_no_longer_applies_comes_off(self, cast: Cast, notice: Sign) -> None:
        taken = self.down(notice, cast.grid)
        assert (taken.state, taken.ended_at, taken.ended_photo) == ("removed", LATER, PHOTO)
        assert not to_take_down().exists()

    def test_its_place_is_photographed_when_it_is_gone(self, cast: Cast, notice: Sign) -> None:
        with pytest.raises(NeedsPhoto):
            self.down(notice, cast.grid, photo="")
        refuses(
            "sign_board_taken_down_has_a_photo",
            f"UPDATE signage_sign SET state = 'removed', ended_at = now() WHERE id = {notice.pk}",
        )
        assert state(notice) == "posted"

    def test_it_stays_as_long_as_the_home_is_red(self, cast: Cast, home: Unit, notice: Sign) -> None:
        regrade(home, "red")
        with pytest.raises(Conflict):
            self.down(notice, cast.grid)
        assert state(notice) == "posted"

    @pytest.mark.parametrize("other", [s for s in NOT_ON_THE_WALL if s != SignState.SUPERSEDED])
    def test_only_what_hangs_is_taken_down(self, cast: Cast, home: Unit, other: str) -> None:
        with pytest.raises(Conflict):
            self.down(factories.sign(home, "no_rental", other, grade="red"), cast.grid)

    def test_a_sticker_is_not_taken_down(self, cast: Cast, home: Unit) -> None:
        with pytest.raises(Conflict):
            self.down(factories.sign(home, state="posted"), cast.office)

    def test_an_old_sign_that_was_still_there_is_removed_without_a_photo(self, cast: Cast, home) -> None:
        old = factories.sign(home, state="superseded")
        assert self.down(old, cast.grid, photo="").state == "removed"
        assert Sign.objects.get(pk=old.pk).ended_at == NOON

    def test_scope_and_right(self, cast: Cast, notice: Sign) -> None:
        with pytest.raises(OutOfScope):
            self.down(notice, cast.grid2)
        with pytest.raises(NotAllowed):
            self.down(notice, cast.reviewer)


class TestOwing:
    """Computed from rows: nobody remembers that a sign is owed."""

    def owed(self, product: str = "sticker") -> list[str]:
        return sorted(s.unit.room for s in owing(product))

    def test_every_graded_home_owes_a_sticker_until_a_true_one_hangs(self, cast: Cast, homes) -> None:
        assert self.owed() == ["101", "201", "301"]
        for unit in homes[:2]:
            factories.sign(unit)
        assert self.owed() == ["101", "201", "301"]
        sign_posting.post_building(building_id=homes[0].building_id, by=cast.grid, at=NOON)
        assert self.owed() == ["301"]

    def test_a_change_of_grade_makes_a_sign_owed_and_posting_makes_it_true(
        self, cast: Cast, home: Unit
    ) -> None:
        factories.sign(home, state="posted")
        assert "101" not in self.owed()
        change = factories.change(home, "green", "yellow")
        grade_change.approve(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
        assert "101" in self.owed()
        factories.sign(home)
        post(home, cast.grid)
        assert "101" not in self.owed()

    def test_red_homes_owe_a_notice_and_others_have_it_taken_down(self, cast: Cast, home: Unit) -> None:
        assert self.owed("no_rental") == []
        regrade(home, "red")
        assert self.owed("no_rental") == ["101"]
        notice = factories.sign(home, "no_rental", "posted")
        assert (self.owed("no_rental"), to_take_down().count()) == ([], 0)
        regrade(home, "yellow")
        assert list(to_take_down()) == [notice]

    def test_homes_not_graded_or_gone_owe_nothing(self, cast: Cast, homes: list[Unit]) -> None:
        factories.units(homes[0].building)
        Unit.objects.filter(pk=homes[0].pk).update(left_on=NOON.date())
        assert self.owed() == ["201", "301"]


class TestVisible:
    def test_runs_of_the_own_community_and_street_runs_for_the_street(self, cast: Cast) -> None:
        own = PrintRun.objects.create(title="福民", community=cast.fumin, by=cast.reviewer, at=NOON)
        street = PrintRun.objects.create(title="全街道", by=cast.office, at=NOON)

        def seen(user: Any) -> set[PrintRun]:
            return set(PrintRun.objects.visible_to(user))

        assert seen(cast.reviewer) == {own}
        assert seen(cast.reviewer2) == set() == seen(cast.landlord)
        assert seen(cast.office) == {own, street}
        assert [str(own), str(Sign(serial="FC1"))] == ["福民", "FC1"]
