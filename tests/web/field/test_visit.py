"""A visit from the phone: three taps, faults, photos, sent twice, refused, ended session."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.roles import Role
from fucheng.flows import delisting
from grading.models import Finding, Hazard, Photo, Standing, Visit
from grading.services import changes
from tests import factories
from tests.web.field.conftest import Round, last_visit, picture, said


def hidden_fields(page: str) -> dict[str, str]:
    import re

    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def test_clean_building_takes_three_taps(round_: Round) -> None:
    page = round_.client.get(f"/field/buildings/{round_.building.pk}/").content.decode()  # 1: the building
    assert f"{round_.form_url}clean/" in page
    check = round_.client.get(f"{round_.form_url}clean/").content.decode()  # 2: nothing found
    answer = round_.client.post(round_.form_url, hidden_fields(check) | {"do": "submit"})  # 3: confirm
    visit = last_visit()
    assert answer.url == f"/field/visits/{visit.pk}/"
    assert visit.findings.count() == 0
    assert Standing.objects.filter(last_visit_at=visit.submitted_at).count() == 3


def test_first_visit_of_a_building_is_a_survey_and_the_next_a_routine(round_: Round) -> None:
    round_.send()
    assert last_visit().kind == Visit.Kind.SURVEY
    round_.send()
    assert last_visit().kind == Visit.Kind.ROUTINE


def test_faults_of_a_home_and_of_the_common_parts_become_hazards(round_: Round) -> None:
    home = round_.homes[0]
    answer = round_.send(
        rows=[("F02", "common"), ("H05", home.pk)], **{"faults-0-note": "大堂两辆", "faults-1-fixed": "on"}
    )
    assert answer.status_code == 302
    common, fixed = Hazard.objects.order_by("item_code")
    assert (common.item_code, common.unit_id, common.state, common.note) == ("F02", None, "open", "大堂两辆")
    assert (fixed.item_code, fixed.unit_id, fixed.state) == ("H05", home.pk, "closed")


def test_check_page_shows_what_will_be_sent_and_records_nothing(round_: Round) -> None:
    page = round_.send("check", rows=[("L06", round_.homes[0].pk)], note="三楼在装修").content.decode()
    assert "违规设立麻将馆" in page
    assert "三楼在装修" in page
    assert not Visit.objects.exists()


def test_check_page_can_be_confirmed_as_it_stands(round_: Round) -> None:
    page = round_.send("check", rows=[("F02", "common")], **{"faults-0-photos": picture()}).content.decode()
    answer = round_.client.post(round_.form_url, hidden_fields(page) | {"do": "submit"})
    assert answer.status_code == 302
    assert Photo.objects.get().finding == Finding.objects.get()


def test_photos_arrive_with_the_form_that_is_sent_at_once(round_: Round) -> None:
    round_.send(rows=[("F02", "common")], **{"faults-0-photos": [picture(), picture()]})
    assert Photo.objects.count() == 1  # the same picture twice is one


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("说明.pdf", b"%PDF-1.7", "application/pdf"),
        SimpleUploadedFile("empty.jpg", b"\xff", "image/jpeg"),
    ],
)
def test_unusable_photo_is_told_at_the_photo_and_keeps_the_rest(
    round_: Round, upload: SimpleUploadedFile
) -> None:
    upload.seek(0)
    answer = round_.send(
        "check", rows=[("F02", "common")], **{"faults-0-note": "大堂两辆", "faults-0-photos": upload}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="大堂两辆"' in page
    assert "fc-error" in page
    assert not Visit.objects.exists()


def test_good_photo_survives_a_wrong_field_elsewhere(round_: Round) -> None:
    answer = round_.send("check", rows=[("F02", "common"), ("", "common")], **{"faults-0-photos": picture()})
    assert answer.status_code == 422
    assert "faults-0-photos-kept" in answer.content.decode()


def test_kept_photo_of_another_person_is_dropped(round_: Round) -> None:
    from fucheng.web.photos import uploads

    foreign = uploads._signer(round_.cast.grid2).sign("0" * 64)
    round_.send(rows=[("F02", "common")], **{"faults-0-photos-kept": foreign})
    assert not Photo.objects.exists()


def test_same_form_sent_twice_gives_the_same_receipt(round_: Round) -> None:
    form = said(do="submit", rows=[("F02", "common")])
    first, second = (round_.client.post(round_.form_url, form) for _ in range(2))
    assert first.url == second.url
    assert Visit.objects.count() == 1


def test_mended_hazard_sent_twice_gives_the_same_receipt(round_: Round) -> None:
    round_.send(rows=[("F02", "common")])
    hazard = Hazard.objects.get()
    form = said(do="submit", **{f"h{hazard.pk}-seen": "mended"})
    first, second = (round_.client.post(round_.form_url, form) for _ in range(2))
    hazard.refresh_from_db()
    assert (hazard.state, first.url == second.url, Visit.objects.count()) == ("closed", True, 2)


def test_same_number_with_other_content_is_offered_as_a_new_visit(round_: Round) -> None:
    form = said(do="submit")
    round_.client.post(round_.form_url, form)
    answer = round_.client.post(round_.form_url, form | {"note": "另外"})
    fresh = hidden_fields(answer.content.decode())
    assert (answer.status_code, fresh["client_id"] != form["client_id"]) == (409, True)
    assert round_.client.post(round_.form_url, fresh | {"do": "submit"}).status_code == 302


def test_hazard_not_looked_at_stays_open(round_: Round) -> None:
    round_.send(rows=[("F02", "common")])
    hazard = Hazard.objects.get()
    round_.send(**{f"h{hazard.pk}-seen": ""})
    hazard.refresh_from_db()
    assert hazard.state == "open"
    assert last_visit().findings.count() == 0


def test_open_hazard_named_again_as_a_new_fault_is_one_finding(round_: Round) -> None:
    round_.send(rows=[("F02", "common")])
    hazard = Hazard.objects.get()
    answer = round_.send(rows=[("F02", "common")], **{f"h{hazard.pk}-seen": "fault"})
    assert answer.status_code == 422
    assert round_.send(rows=[("F02", "common")]).status_code == 302
    assert Hazard.objects.count() == 1


@pytest.mark.parametrize(
    "row",
    [("F02", ""), ("", "common"), ("L06", "common"), ("H01", "home"), ("XX9", "common"), ("F02", "999999")],
)
def test_incomplete_or_misplaced_fault_is_marked_and_nothing_recorded(
    round_: Round, row: tuple[str, str]
) -> None:
    place = round_.homes[0].pk if row[1] == "home" else row[1]
    answer = round_.send(rows=[(row[0], place)])
    assert answer.status_code == 422
    assert "fc-error" in answer.content.decode()
    assert not Visit.objects.exists()


def test_more_rows_without_javascript_keep_what_was_typed(round_: Round) -> None:
    page = round_.send("more", rows=[("F02", "")], note="记得").content.decode()
    assert 'name="faults-3-item"' in page
    assert 'fc-error"><svg' not in page
    assert "记得" in page


def test_home_where_nobody_opened_stays_due(round_: Round) -> None:
    home = round_.homes[1]
    round_.send(**{f"home-{home.pk}": "nobody_home"})
    assert Standing.objects.get(unit=home).last_visit_at is None
    assert last_visit().exceptions.get().unit == home


def test_visit_where_a_delisting_request_waits_is_the_reinspection(round_: Round) -> None:
    home, at = round_.homes[0], timezone.now()
    round_.send(rows=[("L06", home.pk)])
    (change,) = round_.building.units.get(pk=home.pk).grade_changes.all()
    changes.review_change(change_id=change.pk, by=round_.cast.reviewer, at=at, reason="属实")
    changes.approve_change(change_id=change.pk, by=round_.cast.panel, at=at, reason="同意")
    request = delisting.request(unit_id=home.pk, by=round_.cast.landlord, at=at, words="已拆除")
    hazard = Hazard.objects.get()
    round_.client.force_login(factories.person("colleague", Role.GRID_WORKER, round_.cast.fumin))
    round_.send(**{f"h{hazard.pk}-seen": "mended"})
    request.refresh_from_db()
    assert (last_visit().kind, request.state) == (Visit.Kind.REINSPECTION, "inspected")


def test_receipt_names_what_was_recorded_and_the_next_building(round_: Round) -> None:
    following = factories.building(round_.cast.fumin, name="福民新村尾栋")
    factories.units(following, 1)
    answer = round_.client.post(round_.form_url, said(do="submit", rows=[("F02", "common")]), follow=True)
    page = answer.content.decode()
    assert "电动车入楼入户或飞线充电" in page
    assert "福民新村尾栋" in page


def test_building_receipt_and_form_of_another_community_are_not_found(round_: Round) -> None:
    round_.send()
    visit = last_visit()
    round_.client.force_login(round_.cast.grid2)
    for url in (round_.form_url, f"{round_.form_url}clean/", f"/field/visits/{visit.pk}/"):
        assert round_.client.get(url).status_code == 404
    assert round_.client.post(round_.form_url, said(do="submit")).status_code == 404


def test_reviewer_may_not_visit(round_: Round) -> None:
    round_.client.force_login(round_.cast.reviewer)
    assert round_.client.get(round_.form_url).status_code == 403


def test_ended_session_leads_to_sign_in_and_back_to_the_form(round_: Round) -> None:
    round_.client.logout()
    answer = round_.send()
    assert answer.url == f"/sign-in/?next={round_.form_url}"
    round_.client.force_login(round_.cast.grid)
    page = round_.client.get(round_.form_url).content.decode()
    assert f'data-visit="{round_.cast.grid.pk}:{round_.building.pk}"' in page  # the key of the kept draft


def test_unreadable_client_id_is_refused_and_clock_ahead_counts_as_now(round_: Round) -> None:
    assert round_.send(client_id="no-uuid").status_code == 422
    assert round_.send(client_id=str(uuid.uuid4()), started_at="2199-01-01T00:00:00+08:00").status_code == 302
    assert last_visit().started_at <= timezone.now()
