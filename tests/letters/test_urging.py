"""Landlords are urged once a step: before a deadline, after it was missed, and before a visit they asked for."""

from datetime import timedelta

from core.dates import add_workdays
from fucheng.flows import notices, objection
from grading.models import RuleSet, VisitRequest
from jobs.models import Job
from letters.models import Notice, TextMessage
from tests import factories
from tests.conftest import Cast
from tests.flows.conftest import Place

NOON = factories.NOON
DAY = timedelta(days=1)
TODAY = NOON.date()


def told(topic: str) -> int:
    return Notice.objects.filter(topic=topic).count()


def test_a_missed_deadline_is_told_once(cast: Cast, place: Place) -> None:
    factories.hazard("F02", place.home, due_on=TODAY, opened_at=NOON - 9 * DAY)
    notices.tell_of_deadlines(at=NOON)
    assert told("overdue") == 0
    for _ in range(2):
        notices.tell_of_deadlines(at=NOON + DAY)
    assert told("overdue") == 1
    assert "已过整改期限5月12日" in TextMessage.objects.get().text


def test_what_was_late_long_ago_is_not_told_anew(cast: Cast, place: Place) -> None:
    factories.hazard("F02", place.home, due_on=TODAY - 30 * DAY, opened_at=NOON - 60 * DAY)
    notices.tell_of_deadlines(at=NOON)
    assert told("overdue") == 0


def test_a_fault_of_the_common_parts_urges_every_owner_once(cast: Cast, place: Place) -> None:
    factories.units(place.building, 1, owner=factories.landlord("李四", "10011112222"))
    factories.hazard("F01", building=place.building, due_on=TODAY - DAY, opened_at=NOON - 9 * DAY)
    notices.tell_of_deadlines(at=NOON)
    assert told("overdue") == 2


def asked(cast: Cast, place: Place, visit_by: object) -> VisitRequest:
    return VisitRequest.objects.create(
        unit=place.home,
        why="upgrade",
        requested_by=cast.landlord,
        requested_at=NOON,
        visit_by=visit_by,
    )


def test_a_visit_that_was_asked_for_is_announced_once_a_working_day_before(cast: Cast, place: Place) -> None:
    asked(cast, place, add_workdays(TODAY, 2))
    factories.delisting_request(place.homes[1], cast.landlord, inspect_by=add_workdays(TODAY, 1))
    for _ in range(2):
        notices.tell_of_deadlines(at=NOON)
    assert Notice.objects.get(topic="coming").unit == place.homes[1]
    notices.tell_of_deadlines(at=NOON + DAY)
    assert told("coming") == 2


def test_a_version_may_announce_nothing(cast: Cast, place: Place) -> None:
    import pgtrigger

    with pgtrigger.ignore("grading.RuleSet:published_stays"):
        RuleSet.objects.update(announce_days=0)
    asked(cast, place, TODAY)
    notices.tell_of_deadlines(at=NOON)
    assert told("coming") == 0


def test_who_asked_for_a_job_reads_once_that_it_ended(cast: Cast) -> None:
    job = Job.objects.create(kind="signage.print_run", requested_by=cast.reviewer, requested_at=NOON)
    assert notices.tell_of_jobs(at=NOON) == 0
    Job.objects.filter(pk=job.pk).update(state="failed", finished_at=NOON)
    assert [notices.tell_of_jobs(at=NOON + DAY / 2) for _ in range(2)] == [1, 0]
    line = Notice.objects.get(topic="job")
    assert (line.user, line.data["state"]) == (cast.reviewer, "failed")


def test_an_objection_that_is_given_to_somebody_stands_in_the_own_inbox(
    cast: Cast, place: Place, client
) -> None:
    factories.graded(place.home, "yellow")
    filed = objection.file(unit_id=place.home.pk, by=cast.landlord, at=NOON, words="不属实")
    objection.assign(objection_id=filed.pk, to=cast.office.pk, by=cast.reviewer, at=NOON)
    assert Notice.objects.get(topic="objection").user == cast.office
    client.force_login(cast.office)
    page = client.get("/inbox/").content.decode()
    assert "有一件异议由您答复" in page
    assert f"/review/objections/{filed.pk}/" in page


def test_every_topic_has_its_line(cast: Cast, place: Place, client) -> None:
    Notice.objects.bulk_create(
        Notice(
            key=f"k{n}", topic=topic, user=cast.reviewer, at=NOON,
            data=dict.fromkeys(
                ("place", "fault", "fault_en", "count", "due", "until", "department", "grade", "kind", "state", "green",
                 "yellow"), ""
            ) | {"stars": 3},
        )
        for n, topic in enumerate(Notice.Topic.values)
    )  # fmt: skip
    client.force_login(cast.reviewer)
    assert client.get("/inbox/").status_code == 200
