"""Overview, jobs, bulk assessment, rules, audit trail."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import audit
from fucheng.flows import bulk_assessment, rule_drafts
from grading.models import GradeChange, Standing
from jobs import running
from jobs.models import Job
from tests import factories
from tests.web.office.conftest import Office


def cost(office: Office, url: str, **more: object) -> int:
    office.get(url, **more)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as captured:
        assert office.get(url, **more).status_code == 200  # type: ignore[arg-type]
    return len(captured)


@pytest.mark.parametrize(
    ("who", "status"),
    [("office", 200), ("auditor", 200), ("reviewer", 403), ("leader", 403), ("landlord", 403)],
)
def test_overview_is_the_offices_and_auditors(office: Office, who: str, status: int) -> None:
    assert office.get("/office/", by=getattr(office.cast, who)).status_code == status


def test_overview_counts_what_waits(office: Office) -> None:
    bulk_assessment.ask(by=office.cast.office, at=timezone.now())
    page = office.get("/office/")
    overview = page.context["overview"]
    assert [owed.owed for owed in overview.owed] == [3, 0]
    assert (overview.homes, overview.not_graded) == (3, 0)
    assert "Bulk assessment" in page.content.decode()


def test_assessment_says_what_it_will_do_and_starts_once(office: Office) -> None:
    page = office.get("/office/assessment/").content.decode()
    assert "No grade changes by itself" in page
    first, again = office.post("/office/assessment/"), office.post("/office/assessment/")
    job = Job.objects.get(kind="grading.bulk_assessment")
    assert first.url == again.url == f"/office/jobs/{job.pk}/"
    assert "hx-trigger" in office.get("/office/assessment/").content.decode()
    assert running.drain(job.pk).state == "done"
    assert "0 changes proposed" in office.get("/office/assessment/").content.decode()
    assert office.post("/office/assessment/", by=office.cast.reviewer).status_code == 403


def test_assessment_proposes_and_grades_nobody(office: Office) -> None:
    Standing.objects.update(grade="yellow")
    office.post("/office/assessment/")
    running.drain(Job.objects.get(kind="grading.bulk_assessment").pk)
    assert GradeChange.objects.filter(state="proposed", to_grade="green").count() == 3
    assert set(Standing.objects.values_list("grade", flat=True)) == {"yellow"}


def test_job_is_seen_by_who_asked_and_by_job_readers(office: Office) -> None:
    job = bulk_assessment.ask(by=office.cast.office, at=timezone.now())
    url = f"/office/jobs/{job.pk}/"
    assert office.get(url).status_code == 200
    assert office.get(url, by=office.cast.auditor).status_code == 200
    assert office.get(url, by=office.cast.reviewer).status_code == 404
    assert office.post(f"{url}cancel/", by=office.cast.auditor).status_code == 403
    assert office.post(f"{url}cancel/", by=office.cast.reviewer).status_code == 404
    assert "<html" not in office.get(url, **{"HX-Request": "true"}).content.decode()


def test_job_list_costs_the_same_for_one_and_many(office: Office) -> None:
    at = timezone.now()
    bulk_assessment.ask(by=office.cast.office, at=at)
    one = cost(office, "/office/jobs/")
    Job.objects.bulk_create(
        Job(kind="grading.bulk_decision", state="done", requested_by=office.cast.office, requested_at=at)
        for _ in range(25)
    )
    assert cost(office, "/office/jobs/") == one


@pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "office", "leader", "auditor"])
def test_rules_are_read_by_all_staff_in_both_languages(office: Office, who: str) -> None:
    someone = getattr(office.cast, who)
    assert "1.0" in office.get("/office/rules/", by=someone).content.decode()
    page = office.get("/office/rules/1.0/", by=someone).content.decode()
    assert "楼梯可通至屋面" in page
    assert "The stair reaches the roof" in page


def test_unknown_rule_set_is_not_found(office: Office) -> None:
    assert office.get("/office/rules/9.9/").status_code == 404


@pytest.mark.parametrize("who", ["office", "leader", "reviewer", "panel"])
def test_audit_trail_is_the_auditors(office: Office, who: str) -> None:
    assert office.get("/office/audit/", by=getattr(office.cast, who)).status_code == 403


def test_audit_trail_is_filtered(office: Office) -> None:
    audit.record(
        "export", by=office.cast.leader, subject="list", subject_id="homes", reason="for the meeting"
    )
    auditor = office.cast.auditor
    assert "for the meeting" in office.get("/office/audit/", by=auditor).content.decode()
    for query, found in (
        ("verb=export", True),
        ("person=leader", True),
        ("person=grid", False),
        ("subject=list&subject_id=homes", True),
        (f"from_on={timezone.localdate()}&until_on={timezone.localdate()}", True),
        ("until_on=2020-01-01", False),
        ("from_on=tomorrow&after=x", True),
    ):
        page = office.get(f"/office/audit/?{query}", by=auditor).content.decode()
        assert ("for the meeting" in page) is found, query


def test_audit_trail_pages_along_the_key_and_costs_the_same(office: Office) -> None:
    auditor = office.cast.auditor
    url = "/office/audit/?verb=export"
    audit.record("export", by=office.cast.leader, subject="list")
    one = cost(office, url, by=auditor)
    for number in range(60):
        audit.record("export", by=office.cast.leader, subject="list", subject_id=number)
    assert cost(office, url, by=auditor) == one
    first = office.get(url, by=auditor)
    second = office.get(f"/office/audit/?{first.context['page'].next}", by=auditor)
    assert len(first.context["rows"]) == 50
    assert len(second.context["rows"]) == 11
    back = office.get(f"/office/audit/?{second.context['page'].previous}", by=auditor)
    assert [v.event.pk for v in back.context["rows"]] == [v.event.pk for v in first.context["rows"]]


def test_audit_trail_says_which_settings_of_a_draft_were_edited(office: Office) -> None:
    factories.draft("1.1")
    rule_drafts.change_settings(
        version="1.1", values={"green_from": 85, "watch_days": 60}, by=office.cast.office, at=timezone.now()
    )
    page = office.get("/office/audit/?verb=draft-edited", by=office.cast.auditor)
    assert "green_from, watch_days" in page.content.decode()


def test_audit_trail_only_reads(office: Office) -> None:
    assert office.post("/office/audit/", by=office.cast.auditor).status_code == 405
    before = AuditEvent.objects.exclude(verb="sign-in").count()
    office.get("/office/audit/", by=office.cast.auditor)
    assert AuditEvent.objects.exclude(verb="sign-in").count() == before


def test_a_strangers_typed_name_is_not_shown(office: Office) -> None:
    audit.record("sign-in-failed", by=None, subject="user", data={"name": "my-secret-password"})
    assert "my-secret-password" not in office.get("/office/audit/", by=office.cast.auditor).content.decode()
