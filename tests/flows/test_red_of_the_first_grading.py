"""A red that nobody inspected, as the bulk assessment proposes it: who decided it put it in."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import Role
from fucheng.flows import delisting, grade_change
from grading.models import DelistingRequest, GradeChange, Standing
from grading.services import assessing, leaving_red, rule_sets
from grading.services.hazards import Seen
from grading.services.leaving_red import HeldInRed
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Place

NOON = factories.NOON
DAY = timedelta(days=1)


@pytest.fixture
def decider(cast: Cast) -> User:
    """A member of the panel who is also a grid worker here."""
    return factories.also(cast.panel, cast.grid)


@pytest.fixture
def red(cast: Cast, place: Place, decider: User) -> GradeChange:
    """Red in force by the bulk assessment: no visit stands behind it."""
    factories.hazard("L06", place.home)
    assessing.assess_homes([place.home.pk], rule_set=rule_sets.for_visit(NOON.date()), at=NOON)
    change = GradeChange.objects.get(unit=place.home)
    grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
    return grade_change.approve(change_id=change.pk, by=decider, at=NOON, reason="同意")


def mended(place: Place, by: User, days: int) -> GradeChange:
    """What a visit that finds everything in order proposes."""
    pay_visit(place.building, by, [Seen("L06", place.home.pk, "mended")], at=NOON + days * DAY)
    return GradeChange.objects.open().get(unit=place.home)


def test_nobody_inspected_it_and_the_decider_counts_as_who_put_it_in(red: GradeChange, decider: User) -> None:
    assert (red.inspected_by, red.earlier_inspectors) == (None, [])
    assert leaving_red.put_in_by(red.unit_id) == {decider.pk}


def test_the_deciders_own_look_does_not_lead_out_of_it(
    cast: Cast, place: Place, red: GradeChange, decider: User
) -> None:
    asked = delisting.request(unit_id=place.home.pk, by=cast.landlord, at=NOON, words="已清走")
    change = mended(place, decider, 1)

    with pytest.raises(HeldInRed):
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON + DAY, reason="属实")

    assert DelistingRequest.objects.get(pk=asked.pk).state == "requested", "it waits for another person"
    assert Standing.objects.get(unit=place.home).grade == "red"


def test_a_colleagues_look_does(cast: Cast, place: Place, red: GradeChange, decider: User) -> None:
    delisting.request(unit_id=place.home.pk, by=cast.landlord, at=NOON, words="已清走")
    mended(place, decider, 1)
    colleague = factories.person("colleague", Role.GRID_WORKER, cast.fumin)
    change = mended(place, colleague, 2)
    second = factories.person("panel-2", Role.PANEL)

    grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON + 3 * DAY, reason="属实")
    grade_change.approve(change_id=change.pk, by=second, at=NOON + 3 * DAY, reason="同意")

    assert DelistingRequest.objects.get().state == "granted"
    assert Standing.objects.get(unit=place.home).grade != "red"


def test_nothing_but_another_version_lifts_it_without_a_look(
    cast: Cast, place: Place, red: GradeChange
) -> None:
    """Time and paper alone do not: a hazard closed by whatever way leaves the home held."""
    with transaction.atomic():
        place.home.hazards.update(state="closed", closed_at=NOON + DAY)
        assessing.assess_homes([place.home.pk], rule_set=rule_sets.for_visit(NOON.date()), at=NOON + DAY)
    change = GradeChange.objects.open().get(unit=place.home)
    with pytest.raises(HeldInRed):
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON + DAY, reason="属实")


def test_postgres_refuses_the_deciders_own_look_too(
    cast: Cast, place: Place, red: GradeChange, decider: User
) -> None:
    change = mended(place, decider, 1)
    second = factories.person("panel-2", Role.PANEL)
    with pytest.raises(IntegrityError, match="another person has looked"), transaction.atomic():
        GradeChange.objects.filter(pk=change.pk).update(
            state="approved", decided_as="panel", decided_by=second, decided_at=NOON + DAY, reason="同意",
            reviewed_by=cast.reviewer, reviewed_at=NOON + DAY,
        )  # fmt: skip
