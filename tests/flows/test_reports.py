"""What tenants report from the public page: no name, a case number, an answer once."""

import re
from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import hazard_report, public_report
from grading.models import HazardReport, Photo
from grading.services import photos
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON


@pytest.fixture
def home(cast: Cast) -> Unit:
    return factories.units(factories.building(cast.fumin))[0]


def submit(home: Unit, text: str = "楼道堆物", photo: Any = None) -> HazardReport:
    return public_report.submit(token=home.public_token.token, text=text, photo=photo, at=NOON)


def answer(report: HazardReport, by: Any, words: str = "已清走") -> HazardReport:
    return hazard_report.answer(report_id=report.pk, by=by, at=NOON, answer=words)


class TestSubmit:
    def test_a_report_gets_a_case_number_that_reads_without_doubt(self, home: Unit) -> None:
        report = submit(home, "  楼道堆物 ")
        assert re.fullmatch(r"260512-[A-HJ-NP-Z2-9]{5}", report.case_number)
        assert (report.unit, report.text, report.state, report.at) == (home, "楼道堆物", "new", NOON)

    def test_a_photo_is_kept_with_it(self, home: Unit) -> None:
        report = submit(home, photo=factories.picture())
        photo = Photo.objects.get(report=report)
        assert (photo.file, photo.taken_by) == (photos.stored_name(photo.sha256), None)

    def test_very_long_words_are_cut(self, home: Unit) -> None:
        assert len(submit(home, "火" * 2000).text) == 500

    def test_words_are_required_and_a_bad_photo_stops_it(self, home: Unit) -> None:
        with pytest.raises(Invalid):
            submit(home, " ")
        with pytest.raises(photos.UnusablePhoto):
            submit(home, photo=factories.picture("GIF"))
        assert not HazardReport.objects.exists()

    def test_an_unknown_code_reports_nothing(self, home: Unit) -> None:
        with pytest.raises(OutOfScope):
            public_report.submit(token="A" * 22, text="x", photo=None, at=NOON)


class TestAnswer:
    def test_community_staff_answer_it(self, cast: Cast, home: Unit) -> None:
        report = answer(submit(home), cast.reviewer)
        assert (report.state, report.checked_by, report.checked_at, report.answer) == (
            "checked",
            cast.reviewer,
            NOON,
            "已清走",
        )

    def test_only_once(self, cast: Cast, home: Unit) -> None:
        with pytest.raises(Conflict):
            answer(factories.report(home, "checked"), cast.reviewer)

    def test_words_are_required(self, cast: Cast, home: Unit) -> None:
        with pytest.raises(Invalid):
            answer(factories.report(home), cast.reviewer, "  ")

    def test_another_community_does_not_find_it(self, cast: Cast, home: Unit) -> None:
        with pytest.raises(OutOfScope):
            answer(factories.report(home), cast.reviewer2)

    @pytest.mark.parametrize("who", ["grid", "panel", "office", "leader"])
    def test_a_post_without_the_right_is_refused(self, cast: Cast, home: Unit, who: str) -> None:
        with pytest.raises(NotAllowed):
            answer(factories.report(home), getattr(cast, who))

    def test_nothing_remains_when_the_last_step_explodes(self, cast: Cast, home: Unit, monkeypatch) -> None:
        report = factories.report(home)
        monkeypatch.setattr(HazardReport, "save", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            answer(report, cast.reviewer)
        report.refresh_from_db()
        assert (report.state, report.answer) == ("new", "")
