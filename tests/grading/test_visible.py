"""Who sees which rows: the own communities, the own homes, the whole street, nothing."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from grading.models import (
    Assessment,
    DelistingRequest,
    GradeChange,
    GradePeriod,
    Hazard,
    HazardReport,
    Photo,
    Proof,
    Standing,
    Visit,
)
from rentals.models import Building, ImportRun, Unit
from signage.models import PrintRun, Sign
from tests import factories, world
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.world import World

OF_BUILDING = [Visit, Hazard, Building]
OF_UNIT = [Assessment, GradeChange, GradePeriod, Standing, DelistingRequest, HazardReport, Unit, Sign]
SCOPED = [*OF_BUILDING, *OF_UNIT, Proof, Photo]


@pytest.fixture
def built(cast: Cast) -> World:
    return world.build(cast)


def seen(model: Any, user: Any) -> set[int]:
    return set(model.objects.visible_to(user).values_list("pk", flat=True))


def everything(model: Any) -> set[int]:
    return set(model.objects.values_list("pk", flat=True))


def test_staff_of_the_community_see_its_rows_and_the_others_none(cast: Cast, built: World) -> None:
    for model in SCOPED:
        rows = everything(model)
        if model is Sign:  # boards are looked up by their estate
            rows = set(Sign.objects.filter(unit__isnull=False).values_list("pk", flat=True))
        assert rows
        for who in (cast.grid, cast.reviewer):
            assert seen(model, who) == rows, model
        for who in (cast.grid2, cast.reviewer2, AnonymousUser()):
            assert seen(model, who) == set(), model


def test_the_street_sees_everything(cast: Cast, built: World) -> None:
    for model in [*SCOPED, PrintRun, ImportRun]:
        for who in (cast.office, cast.panel, cast.leader, cast.auditor):
            assert seen(model, who) == everything(model) != set()


def test_imports_are_for_the_whole_street_only(cast: Cast, built: World) -> None:
    for who in (cast.reviewer, cast.grid, cast.landlord):
        assert seen(ImportRun, who) == set()


def test_a_landlord_sees_what_belongs_to_the_own_homes(cast: Cast, built: World) -> None:
    own = set(Unit.objects.filter(landlord=built.landlord).values_list("pk", flat=True))
    assert 0 < len(own) < Unit.objects.count()
    for model in OF_UNIT:
        key = "pk" if model is Unit else "unit"
        rows = model.objects.visible_to(cast.landlord)
        assert set(rows.values_list(key, flat=True)) <= own, model
        assert set(rows) == set(model.objects.filter(**{f"{key}__in": own})), model
    for model in (Visit, Building, PrintRun):
        assert seen(model, cast.landlord) == set()


def test_a_landlord_sees_hazards_of_own_homes_and_of_common_parts_there(cast: Cast, built: World) -> None:
    others = Unit.objects.filter(landlord=None, building=built.building).first()
    common = factories.hazard("H01", building=built.building)
    strange = factories.hazard("H03", others)
    elsewhere = factories.hazard("H01", building=factories.building(cast.fumin))
    found = seen(Hazard, cast.landlord)
    assert {common.pk, built.hazard.pk} <= found
    assert not {strange.pk, elsewhere.pk} & found


def test_a_landlord_sees_photos_of_own_hazards_and_proofs_and_no_report(cast: Cast, built: World) -> None:
    found = Photo.objects.visible_to(cast.landlord)
    assert {bool(photo.report_id) for photo in found} == {False}
    assert found.filter(proof=built.proof).exists()
    assert Photo.objects.filter(report=built.report).exists()
    assert seen(Photo, factories.landlord_account("10087654321", "other")) == set()
    own = set(Proof.objects.filter(sent_by=cast.landlord).values_list("pk", flat=True))
    assert built.proof.pk in own
    assert seen(Proof, cast.landlord) == own


def test_a_landlord_account_without_phone_index_sees_no_home_without_phone(cast: Cast) -> None:
    owner = factories.landlord(phone="")
    factories.units(factories.building(cast.fumin), owner=owner)
    assert seen(Unit, cast.landlord) == seen(Standing, cast.landlord) == set()


class TestWords:
    """The words lists are asked in."""

    def test_changes_by_whom_they_wait_for_and_by_red(self, cast: Cast, built: World) -> None:
        rows = GradeChange.objects
        assert built.proposed in rows.awaiting_community()
        assert list(rows.awaiting_panel()) == [built.with_panel]
        assert set(rows.open()) == set(rows.awaiting_community()) | {built.with_panel}
        assert set(rows.touching_red()) | set(rows.not_touching_red()) == set(rows.all())
        assert all(c.touches_red for c in rows.touching_red())
        assert not any(c.touches_red for c in rows.not_touching_red())

    def test_standings_by_visit_and_grade(self, cast: Cast) -> None:
        factories.rules()
        building = factories.building(cast.fumin)
        first, second = factories.units(building, 2)
        factories.graded(first, "green")
        pay_visit(building, cast.grid, not_seen={second.pk: "nobody_home"})
        standing = Standing.objects.get(unit=first)
        due = standing.next_visit_on
        assert list(Standing.objects.stale_on(due)) == []
        assert list(Standing.objects.stale_on(due.replace(year=2027))) == [standing]
        assert [s.unit for s in Standing.objects.not_graded()] == [second]
