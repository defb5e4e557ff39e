"""One home travels the line: survey, first grading, a fault, red, delisting, green again."""

import uuid
from datetime import timedelta

import pytest

from accounts.roles import Role
from communities.models import Post
from core.errors import NotAllowed
from fucheng.flows import bulk_assessment, delisting, grade_change, visit
from grading.models import GradeChange, GradePeriod, Hazard, Standing
from grading.services.changes import OwnInspection
from grading.services.hazards import Seen
from jobs import running
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON


def submit(cast: Cast, building, seen=(), at=NOON, by=None, **more):
    return visit.submit(
        client_id=uuid.uuid4(),
        building_id=building.pk,
        by=by or cast.grid,
        started_at=at,
        at=at,
        seen=seen,
        **more,
    )


def grade_of(unit) -> str | None:
    return Standing.objects.get(unit=unit).grade


def test_a_home_goes_from_register_to_red_and_back(cast: Cast) -> None:
    factories.rules()
    owner = factories.landlord()
    building = factories.building(cast.fumin)
    first, second = factories.units(building, 2, owner=owner)

    job = bulk_assessment.ask(by=cast.office, at=NOON)
    assert running.drain(job.pk).state == "done"
    ids = list(GradeChange.objects.awaiting_community().values_list("pk", flat=True))
    assert (
        len(
            grade_change.decide_many(
                verb="approve", change_ids=ids, by=cast.reviewer, at=NOON, reason="首次评定"
            )
        )
        == 2
    )
    assert grade_of(first) == grade_of(second) == "green"

    day = NOON + timedelta(days=1)
    receipt = submit(cast, building, [Seen("L06", first.pk, note="三桌麻将")], at=day)
    (change_id,) = receipt.proposed
    with pytest.raises(NotAllowed):
        grade_change.approve(change_id=change_id, by=cast.reviewer, at=day, reason="属实")
    grade_change.review(change_id=change_id, by=cast.reviewer, at=day, reason="属实")
    grade_change.approve(change_id=change_id, by=cast.panel, at=day, reason="同意")
    assert grade_of(first) == "red"
    assert grade_of(second) == "green"

    later = day + timedelta(days=5)
    request = delisting.request(unit_id=first.pk, by=cast.landlord, at=later, words="已拆除")
    colleague = factories.person("colleague", Role.GRID_WORKER, cast.fumin)
    receipt = submit(cast, building, [Seen("L06", first.pk, "mended")], at=later, by=colleague)
    request.refresh_from_db()
    assert request.state == "inspected"
    change = request.change
    grade_change.review(change_id=change.pk, by=cast.reviewer, at=later, reason="复查合格")
    grade_change.approve(change_id=change.pk, by=cast.panel, at=later, reason="同意摘牌")
    request.refresh_from_db()
    assert (request.state, grade_of(first)) == ("granted", "green")
    assert list(GradePeriod.objects.filter(unit=first).values_list("grade", flat=True)) == [
        "green",
        "red",
        "green",
    ]
    assert Hazard.objects.get().state == "closed"


def test_nobody_decides_on_the_own_inspection(cast: Cast) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    factories.units(building)
    Post.objects.create(user=cast.grid, role=Role.REVIEWER, community=cast.fumin, starts_on=NOON.date())
    receipt = submit(cast, building)
    with pytest.raises(OwnInspection):
        grade_change.approve(change_id=receipt.proposed[0], by=cast.grid, at=NOON, reason="好")


def test_a_visit_that_arrives_after_a_newer_one_does_not_turn_the_clock_back(cast: Cast) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    (unit,) = factories.units(building)
    submit(cast, building, at=NOON)
    submit(cast, building, at=NOON - timedelta(days=2))
    assert Standing.objects.get(unit=unit).last_visit_at == NOON
