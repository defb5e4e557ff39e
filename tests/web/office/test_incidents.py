"""The office's page of incidents: upload, what became of each file, what counts as what."""

from django.core.files.uploadedfile import SimpleUploadedFile

from grading.models import Incident
from jobs import running
from jobs.models import Job
from tests.web.office.conftest import Office

URL = "/office/incidents/"
HEAD = "来源,编号,类别,发生时间,地点,严重程度,房屋编码,出租人有责\n"


def test_a_file_is_uploaded_read_and_its_bad_rows_told(office: Office) -> None:
    rows = (
        f"消防,H1,火情,2026-05-10 21:30,某处,,{office.homes[0].code},\n"
        "公安,P1,家庭暴力,2026-05-10,密处,,,\n"
        "公安,P2,火灾,2026-05-10,某处,,,\n"
    )
    answer = office.post(URL, file=SimpleUploadedFile("警情.csv", (HEAD + rows).encode()))
    assert answer.url == URL
    running.drain(Job.objects.latest("pk").pk)
    page = office.get(URL).content.decode()
    assert "2 new, 0 known already, 1 bad rows" in page
    assert "Row 4" in page
    assert office.homes[0].address[-6:] in page


def test_a_protected_incident_is_counted_and_never_shown(office: Office) -> None:
    office.post(
        URL, file=SimpleUploadedFile("a.csv", (HEAD + "公安,P1,家庭暴力,2026-05-10,密处,,,\n").encode())
    )
    running.drain(Job.objects.latest("pk").pk)
    assert Incident.objects.get().state == "set_aside"
    page = office.get(URL).content.decode()
    assert "1 protected incident is kept" in page
    assert "密处" not in page


def test_without_a_file_the_page_says_so(office: Office) -> None:
    assert office.post(URL).status_code == 422


def test_a_filter_that_cannot_be_is_none(office: Office) -> None:
    assert office.get(f"{URL}?state=nonsense").status_code == 200
    assert office.get(f"{URL}?state=doubtful").status_code == 200
