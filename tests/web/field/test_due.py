"""Why a building is on the worker's list, since when, and one tap from there to the form."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fucheng.web.field.due import Due, Reason, Why, round_of
from grading.models import Standing
from rentals.models import Unit
from tests import factories
from tests.web.field.conftest import Round

TODAY = date(2026, 6, 10)
SOON, LATE = TODAY + timedelta(days=3), TODAY - timedelta(days=3)


def stand(home: Unit, grade: str | None, next_on: date) -> None:
    """Visited once, to be visited again."""
    if grade:
        factories.graded(home, grade)
    Standing.objects.filter(unit=home).update(last_visit_at=factories.NOON, next_visit_on=next_on)


@pytest.fixture
def quiet(round_: Round) -> Round:
    """Every home was visited and is due later."""
    for home in round_.homes:
        stand(home, "green", SOON)
    return round_


def only(round_: Round, day: date = TODAY) -> Due | None:
    due = round_of(round_.cast.grid, day).due
    assert len(due) < 2
    return due[0] if due else None


def test_nothing_to_do_nothing_on_the_list(quiet: Round) -> None:
    assert only(quiet) is None


def test_homes_are_told_by_grade_with_the_oldest_day(quiet: Round) -> None:
    green, yellow, red = quiet.homes
    Standing.objects.filter(unit=green).update(next_visit_on=TODAY)
    stand_again(yellow, "yellow", LATE)
    stand_again(red, "red", LATE - timedelta(days=4))
    found = only(quiet)
    assert found == Due(
        quiet.building.pk,
        (
            Reason(Why.RED, 1, LATE - timedelta(days=4)),
            Reason(Why.YELLOW, 1, LATE),
            Reason(Why.GREEN, 1, TODAY),
        ),
        LATE - timedelta(days=4),
    )


def stand_again(home: Unit, grade: str, next_on: date) -> None:
    Standing.objects.filter(unit=home).update(grade=grade, next_visit_on=next_on)


def test_due_today_is_not_yet_late(quiet: Round) -> None:
    Standing.objects.update(next_visit_on=TODAY)
    assert only(quiet) == Due(quiet.building.pk, (Reason(Why.GREEN, 3, TODAY),), None)


def test_a_hazard_at_its_deadline_brings_the_building_on_the_list(quiet: Round) -> None:
    factories.hazard("H05", quiet.homes[0], due_on=TODAY)
    factories.hazard("H02", building=quiet.building, due_on=LATE)
    factories.hazard("H06", building=quiet.building, due_on=SOON)
    factories.hazard("E01", building=quiet.building, due_on=LATE, state="closed")
    assert only(quiet) == Due(quiet.building.pk, (Reason(Why.DEADLINE, 2, LATE),), LATE)


def test_a_delisting_request_comes_first_with_its_day(quiet: Round) -> None:
    stand_again(quiet.homes[0], "red", TODAY)
    factories.delisting_request(quiet.homes[0], quiet.cast.landlord, inspect_by=SOON)
    found = only(quiet)
    assert found is not None
    assert [reason.why for reason in found.reasons] == [Why.REINSPECTION, Why.RED]
    assert found.late_since is None


def test_a_home_that_left_the_register_asks_for_nothing(quiet: Round) -> None:
    Standing.objects.update(next_visit_on=LATE)
    Unit.objects.update(left_on=LATE)
    assert only(quiet) is None


def test_not_graded_and_never_visited_are_two_things(round_: Round) -> None:
    stand(round_.homes[0], None, LATE)
    found = only(round_)
    assert found is not None
    assert found.reasons == (Reason(Why.NOT_GRADED, 1, LATE), Reason(Why.NEVER, 2, None))
    assert found.homes == 3


def test_the_list_shows_why_and_leads_to_the_form_in_one_tap(round_: Round) -> None:
    today = timezone.localdate()
    stand(round_.homes[0], "red", today - timedelta(days=2))
    page = round_.client.get("/field/due/").content.decode()
    assert 'class="fd-reason is-red"' in page
    assert 'class="fd-reason is-never"' in page
    assert f"{today - timedelta(days=2):%m-%d}" in page
    assert f'href="{round_.form_url}"' in page


def test_only_overdue_leaves_out_what_is_due_today(round_: Round) -> None:
    today = timezone.localdate()
    other = factories.building(round_.cast.fumin)
    for home in [*round_.homes, *factories.units(other, 1)]:
        stand(home, "green", today)
    stand_again(round_.homes[0], "green", today - timedelta(days=1))
    page = round_.client.get("/field/due/?late=1").content.decode()
    assert round_.building.name in page
    assert other.name not in page


def test_the_list_goes_on_behind_a_building_that_was_visited_meanwhile(round_: Round) -> None:
    second, third = (factories.building(round_.cast.fumin) for _ in range(2))
    for building in (second, third):
        factories.units(building, 1)
    round_.client.post(f"/field/buildings/{second.pk}/visit/", visit_form())
    rest = round_of(round_.cast.grid, timezone.localdate()).behind(second.pk)
    assert [row.building_id for row in rest] == [third.pk]


def visit_form() -> dict[str, object]:
    from tests.web.field.conftest import said

    return said(do="submit")
