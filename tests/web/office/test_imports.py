"""Registry imports from the browser: upload, result, import after a check, taking back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from accounts.models import AuditEvent
from jobs import running
from rentals.models import ImportRun, Unit
from rentals.registry.columns import INDEX
from rentals.registry.template import EXAMPLE
from tests.web.office.conftest import Office, workbook

IMPORTS = "/office/imports/"


def upload(
    office: Office, file: SimpleUploadedFile, mode: str = "check", on_error: str = "skip"
) -> ImportRun:
    answer = office.post(IMPORTS, file=file, mode=mode, on_error=on_error)
    assert answer.status_code == 302
    run = ImportRun.objects.latest("pk")
    assert answer.url == f"{IMPORTS}{run.pk}/"
    return run


def carried_out(run: ImportRun) -> ImportRun:
    assert run.job is not None
    running.drain(run.job.pk)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    ("who", "status"), [("reviewer", 403), ("leader", 403), ("auditor", 403), ("office", 200)]
)
def test_import_page_is_the_offices(office: Office, who: str, status: int) -> None:
    assert office.get(IMPORTS, by=getattr(office.cast, who)).status_code == status


def test_template_is_a_workbook(office: Office) -> None:
    answer = office.get(f"{IMPORTS}template/")
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("name", ["picture.png", "old.xls", "noending"])
def test_upload_of_a_wrong_kind_says_what_to_do(office: Office, name: str) -> None:
    answer = office.post(IMPORTS, file=SimpleUploadedFile(name, b"x"), mode="check", on_error="skip")
    assert answer.status_code == 422
    assert "Save the registry as an Excel workbook" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_upload_without_a_file_or_with_an_empty_one_is_refused(office: Office) -> None:
    assert office.post(IMPORTS, mode="check", on_error="skip").status_code == 422
    empty = SimpleUploadedFile("registry.xlsx", b"")
    assert office.post(IMPORTS, file=empty, mode="check", on_error="skip").status_code == 422


def test_upload_that_is_too_large_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fucheng.flows.registry_import.LARGEST_FILE", 10)
    answer = office.post(IMPORTS, file=workbook({}), mode="check", on_error="skip")
    assert answer.status_code == 422
    assert "60 MB" in answer.content.decode()


def test_broken_workbook_is_refused_with_words(office: Office) -> None:
    run = carried_out(upload(office, SimpleUploadedFile("registry.xlsx", b"not a workbook")))
    answer = office.get(f"{IMPORTS}{run.pk}/")
    (problem,) = answer.context["problems"]
    assert (run.state, problem.row) == ("refused", 0)
    assert "could not be read as a registry" in answer.content.decode()
    assert escape(problem.text()) in answer.content.decode()


def test_dry_run_shows_progress_then_result_and_changes_nothing(office: Office) -> None:
    run = upload(office, workbook({}))
    waiting = office.get(f"{IMPORTS}{run.pk}/", **{"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    assert "<html" not in waiting
    carried_out(run)
    ended = office.get(f"{IMPORTS}{run.pk}/", **{"HX-Request": "true"})
    assert ended["HX-Refresh"] == "true"
    assert "Would be added" in office.get(f"{IMPORTS}{run.pk}/").content.decode()
    assert (run.state, run.added) == ("checked", 1)
    assert not Unit.objects.filter(code=EXAMPLE[0]).exists()


def test_import_now_takes_the_same_file_and_can_be_taken_back(office: Office) -> None:
    run = carried_out(upload(office, workbook({})))
    answer = office.post(f"{IMPORTS}{run.pk}/now/")
    done = carried_out(ImportRun.objects.latest("pk"))
    assert answer.url == f"{IMPORTS}{done.pk}/"
    assert (done.state, done.file, done.dry_run) == ("done", run.file, False)
    unit = Unit.objects.get(code=EXAMPLE[0])
    assert unit.standing.grade is None
    page = office.get(f"{IMPORTS}{done.pk}/?tab=added").content.decode()
    assert EXAMPLE[0] in page
    unit.standing.delete()
    unit.public_token.delete()


def test_import_now_needs_a_checked_run(office: Office) -> None:
    run = upload(office, workbook({}), mode="import")
    assert office.post(f"{IMPORTS}{run.pk}/now/").status_code == 409


def test_undo_restores_what_was_changed(office: Office) -> None:
    carried_out(upload(office, workbook({}), mode="import"))
    run = carried_out(upload(office, workbook({INDEX["area"]: "31.00"}), mode="import"))
    page = office.get(f"{IMPORTS}{run.pk}/?tab=changed").content.decode()
    assert "area in ㎡" in page
    assert "25.5" in page
    assert "31" in page
    assert office.post(f"{IMPORTS}{run.pk}/undo/").url == f"{IMPORTS}{run.pk}/"
    assert str(Unit.objects.get(code=EXAMPLE[0]).area_m2) == "25.50"
    assert office.post(f"{IMPORTS}{run.pk}/undo/").status_code == 409


def test_changed_landlord_is_shown_masked(office: Office) -> None:
    carried_out(upload(office, workbook({}), mode="import"))
    other = {INDEX["owner_name"]: "赵六六", INDEX["owner_id_number"]: "000000198001010035"}
    run = carried_out(upload(office, workbook(other)))
    page = office.get(f"{IMPORTS}{run.pk}/?tab=changed").content.decode()
    assert "张*" in page
    assert "赵六六" not in page


def test_homes_missing_from_the_file_are_listed(office: Office) -> None:
    run = carried_out(upload(office, workbook({})))
    page = office.get(f"{IMPORTS}{run.pk}/?tab=missing").content.decode()
    assert run.missing == 3
    assert office.homes[0].code in page


def test_bad_rows_say_row_column_value_and_what_to_do(office: Office) -> None:
    rows = (
        {},
        {INDEX["code"]: "4.40306E+24"},
        {INDEX["code"]: EXAMPLE[0][:-1] + "2", INDEX["community"]: "无此社区"},
    )
    run = carried_out(upload(office, workbook(*rows)))
    page = office.get(f"{IMPORTS}{run.pk}/").content.decode()
    for text in ("4.40306E+24", "scientific notation", "无此社区", "no community of this name"):
        assert text in page
    answer = office.get(f"{IMPORTS}{run.pk}/errors/")
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert (
        AuditEvent.objects.filter(verb="export", subject="import_run", actor=office.cast.office).count() == 1
    )


def test_all_or_nothing_imports_nothing_when_a_row_is_bad(office: Office) -> None:
    run = carried_out(upload(office, workbook({}, {INDEX["code"]: "x"}), mode="import", on_error="all"))
    assert run.state == "refused"
    assert "you chose all or nothing" in office.get(f"{IMPORTS}{run.pk}/").content.decode()
    assert not Unit.objects.filter(code=EXAMPLE[0]).exists()


def test_error_workbook_of_a_clean_run_is_not_found(office: Office) -> None:
    run = carried_out(upload(office, workbook({INDEX["note"]: ""})))
    assert run.error_file or office.get(f"{IMPORTS}{run.pk}/errors/").status_code == 404


def test_double_click_makes_one_run(office: Office) -> None:
    office.post(IMPORTS, file=workbook({}), mode="check", on_error="skip")
    office.post(IMPORTS, file=workbook({}), mode="check", on_error="skip")
    assert ImportRun.objects.count() == 1


def test_auditor_reads_a_run_but_gets_no_file(office: Office) -> None:
    run = carried_out(upload(office, workbook({})))
    assert office.get(f"{IMPORTS}{run.pk}/", by=office.cast.auditor).status_code == 200
    assert office.get(f"{IMPORTS}{run.pk}/errors/", by=office.cast.auditor).status_code == 403
    assert office.post(f"{IMPORTS}{run.pk}/undo/", by=office.cast.auditor).status_code == 403
    assert office.get(f"{IMPORTS}{run.pk}/", by=office.cast.reviewer).status_code == 403
