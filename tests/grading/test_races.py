"""Eight people press at once, on real PostgreSQL: one wins, seven are told, nothing is doubled."""

import threading
import uuid
from collections import Counter

import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent
from accounts.roles import Role
from core.errors import Conflict, DomainError
from fucheng.flows import delisting, grade_change, proof, visit
from grading.models import (
    Assessment,
    DelistingRequest,
    Finding,
    GradeChange,
    GradePeriod,
    Hazard,
    Standing,
    Visit,
)
from grading.services.hazards import Seen
from grading.services.visits import SentDifferently
from tests import factories
from tests.conftest import Cast
from tests.races import CROWD, race, reviewers, won

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOON = factories.NOON


@pytest.fixture
def place(cast: Cast):
    factories.rules()
    building = factories.building(cast.fumin)
    return building, factories.units(building, 3, owner=factories.landlord())


def submit(cast: Cast, building, seen=(), client_id=None, by=None, note=""):
    return visit.submit(
        client_id=client_id or uuid.uuid4(),
        building_id=building.pk,
        by=by or cast.grid,
        started_at=NOON,
        at=NOON,
        seen=seen,
        note=note,
    )


def test_eight_approve_one_change_and_one_wins(cast: Cast, place) -> None:
    building, (home, *_) = place
    submit(cast, building, [Seen("F02", home.pk)])
    change = GradeChange.objects.get(unit=home)

    outcome = race(
        [
            lambda by=by: grade_change.approve(change_id=change.pk, by=by, at=NOON, reason="属实")
            for by in reviewers(cast)
        ]
    )

    assert len(won(outcome)) == 1
    assert {getattr(o, "code", None) for o in outcome if isinstance(o, DomainError)} == {"already-decided"}
    assert GradePeriod.objects.filter(unit=home).count() == 1
    assert Standing.objects.get(unit=home).grade == "yellow"
    events = AuditEvent.objects.filter(
        subject="grade_change", subject_id=str(change.pk), after__state="approved"
    )
    assert events.count() == 1


def test_approve_return_and_review_at_once_have_one_winner(cast: Cast, place) -> None:
    building, (home, *_) = place
    submit(cast, building, [Seen("L06", home.pk)])
    change = GradeChange.objects.get(unit=home)
    verbs = [grade_change.review, grade_change.return_] * (CROWD // 2)

    outcome = race(
        [
            lambda verb=verb, by=by: verb(change_id=change.pk, by=by, at=NOON, reason="看过")
            for verb, by in zip(verbs, reviewers(cast), strict=True)
        ]
    )

    change.refresh_from_db()
    assert len(won(outcome)) == 1
    assert change.state == won(outcome)[0].state
    assert change.state in ("with_panel", "returned")


def test_one_at_a_time_and_many_at_once_never_decide_twice(cast: Cast, place) -> None:
    building, _homes = place
    submit(cast, building)
    ids = list(GradeChange.objects.values_list("pk", flat=True))
    people = reviewers(cast)

    def many(by):
        return grade_change.decide_many(verb="approve", change_ids=ids, by=by, at=NOON, reason="首次评定")

    def back(by):
        return [grade_change.return_(change_id=ids[0], by=by, at=NOON, reason="再看").pk]

    outcome = race([lambda by=by, n=n: (many if n % 2 else back)(by) for n, by in enumerate(people)])

    decided = Counter(pk for o in won(outcome) for pk in o)
    assert decided == Counter(ids)
    assert GradePeriod.objects.count() == GradeChange.objects.filter(state="approved").count()


def test_the_same_visit_sent_eight_times_at_once_is_one_visit(cast: Cast, place) -> None:
    building, (home, *_) = place
    number = uuid.uuid4()

    outcome = race([lambda: submit(cast, building, [Seen("F02", home.pk)], number) for _ in range(CROWD)])

    assert Counter(receipt.is_new for receipt in outcome) == {True: 1, False: CROWD - 1}
    assert {receipt.visit.pk for receipt in outcome} == {Visit.objects.get().pk}
    assert (Finding.objects.count(), Hazard.objects.count()) == (1, 1)
    assert GradeChange.objects.count() == 3
    assert Assessment.objects.count() == 3


def test_one_number_with_eight_contents_keeps_the_first_and_tells_the_rest(cast: Cast, place) -> None:
    building, _homes = place
    number = uuid.uuid4()
    outcome = race([lambda n=n: submit(cast, building, (), number, note=f"第{n}稿") for n in range(CROWD)])
    assert len(won(outcome)) == 1
    assert all(isinstance(o, SentDifferently) for o in outcome if o is not won(outcome)[0])
    assert Visit.objects.get().note == won(outcome)[0].visit.note


def test_one_number_at_two_buildings_at_once_is_one_visit(cast: Cast, place) -> None:
    building, _homes = place
    other = factories.building(cast.fumin)
    factories.units(other)
    number = uuid.uuid4()
    outcome = race([lambda n=n: submit(cast, (building, other)[n % 2], (), number) for n in range(CROWD)])
    assert Visit.objects.count() == 1
    assert sum(o.is_new for o in won(outcome)) == 1
    assert all(isinstance(o, Conflict) for o in outcome if isinstance(o, DomainError))


def test_eight_different_visits_of_one_building_open_each_hazard_once(cast: Cast, place) -> None:
    building, (home, *_) = place
    workers = [factories.person(f"grid-{n}", Role.GRID_WORKER, cast.fumin) for n in range(CROWD)]

    outcome = race(
        [
            lambda by=by: submit(cast, building, [Seen("F02", home.pk), Seen("H01", None)], by=by)
            for by in workers
        ]
    )

    assert len(won(outcome)) == CROWD
    assert Visit.objects.count() == CROWD
    assert sorted(Hazard.objects.values_list("item_code", flat=True)) == ["F02", "H01"]
    assert Finding.objects.count() == 2 * CROWD
    assert GradeChange.objects.open().count() == 3
    assert Assessment.objects.count() == 3


def test_a_landlord_who_presses_eight_times_has_one_request_and_one_proof(cast: Cast, place) -> None:
    building, (home, *_) = place
    submit(cast, building, [Seen("L06", home.pk)])
    change = GradeChange.objects.get(unit=home)
    grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
    grade_change.approve(change_id=change.pk, by=cast.panel, at=NOON, reason="同意")
    hazard = Hazard.objects.get()

    asked = race(
        [
            lambda: delisting.request(unit_id=home.pk, by=cast.landlord, at=NOON, words="好了")
            for _ in range(CROWD)
        ]
    )
    sent = race(
        [
            lambda: proof.send(hazard_id=hazard.pk, by=cast.landlord, at=NOON, note="好了", photo_digests=[])
            for _ in range(CROWD)
        ]
    )

    assert (len(won(asked)), len(won(sent))) == (1, 1)
    assert DelistingRequest.objects.count() == 1
    assert hazard.proofs.count() == 1


def test_a_visit_takes_homes_in_the_order_of_decisions(cast: Cast, place) -> None:
    building, (first, second, _third) = place
    Standing.objects.filter(unit=first).update(
        next_visit_on=NOON.date()
    )  # its row now lies behind the others

    def send() -> None:
        try:
            submit(cast, building)
        finally:
            connection.close()

    thread = threading.Thread(target=send)
    with transaction.atomic():
        Standing.objects.select_for_update().get(unit=first)
        thread.start()
        thread.join(timeout=0.7)
        Standing.objects.select_for_update(nowait=True).get(unit=second)
    thread.join(timeout=20)
    assert Standing.objects.filter(last_visit_at=NOON).count() == 3
