"""Decisions and new facts at the same moment, on real PostgreSQL: no deadlock, no error, one truth."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core.errors import DomainError
from core.integrity import broken_rows
from fucheng.flows import grade_change, proof
from grading.integrity import CHECKS
from grading.models import GradeChange, GradePeriod, Standing
from grading.services.hazards import Seen
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Place
from tests.races import race, reviewers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOON = factories.NOON


def test_approvals_and_newer_facts_at_once_never_block_each_other(cast: Cast, place: Place) -> None:
    pay_visit(place.building, cast.grid, [Seen("H01", None)])
    ids = list(GradeChange.objects.values_list("pk", flat=True))
    people = reviewers(cast)
    mended = [Seen("H01", None, "mended"), *(Seen("L06", unit.pk) for unit in place.homes)]
    calls = [
        lambda by=by: grade_change.decide_many(verb="approve", change_ids=ids, by=by, at=NOON, reason="好")
        for by in people[:2]
    ]
    calls += [
        lambda pk=pk: grade_change.approve(change_id=pk, by=people[3], at=NOON, reason="好") for pk in ids
    ]
    calls += [lambda: pay_visit(place.building, cast.grid, mended, at=NOON + timedelta(hours=1))]

    race(calls)

    assert GradeChange.objects.open().count() == 3
    assert GradePeriod.objects.count() == GradeChange.objects.filter(state="approved").count()
    assert broken_rows(CHECKS) == {}


@pytest.mark.parametrize("verb", ["approve", "return_", "many"])
def test_a_decision_waits_for_an_assessment_before_it_takes_the_change(
    cast: Cast, place: Place, verb: str
) -> None:
    pay_visit(place.building, cast.grid)
    change = GradeChange.objects.get(unit=place.home)
    refused: list[DomainError] = []

    def decide() -> None:
        order = {"by": cast.reviewer, "at": NOON, "reason": "好"}
        try:
            if verb == "many":
                assert grade_change.decide_many(verb="approve", change_ids=[change.pk], **order) == []
            else:
                getattr(grade_change, verb)(change_id=change.pk, **order)
        except DomainError as error:
            refused.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=decide)
    with transaction.atomic():
        list(Standing.objects.select_for_update().filter(unit=place.home))
        thread.start()
        thread.join(timeout=0.5)
        GradeChange.objects.select_for_update(nowait=True).get(pk=change.pk)
        GradeChange.objects.filter(pk=change.pk).update(state="superseded")
    thread.join(timeout=20)
    assert [error.code for error in refused] == ([] if verb == "many" else ["already-decided"])


def test_a_proof_checked_while_a_visit_finds_it_mended_is_settled_once(cast: Cast, place: Place) -> None:
    row = factories.proof(factories.hazard("F02", place.home), cast.landlord)
    mended = [Seen("F02", place.home.pk, "mended")]
    checks = [
        lambda: proof.accept(proof_id=row.pk, by=cast.reviewer, at=NOON),
        lambda: proof.refuse(proof_id=row.pk, by=cast.reviewer, at=NOON, reason="看不清"),
    ]

    race([*checks, lambda: pay_visit(place.building, cast.grid, mended)] * 2)

    row.refresh_from_db()
    assert row.state in ("accepted", "refused")
    assert row.hazard.state == "closed"
