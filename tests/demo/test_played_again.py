"""A worker of the demonstration dies in the middle of a step: another plays the step again and nothing is doubled."""

import pytest

from fucheng.demo import replay
from fucheng.flows import print_run
from grading.models import Standing
from jobs.models import Job
from signage.models import PrintRun, Sign
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db(transaction=True)
NOON = factories.NOON


@pytest.fixture
def office(cast: Cast) -> Cast:
    """Three homes that owe a sticker, and the office under the name that it has in the demonstration."""
    factories.rules()
    for unit in factories.units(factories.building(cast.fumin), 3):
        factories.graded(unit, "green")
    assert Standing.objects.count() == 3
    type(cast.office).objects.filter(pk=cast.office.pk).update(name="office")
    return cast


def test_a_run_that_was_left_unfinished_is_ended_and_no_second_one_ordered(office: Cast) -> None:
    left = print_run.order(product="sticker", wanted={"owed": True}, by=office.office, at=NOON, title="第1周")
    assert replay.print_what_is_owed(NOON, title="第1周") is None
    assert Job.objects.get(kind="signage.print_run").state == "done"
    assert PrintRun.objects.get() == left
    assert Sign.objects.in_hand().count() == 3


def test_what_is_printed_but_not_posted_yet_is_not_printed_again(office: Cast) -> None:
    assert replay.print_what_is_owed(NOON, title="第1周") is not None
    assert replay.print_what_is_owed(NOON, title="第1周") is None
    assert Sign.objects.count() == 3
