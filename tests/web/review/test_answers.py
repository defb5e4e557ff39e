"""Proofs, reports, delisting requests: what waits, and the community's answers."""

import pytest
from django.utils import timezone

from fucheng.flows import delisting, grade_change, proof, public_report
from grading.models import Hazard, HazardReport, Proof
from grading.services.hazards import Seen
from signage.models import PublicToken
from tests.web.review.conftest import Desk


def sent(desk: Desk, code: str = "F02") -> Proof:
    desk.inspect([Seen(code, desk.homes[0].pk, note="found so")])
    return proof.send(
        hazard_id=Hazard.objects.get().pk,
        by=desk.cast.landlord,
        at=timezone.now(),
        note="mended",
        photo_digests=[],
    )


def reported(desk: Desk) -> HazardReport:
    token = PublicToken.objects.get(unit=desk.homes[0]).token
    return public_report.submit(token=token, text="paper boxes on the stairs", photo=None, at=timezone.now())


def test_waiting_proof_is_shown_with_its_hazard(desk: Desk) -> None:
    sent(desk)
    page = desk.get("/review/proofs/").content.decode()
    assert "F02" in page
    assert "mended" in page
    assert "F02" not in desk.get("/review/proofs/", by=desk.cast.reviewer2).content.decode()


@pytest.mark.parametrize("who", ["grid", "panel", "leader"])
def test_proofs_are_for_those_who_verify(desk: Desk, who: str) -> None:
    assert desk.get("/review/proofs/", by=getattr(desk.cast, who)).status_code == 403


def test_accepted_proof_closes_the_hazard(desk: Desk) -> None:
    row = sent(desk)
    assert desk.post(f"/review/proofs/{row.pk}/", verb="accept").url == "/review/proofs/"
    assert Hazard.objects.get().state == "closed"
    assert "accepted" in desk.get("/review/proofs/?tab=checked").content.decode()


def test_refusal_needs_words_for_the_landlord(desk: Desk) -> None:
    row = sent(desk)
    answer = desk.post(f"/review/proofs/{row.pk}/", verb="refuse", reason="")
    assert answer.status_code == 422
    assert "Say what the landlord should show instead." in answer.content.decode()
    desk.post(f"/review/proofs/{row.pk}/", verb="refuse", reason="show the socket")
    row.refresh_from_db()
    assert (row.state, row.reason) == ("refused", "show the socket")


def test_proof_checked_twice_says_so(desk: Desk) -> None:
    row = sent(desk)
    desk.post(f"/review/proofs/{row.pk}/", verb="accept")
    answer = desk.post(f"/review/proofs/{row.pk}/", verb="refuse", reason="no")
    assert answer.status_code == 422
    assert "checked already" in answer.content.decode()


def test_veto_is_not_accepted_on_paper(desk: Desk) -> None:
    row = sent(desk, "L06")
    assert 'value="accept"' not in desk.get("/review/proofs/").content.decode()
    assert desk.post(f"/review/proofs/{row.pk}/", verb="accept").status_code == 422
    assert Hazard.objects.get().state == "proof_sent"


def test_proof_of_another_community_is_not_found(desk: Desk) -> None:
    row = sent(desk)
    assert desk.post(f"/review/proofs/{row.pk}/", by=desk.cast.reviewer2, verb="accept").status_code == 404


def test_report_is_answered_once(desk: Desk) -> None:
    report = reported(desk)
    assert report.case_number in desk.get("/review/reports/").content.decode()
    assert desk.post(f"/review/reports/{report.pk}/", answer="").status_code == 422
    desk.post(f"/review/reports/{report.pk}/", answer="stairs cleared")
    report.refresh_from_db()
    assert (report.state, report.checked_by) == ("checked", desk.cast.reviewer)
    assert desk.post(f"/review/reports/{report.pk}/", answer="again").status_code == 422
    assert "stairs cleared" in desk.get("/review/reports/?tab=answered").content.decode()


def test_report_of_another_community_is_not_found(desk: Desk) -> None:
    report = reported(desk)
    assert desk.post(f"/review/reports/{report.pk}/", by=desk.cast.reviewer2, answer="x").status_code == 404
    assert report.case_number not in desk.get("/review/reports/", by=desk.cast.reviewer2).content.decode()


def test_delisting_requests_show_state_and_day(desk: Desk) -> None:
    change = desk.inspect([Seen("L06", desk.homes[0].pk)])[0]
    grade_change.review(change_id=change.pk, by=desk.cast.reviewer, at=change.proposed_at, reason="checked")
    grade_change.approve(change_id=change.pk, by=desk.cast.panel, at=change.proposed_at, reason="agreed")
    asked = delisting.request(
        unit_id=desk.homes[0].pk, by=desk.cast.landlord, at=timezone.now(), words="all gone"
    )
    page = desk.get("/review/delisting/").content.decode()
    assert "all gone" in page
    assert asked.inspect_by.isoformat() in page
    assert "all gone" in desk.get("/review/delisting/", by=desk.cast.panel).content.decode()
    assert "all gone" not in desk.get("/review/delisting/", by=desk.cast.reviewer2).content.decode()
    delisting.withdraw(request_id=asked.pk, by=desk.cast.landlord, at=timezone.now())
    assert "withdrawn" in desk.get("/review/delisting/?tab=ended").content.decode()
