"""Print runs from the browser: count, order, follow, fetch, put boards up."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from jobs import running
from jobs.models import Job
from signage.models import PrintRun, Sign
from tests import factories
from tests.web.office.conftest import Office

RUNS = "/office/print-runs/"


def ordered(office: Office, **data: object) -> PrintRun:
    answer = office.post(f"{RUNS}new/", **{"product": "sticker", "owed": "on", **data})
    assert answer.status_code == 302
    run = PrintRun.objects.latest("pk")
    assert answer.url == f"{RUNS}{run.pk}/"
    return run


def printed(run: PrintRun) -> Job:
    assert run.job is not None
    return running.drain(run.job.pk)


def test_order_is_counted_before_it_is_made(office: Office) -> None:
    page = office.get(f"{RUNS}new/?product=sticker&owed=on").content.decode()
    assert "Order 3 signs" in page
    assert not PrintRun.objects.exists()
    nothing = office.get(f"{RUNS}new/?product=sticker&owed=on&grade=red").content.decode()
    assert "Nothing fits this order" in nothing


def test_half_used_sheet_needs_one_more(office: Office) -> None:
    assert office.get(f"{RUNS}new/?product=sticker&start_at=23").context["size"].sheets == 2
    assert office.get(f"{RUNS}new/?product=sticker&start_at=25").status_code == 422


def test_run_is_made_shown_and_fetched(office: Office) -> None:
    run = ordered(office, title="round 1")
    waiting = office.get(f"{RUNS}{run.pk}/", **{"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    assert printed(run).state == "done"
    page = office.get(f"{RUNS}{run.pk}/").content.decode()
    assert "round 1" in page
    assert "only what is owed" in page
    file = run.files.get()
    answer = office.get(f"{RUNS}{run.pk}/files/{file.seq}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert (
        AuditEvent.objects.filter(verb="export", subject="print_file", subject_id=str(file.pk)).count() == 1
    )
    assert office.get(f"{RUNS}{run.pk}/preview/")["Content-Type"] == "image/png"
    assert office.get(RUNS).content.decode().count("3 signs on 1 pages") == 1


def test_double_click_orders_once(office: Office) -> None:
    assert ordered(office).pk == ordered(office).pk
    assert PrintRun.objects.count() == 1


def test_empty_order_fails_with_its_reason(office: Office) -> None:
    run = ordered(office, grade="red")
    assert printed(run).state == "failed"
    assert "Nothing fits this order" in office.get(f"{RUNS}{run.pk}/").content.decode()


def test_refused_items_are_named_with_their_reason(office: Office) -> None:
    office.homes[0].address = "龘龘龘 \U000203a3 1号"
    office.homes[0].save(update_fields=["address"])
    run = ordered(office)
    job = printed(run)
    if job.result.get("refused"):
        assert "Could not be printed" in office.get(f"{RUNS}{run.pk}/").content.decode()


def test_run_can_be_stopped(office: Office) -> None:
    run = ordered(office)
    assert run.job is not None
    assert office.post(f"/office/jobs/{run.job.pk}/cancel/").url == f"/office/jobs/{run.job.pk}/"
    assert "This run was stopped" in office.get(f"{RUNS}{run.pk}/").content.decode()
    assert office.post(f"/office/jobs/{run.job.pk}/cancel/").status_code == 409


def test_reviewer_prints_for_the_own_community_only(office: Office) -> None:
    reviewer, other = office.cast.reviewer, office.cast.reviewer2
    data = {"product": "sticker", "owed": "on"}
    assert office.post(f"{RUNS}new/", by=reviewer, **data).status_code == 422
    office.post(f"{RUNS}new/", by=reviewer, community=office.cast.fumin.pk, **data)
    run = PrintRun.objects.get()
    assert run.community == office.cast.fumin
    assert office.get(f"{RUNS}{run.pk}/", by=reviewer).status_code == 200
    assert office.get(f"{RUNS}{run.pk}/", by=other).status_code == 404
    assert office.get(f"{RUNS}{run.pk}/files/0/", by=other).status_code == 404
    assert office.get(f"{RUNS}{run.pk}/preview/", by=other).status_code == 404
    assert (
        office.post(f"{RUNS}new/", by=reviewer, community=office.cast.qiankeng.pk, **data).status_code == 422
    )


@pytest.mark.parametrize("who", ["leader", "auditor", "panel", "grid"])
def test_printing_needs_the_right(office: Office, who: str) -> None:
    someone = getattr(office.cast, who)
    assert office.get(RUNS, by=someone).status_code == 403
    assert office.post(f"{RUNS}new/", by=someone, product="sticker").status_code == 403


def test_estate_board_is_marked_as_standing(office: Office) -> None:
    factories.estate(office.cast.fumin)
    assert "Order 1 sign<" in office.get(f"{RUNS}new/?product=estate_board").content.decode()
    run = ordered(office, product="estate_board")
    assert printed(run).state == "done"
    sign = Sign.objects.get(product="estate_board")
    page = f"/field/signs/{sign.pk}/"
    assert page in office.get(f"{RUNS}{run.pk}/").content.decode()
    assert office.post(page, do="post").status_code == 422  # a board is photographed
    assert office.post(page, do="post", photos=factories.picture()).url == page
    sign.refresh_from_db()
    assert sign.state == "posted"
    assert office.post(page, do="post", photos=factories.picture()).url == page  # a second tap
    assert office.post(page, by=office.cast.reviewer, do="post").status_code == 403


def test_list_costs_the_same_for_one_and_many_runs(office: Office) -> None:
    run = ordered(office)

    def cost() -> int:
        office.get(RUNS)
        with CaptureQueriesContext(connection) as captured:
            office.get(RUNS)
        return len(captured)

    one = cost()
    for number in range(19):
        PrintRun.objects.create(product="sticker", title=f"run {number}", by=run.by, at=run.at)
    assert cost() == one
