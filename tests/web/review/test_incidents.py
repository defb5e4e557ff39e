"""The page of incidents in doubt: candidates with reasons, one click, or none of these."""

from datetime import timedelta

import pytest

from fucheng.flows import incident_import
from grading.models import Incident
from grading.services.incidents import Report
from tests import factories
from tests.web.review.conftest import Desk

URL = "/review/incidents/"


def incident(desk: Desk, n: int = 1) -> Incident:
    place = desk.homes[0].address.replace("101房", "") + "附近第9排"
    happened = factories.NOON - timedelta(days=1)
    report = Report("fire", f"N{n}", "fire", happened, place)
    return incident_import.receive(report, by=desk.cast.office, at=factories.NOON)[0]


def test_a_doubtful_one_shows_its_candidates_and_why(desk: Desk) -> None:
    doubtful = incident(desk)
    page = desk.get(URL).content.decode()
    assert doubtful.place in page
    assert "a similar address" in page
    assert f'value="{desk.building.pk}"' in page


def test_one_click_confirms(desk: Desk) -> None:
    doubtful = incident(desk)
    answer = desk.post(f"{URL}{doubtful.pk}/", place=f"{desk.building.pk}:{desk.homes[0].pk}")
    assert answer.url == URL
    doubtful.refresh_from_db()
    assert (doubtful.unit, doubtful.matched_by) == (desk.homes[0], "person")
    assert "No incident waits" in desk.get(URL).content.decode()


def test_none_of_these_is_one_click_too(desk: Desk) -> None:
    doubtful = incident(desk)
    desk.post(f"{URL}{doubtful.pk}/", place="none")
    doubtful.refresh_from_db()
    assert doubtful.state == "nowhere"


@pytest.mark.parametrize(("place", "status"), [("", 422), ("x", 422), ("999999999", 404)])
def test_a_place_that_is_none_is_refused(desk: Desk, place: str, status: int) -> None:
    assert desk.post(f"{URL}{incident(desk).pk}/", place=place).status_code == status


def test_a_second_answer_is_refused_with_words(desk: Desk) -> None:
    doubtful = incident(desk)
    desk.post(f"{URL}{doubtful.pk}/", place="none")
    answer = desk.post(f"{URL}{doubtful.pk}/", place="none")
    assert answer.status_code == 422
    assert "already said where" in answer.content.decode()


def test_one_and_twenty_cost_the_same(desk: Desk, django_assert_max_num_queries) -> None:
    incident(desk)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as one:
        desk.get(URL)
    for n in range(2, 21):
        incident(desk, n)
    with django_assert_max_num_queries(len(one)):
        desk.get(URL)
