"""Second visits: drawn by lot so that anybody can draw them again, paid by another person, compared."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from core.errors import Conflict, Invalid, NotAllowed
from fucheng.flows import second_visits
from fucheng.web.field.due import Why, round_of
from grading.models import SecondVisit, Visit
from grading.services.hazards import Seen
from rentals.models import Building
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 12)
LATER = factories.NOON + timedelta(days=2)


@pytest.fixture
def other(cast: Cast) -> User:
    return factories.person("other-worker", Role.GRID_WORKER, cast.fumin)


@pytest.fixture
def visited(cast: Cast) -> list[Building]:
    """Six buildings of two homes, each visited by the worker of 福民."""
    factories.rules()
    buildings = [factories.building(cast.fumin) for _ in range(6)]
    for building in buildings:
        factories.units(building, 2)
        factories.pay_visit(building, cast.grid)
    return buildings


def draw(cast: Cast, *, by: User | None = None, count: int = 2, seed: str = "s", days: int = 0):
    return second_visits.draw(
        by=by or cast.office,
        at=LATER,
        first_on=DAY - timedelta(days=days),
        last_on=DAY + timedelta(days=days),
        count=count,
        seed=seed,
    )


def test_each_drawn_visit_goes_to_another_worker_of_the_community(
    cast: Cast, other: User, visited: list[Building]
) -> None:
    drawn = draw(cast, count=4)
    rows = drawn.second_visits.all()
    assert (drawn.pool, len(rows)) == (6, 4)
    assert {row.assigned_to for row in rows} == {other}
    assert {row.due_on for row in rows} == {date(2026, 5, 21)}, "five working days"


def test_the_same_seed_draws_the_same_and_another_seed_another(
    cast: Cast, other: User, visited: list[Building]
) -> None:
    def order(seed: str) -> list[int]:
        found = {v.pk: second_visits.second_visits.lot(seed, v.pk) for v in Visit.objects.all()}
        return sorted(found, key=lambda pk: found[pk])

    drawn = draw(cast, count=3, seed="a")
    assert set(drawn.second_visits.values_list("first", flat=True)) == set(order("a")[:3])
    assert order("a") != order("b")


def test_work_is_spread_over_several_workers(cast: Cast, other: User, visited: list[Building]) -> None:
    factories.person("third-worker", Role.GRID_WORKER, cast.fumin)
    rows = draw(cast, count=6).second_visits.all()
    assert sorted([row.assigned_to.name for row in rows]) == ["other-worker"] * 3 + ["third-worker"] * 3


def test_a_building_that_waits_and_a_visit_drawn_before_are_not_drawn_again(
    cast: Cast, other: User, visited: list[Building]
) -> None:
    draw(cast, count=6)
    with pytest.raises(Conflict):
        draw(cast, count=1)


def test_a_community_with_a_single_worker_has_nobody_to_send(cast: Cast, visited: list[Building]) -> None:
    with pytest.raises(Conflict):
        draw(cast)


def test_only_the_office_draws_and_only_a_sensible_number(
    cast: Cast, other: User, visited: list[Building]
) -> None:
    for by in (cast.auditor, cast.reviewer, cast.grid, cast.leader):
        with pytest.raises(NotAllowed):
            draw(cast, by=by)
    for count in (0, 201):
        with pytest.raises(Invalid):
            draw(cast, count=count)


def test_a_drawn_building_stands_on_the_other_workers_list_until_it_is_visited(
    cast: Cast, other: User, visited: list[Building]
) -> None:
    (row,) = draw(cast, count=1).second_visits.all()

    def listed(user: User) -> list[int]:
        fresh = User.objects.get(pk=user.pk)
        due = round_of(fresh, DAY + timedelta(days=3)).due
        return [d.building_id for d in due if Why.SECOND in [r.why for r in d.reasons]]

    assert (listed(other), listed(cast.grid)) == ([row.building_id], [])
    factories.pay_visit(row.building, cast.grid, at=LATER)
    assert listed(other) == [row.building_id], "the first person cannot answer for the second"
    factories.pay_visit(row.building, other, at=LATER)
    assert listed(other) == []


def test_what_the_second_look_judges_otherwise_is_kept_home_by_home(
    cast: Cast, other: User, visited: list[Building]
) -> None:
    rows = list(draw(cast, count=2).second_visits.all())
    first, second = (list(row.building.units.order_by("pk")) for row in rows)
    factories.pay_visit(rows[0].building, other, [Seen("H03", first[0].pk)], at=LATER)
    factories.pay_visit(rows[1].building, other, at=LATER, not_seen={second[1].pk: "nobody_home"})
    for row in rows:
        row.refresh_from_db()
    assert list(rows[0].differing.all()) == [first[0]]
    assert (rows[0].homes, rows[1].homes, rows[1].differing.count()) == (2, 1, 0)


def test_points_that_leave_the_grade_as_it_is_are_confirmed(
    cast: Cast, other: User, visited: list[Building]
) -> None:
    (row,) = draw(cast, count=1).second_visits.all()
    factories.pay_visit(row.building, other, [Seen("E01", None)], at=LATER)
    assert not SecondVisit.objects.get(pk=row.pk).differing.exists()


def test_the_draw_is_in_the_audit_trail(cast: Cast, other: User, visited: list[Building]) -> None:
    from accounts.models import AuditEvent

    drawn = draw(cast, seed="abc")
    event = AuditEvent.objects.get(verb="second-visits-drawn", subject_id=str(drawn.pk))
    assert (event.actor, event.data["seed"], event.data["drawn"]) == (cast.office, "abc", 2)
    assert timezone.is_aware(drawn.at)
