"""The landlord's proof: sent, accepted, refused; a veto item is never closed on paper."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import grade_change, proof
from grading.models import GradeChange, Hazard, HazardEvent, Photo, Proof, RuleSet
from grading.services import assessing, hazards, photos
from grading.services.changes import OwnInspection
from grading.services.hazards import Seen
from grading.states import HAZARD_MOVES, HazardState
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Exploded, Place

NOON, DAY = factories.NOON, timedelta(days=1)


def send(hazard: Hazard, by: User, digests: tuple[str, ...] = ()) -> Proof:
    return proof.send(hazard_id=hazard.pk, by=by, at=NOON, note="已清走", photo_digests=digests)


def hazard_in(state: str, place: Place, code: str = "F02") -> Hazard:
    return factories.hazard(code, place.home, state=state)


def sent(cast: Cast, place: Place, code: str = "F02") -> Proof:
    return factories.proof(hazard_in("open", place, code), cast.landlord)


class TestSend:
    @pytest.mark.parametrize(
        "state", [s for s in HazardState if HazardState.PROOF_SENT not in HAZARD_MOVES[s]]
    )
    def test_a_hazard_without_this_move_takes_no_proof(self, cast: Cast, place: Place, state: str) -> None:
        with pytest.raises(Conflict):
            send(hazard_in(state, place), cast.landlord)
        assert not Proof.objects.exists()

    def test_photos_become_part_of_the_proof_and_the_hazard_waits(self, cast: Cast, place: Place) -> None:
        digest = photos.store(factories.picture())
        made = send(hazard_in("open", place), cast.landlord, (digest,))
        assert (made.state, made.hazard.state, made.note) == ("sent", "proof_sent", "已清走")
        photo = Photo.objects.get(proof=made)
        assert (photo.sha256, photo.file, photo.taken_by) == (
            digest,
            photos.stored_name(digest),
            cast.landlord,
        )
        assert HazardEvent.objects.get().what == "proof_sent"

    def test_of_common_parts_an_owner_in_the_building_may_send_it(self, cast: Cast, place: Place) -> None:
        assert send(factories.hazard("H01", building=place.building), cast.landlord).state == "sent"

    def test_another_landlord_does_not_find_the_hazard(self, cast: Cast, place: Place) -> None:
        other = factories.landlord_account("10087654321", "other")
        for hazard in (hazard_in("open", place), factories.hazard("H01", building=place.building)):
            with pytest.raises(OutOfScope):
                send(hazard, other)

    @pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "office"])
    def test_staff_do_not_send_proofs(self, cast: Cast, place: Place, who: str) -> None:
        with pytest.raises(NotAllowed):
            send(hazard_in("open", place), getattr(cast, who))

    def test_nothing_remains_when_the_last_step_explodes(
        self, cast: Cast, place: Place, explodes: Any
    ) -> None:
        hazard = hazard_in("open", place)
        explodes(photos, "stored_name")
        with pytest.raises(Exploded):
            send(hazard, cast.landlord, ("a" * 64,))
        hazard.refresh_from_db()
        assert (hazard.state, Proof.objects.count(), HazardEvent.objects.count()) == ("open", 0, 0)


CHECKS = {
    "accept": lambda row, by: proof.accept(proof_id=row.pk, by=by, at=NOON),
    "refuse": lambda row, by: proof.refuse(proof_id=row.pk, by=by, at=NOON, reason="照片看不清"),
}


class TestCheck:
    @pytest.mark.parametrize("verb", CHECKS)
    @pytest.mark.parametrize("state", [s for s in Proof.State if s != Proof.State.SENT])
    def test_a_checked_proof_is_not_checked_again(
        self, cast: Cast, place: Place, verb: str, state: str
    ) -> None:
        row = factories.proof(hazard_in("open", place), cast.landlord, state)
        with pytest.raises(Conflict):
            CHECKS[verb](row, cast.reviewer)

    @pytest.mark.parametrize("verb", CHECKS)
    def test_another_community_does_not_find_it(self, cast: Cast, place: Place, verb: str) -> None:
        with pytest.raises(OutOfScope):
            CHECKS[verb](sent(cast, place), cast.reviewer2)

    @pytest.mark.parametrize("verb", CHECKS)
    @pytest.mark.parametrize("who", ["grid", "panel", "office", "leader", "landlord"])
    def test_a_post_without_the_right_is_refused(self, cast: Cast, place: Place, verb: str, who: str) -> None:
        with pytest.raises(NotAllowed):
            CHECKS[verb](sent(cast, place), getattr(cast, who))

    @pytest.mark.parametrize("verb", CHECKS)
    def test_nothing_remains_when_the_last_step_explodes(
        self, cast: Cast, place: Place, verb: str, explodes: Any
    ) -> None:
        row = sent(cast, place)
        explodes(*((assessing, "assess_after_check") if verb == "accept" else (hazards, "_tell")))
        with pytest.raises(Exploded):
            CHECKS[verb](row, cast.reviewer)
        row.refresh_from_db()
        assert (row.state, row.checked_by, row.hazard.state) == ("sent", None, "proof_sent")


class TestAccept:
    def test_the_hazard_is_closed_and_every_home_it_counted_for_is_assessed(
        self, cast: Cast, place: Place
    ) -> None:
        for unit in place.homes:
            factories.graded(unit, "yellow")
        hazard = factories.hazard("H01", building=place.building)
        row = factories.proof(hazard, cast.landlord)
        proof.accept(proof_id=row.pk, by=cast.reviewer, at=NOON)
        hazard.refresh_from_db()
        assert (hazard.state, hazard.closed_at) == ("closed", NOON)
        assert set(GradeChange.objects.open().values_list("from_grade", "to_grade")) == {("yellow", "green")}
        assert GradeChange.objects.open().count() == 3

    def test_who_accepted_it_does_not_decide_what_follows(self, cast: Cast, place: Place) -> None:
        factories.graded(place.home, "yellow")
        proof.accept(proof_id=sent(cast, place).pk, by=cast.reviewer, at=NOON)
        change = GradeChange.objects.open().get(unit=place.home)
        with pytest.raises(OwnInspection):
            grade_change.approve(change_id=change.pk, by=cast.reviewer, at=NOON, reason="好")

    def test_a_veto_item_is_never_closed_on_paper(self, cast: Cast, place: Place) -> None:
        row = sent(cast, place, "L06")
        with pytest.raises(Conflict):
            proof.accept(proof_id=row.pk, by=cast.reviewer, at=NOON)
        row.refresh_from_db()
        assert (row.state, row.hazard.state) == ("sent", "proof_sent")

    def test_before_the_rules_day_nobody_is_graded(self, cast: Cast, place: Place) -> None:
        row = sent(cast, place)
        proof.accept(proof_id=row.pk, by=cast.reviewer, at=RuleSet.objects.get().published_at - 365 * DAY)
        assert Hazard.objects.get().state == "closed"
        assert not GradeChange.objects.exists()


class TestRefuse:
    def test_the_landlord_reads_why_and_may_send_another(self, cast: Cast, place: Place) -> None:
        row = proof.refuse(proof_id=sent(cast, place).pk, by=cast.reviewer, at=NOON, reason="照片看不清")
        assert (row.state, row.reason, Hazard.objects.get().state) == ("refused", "照片看不清", "open")
        assert send(row.hazard, cast.landlord).state == "sent"

    def test_a_reason_is_required(self, cast: Cast, place: Place) -> None:
        with pytest.raises(Invalid):
            proof.refuse(proof_id=sent(cast, place).pk, by=cast.reviewer, at=NOON, reason=" ")


class TestWithAVisit:
    """A visit that looks while a proof waits."""

    def test_found_mended_the_waiting_proof_is_accepted_with_it(self, cast: Cast, place: Place) -> None:
        row = sent(cast, place)
        pay_visit(place.building, cast.grid, [Seen("F02", place.home.pk, "mended")])
        row.refresh_from_db()
        assert (row.state, row.checked_by, row.checked_at, row.hazard.state) == (
            "accepted",
            cast.grid,
            NOON,
            "closed",
        )
        with pytest.raises(Conflict):
            proof.refuse(proof_id=row.pk, by=cast.reviewer, at=NOON, reason="照片看不清")

    def test_after_a_relapse_another_proof_can_be_sent(self, cast: Cast, place: Place) -> None:
        row = sent(cast, place)
        for seen in ("mended", "fault"):
            pay_visit(place.building, cast.grid, [Seen("F02", place.home.pk, seen)])
        assert send(row.hazard, cast.landlord).state == "sent"

    def test_the_fault_seen_again_leaves_the_proof_to_its_check(self, cast: Cast, place: Place) -> None:
        row = sent(cast, place)
        pay_visit(place.building, cast.grid, [Seen("F02", place.home.pk)])
        row.refresh_from_db()
        assert (row.state, row.hazard.state) == ("sent", "proof_sent")
