"""Refusals that speak, and querysets that stay closed until a room opens them."""

import pytest
from django.utils import translation

from core import errors
from core.integrity import broken_rows
from core.querysets import ScopedQuerySet
from grading.integrity import CHECKS as GRADING
from grading.models import Standing, Visit
from rentals.models import Building, Unit
from signage.integrity import CHECKS as SIGNAGE
from signage.models import PublicToken
from tests import factories, world
from tests.conftest import Cast
from tests.factories import pay_visit


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Invalid, 400, "invalid"),
        (errors.OutOfScope, 404, "not-found"),
        (errors.NotAllowed, 403, "not-allowed"),
        (errors.Conflict, 409, "conflict"),
    ],
)
def test_each_refusal_has_its_answer_and_words(
    error: type[errors.DomainError], status: int, code: str
) -> None:
    assert (error.status, error.code) == (status, code)
    assert str(error())
    assert str(error("Item %(code)s is gone.", code="F02")) == "Item F02 is gone."


def test_a_refusal_speaks_the_readers_language() -> None:
    refusal = errors.OutOfScope()
    with translation.override("en"):
        english = str(refusal)
    with translation.override("zh-hans"):
        assert english == "Not found, or not in your area." != str(refusal)


class TestScopedQuerySet:
    def test_nobody_sees_rows_before_a_room_says_so(self, cast: Cast) -> None:
        factories.building(cast.fumin)
        assert not ScopedQuerySet(Building).visible_to(cast.office).exists()

    def test_a_row_that_is_not_there_is_out_of_scope(self, db: None) -> None:
        for find in (Building.objects.lock, lambda pk: Building.objects.one(pk=pk)):
            with pytest.raises(errors.OutOfScope):
                find(10**9)

    def test_several_rows_are_locked_in_the_order_of_their_keys(self, cast: Cast) -> None:
        made = [factories.building(cast.fumin).pk for _n in range(3)]
        assert [row.pk for row in Building.objects.lock_all(made[::-1])] == made


class TestIntegrity:
    """`check_integrity` finds nothing in a world that was only walked by flows, and names what was broken by hand."""

    def test_all_rules_hold_after_a_visit(self, cast: Cast) -> None:
        factories.rules()
        building = factories.building(cast.fumin)
        units = factories.units(building, 2)
        pay_visit(building, cast.grid, not_seen={units[0].pk: "nobody_home"})
        assert broken_rows(GRADING | SIGNAGE) == {}

    @pytest.mark.parametrize(
        ("rule", "breaks"),
        [
            (
                "every home of the register has a standing",
                lambda w: Standing.objects.filter(unit=w.red).delete(),
            ),
            ("every home has a token", lambda w: PublicToken.objects.filter(unit=w.red).delete()),
            (
                "the last visit is the newest visit that saw the home",
                lambda w: Standing.objects.filter(unit=w.red).update(
                    last_visit_at=world.NOON.replace(year=2020)
                ),
            ),
            (
                "the standing's grade is the grade in force of the history",
                lambda w: Standing.objects.filter(unit=w.red).update(grade="green"),
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_row_broken_by_hand_is_named(self, cast: Cast, rule: str, breaks) -> None:
        built = world.build(cast)
        before = broken_rows(GRADING | SIGNAGE)
        breaks(built)
        found = broken_rows(GRADING | SIGNAGE)
        assert rule in found
        assert rule not in before

    def test_at_most_a_hundred_rows_are_named(self, cast: Cast) -> None:
        factories.units(factories.building(cast.fumin), 120)
        Standing.objects.all().delete()
        ((_rule, rows),) = broken_rows(GRADING).items()
        assert (len(rows), Unit.objects.count(), Visit.objects.count()) == (100, 120, 0)
