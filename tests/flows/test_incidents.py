"""Incidents: a file, one call, a person who confirms; what counts, and what never does."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import incident_import, reassessment
from fucheng.flows.incident_import import report_of
from grading.models import Assessment, GradeChange, Hazard, Incident, IncidentCategory, RuleItem, Standing
from grading.services import matching
from grading.services.hazards import Seen
from grading.services.incidents import Report
from grading.states import IncidentState
from jobs import running
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit

NOON = factories.NOON
DAY = timedelta(days=1)


@pytest.fixture
def homes(cast: Cast):
    factories.rules()
    building = factories.building(cast.fumin, name="一巷5栋")
    units = factories.units(building, 3)
    for n, unit in enumerate(units, 1):
        unit.address = f"广东省深圳市龙华区福城街道福民社区福民新村一巷5栋{n}01房"
        unit.save()
    return units


def told(place: str, category: str = "fire", **more: Any) -> Report:
    given = {"source": "fire", "number": f"X{more.pop('n', 1)}", "happened_at": NOON - DAY} | more
    return Report(category=category, place=place, **given)


def receive(cast: Cast, report: Report) -> Incident:
    return incident_import.receive(report, by=cast.office, at=NOON)[0]


class TestMatching:
    def test_a_code_is_exact(self, cast: Cast, homes) -> None:
        incident = receive(cast, told("福民新村", code=homes[0].code))
        assert (incident.state, incident.unit, incident.confidence) == ("matched", homes[0], 100)
        assert incident.matched_by == "code"

    def test_a_code_in_the_text_is_found_and_of_a_building_means_the_building(
        self, cast: Cast, homes
    ) -> None:
        incident = receive(cast, told(f"编码{homes[0].building.code}楼下"))
        assert (incident.building, incident.unit) == (homes[0].building, None)

    def test_all_parts_of_the_address_are_sure(self, cast: Cast, homes) -> None:
        incident = receive(cast, told("龙华区福城街道福民社区福民新村一巷5栋201房"))
        assert (incident.unit, incident.matched_by) == (homes[1], "parts")

    def test_without_a_room_it_is_the_building(self, cast: Cast, homes) -> None:
        incident = receive(cast, told("深圳市龙华区福城街道福民社区福民新村一巷5栋"))
        assert (incident.building, incident.unit) == (homes[0].building, None)

    @pytest.mark.parametrize(
        "place",
        [
            "福城街道福民社区福民新村二巷5栋201房",
            "福民社区福民新村一巷6栋201房",
            "福城街道福民社区冼屋新村一巷5栋201房",
            "福城街道福民社区福民新村一巷5栋901房",
            "福城街道福民社区福民新村一巷5栋附近",
        ],
    )
    def test_another_lane_or_block_is_never_taken_for_sure(self, cast: Cast, homes, place: str) -> None:
        incident = receive(cast, told(place))
        assert (incident.state, incident.hazard) == ("doubtful", None)
        assert all(c["confidence"] < matching.SURE for c in incident.candidates)
        assert incident.communities == [cast.fumin.pk]

    def test_two_places_that_are_equally_sure_are_a_persons_matter(self, cast: Cast, homes) -> None:
        twin = factories.building(cast.qiankeng, name="一巷5栋")
        (other,) = factories.units(twin, 1)
        other.address, other.room = homes[1].address, "201"
        other.save()
        assert receive(cast, told(homes[1].address)).state == "doubtful"

    def test_a_place_like_none_has_no_candidates(self, cast: Cast, homes) -> None:
        assert receive(cast, told("东莞市虎门镇")).candidates == []


class TestCounting:
    def test_a_fire_in_the_common_parts_proposes_red_for_every_home(self, cast: Cast, homes) -> None:
        incident = receive(cast, told("福城街道福民社区福民新村一巷5栋"))
        assert (incident.hazard.item_code, incident.hazard.happened_on) == ("F07", date(2026, 5, 11))
        assert set(GradeChange.objects.values_list("to_grade", flat=True)) == {"red"}
        assert GradeChange.objects.count() == 3

    def test_settled_by_a_visit_it_is_watched_thirty_days_and_then_proposed_anew(
        self, cast: Cast, homes
    ) -> None:
        receive(cast, told(homes[0].address))
        pay_visit(homes[0].building, cast.grid, [Seen("F07", homes[0].pk, "mended")], at=NOON + DAY)
        factories.graded(homes[0], "red")
        standing = Standing.objects.get(unit=homes[0])
        assert (standing.assessment.grade, standing.reassess_on) == ("red", date(2026, 6, 10))
        reassessment.reassess_ended(at=NOON + 28 * DAY)
        assert Assessment.objects.filter(unit=homes[0]).latest("pk").grade == "red"
        reassessment.reassess_ended(at=NOON + 29 * DAY)
        assert Assessment.objects.filter(unit=homes[0]).latest("pk").grade == "green"

    @pytest.mark.parametrize(("at_fault", "counts"), [(True, True), (False, False)])
    def test_a_police_case_counts_when_the_landlord_is_responsible(
        self, cast: Cast, homes, at_fault: bool, counts: bool
    ) -> None:
        report = told(homes[0].address, "criminal", source="police", is_landlord_at_fault=at_fault)
        assert (receive(cast, report).hazard is not None) is counts

    def test_an_item_of_homes_is_not_opened_for_a_whole_building(self, cast: Cast, homes) -> None:
        incident = receive(cast, told("福城街道福民社区福民新村一巷5栋", "vice"))
        assert (incident.state, incident.hazard) == ("matched", None)

    def test_a_second_fire_renews_the_watch_of_the_same_hazard(self, cast: Cast, homes) -> None:
        receive(cast, told(homes[0].address, n=1, happened_at=NOON - 9 * DAY))
        receive(cast, told(homes[0].address, n=2, happened_at=NOON - 2 * DAY))
        hazard = Hazard.objects.get()
        assert hazard.happened_on == date(2026, 5, 10)
        assert list(hazard.events.values_list("what", flat=True)) == ["opened", "seen_again"]

    def test_a_fire_after_a_settled_one_is_a_relapse(self, cast: Cast, homes) -> None:
        receive(cast, told(homes[0].address, n=1))
        pay_visit(homes[0].building, cast.grid, [Seen("F07", homes[0].pk, "mended")], at=NOON)
        receive(cast, told(homes[0].address, n=2))
        assert (Hazard.objects.get().relapses, Hazard.objects.get().state) == (1, "open")

    def test_sent_twice_it_is_one(self, cast: Cast, homes) -> None:
        outcome = [
            incident_import.receive(told(homes[0].address), by=cast.office, at=NOON)[1] for _n in range(2)
        ]
        assert outcome == [True, False]
        assert Hazard.objects.get().events.count() == 1


PROTECTED = ("domestic", "victim", "help")


class TestProtected:
    """Whoever calls for help must not lose the home by it."""

    @pytest.mark.parametrize("category", PROTECTED)
    def test_it_is_kept_tied_to_no_home_and_lowers_no_grade(self, cast: Cast, homes, category: str) -> None:
        pay_visit(homes[0].building, cast.grid)
        before = list(Assessment.objects.values_list("unit", "grade", "score"))
        report = told(
            homes[0].address, category, source="police", code=homes[0].code, is_landlord_at_fault=True
        )
        incident = receive(cast, report)
        assert (incident.state, incident.building, incident.hazard) == ("set_aside", None, None)
        pay_visit(homes[0].building, cast.grid, at=NOON + DAY)
        assert list(Assessment.objects.values_list("unit", "grade", "score")) == before
        assert not Hazard.objects.exists()

    def test_nobody_sees_it_in_a_list_and_nobody_can_match_it(self, cast: Cast, homes) -> None:
        incident = receive(cast, told(homes[0].address, "domestic"))
        for person in (cast.office, cast.reviewer, cast.leader, cast.auditor, cast.landlord):
            assert not Incident.objects.visible_to(person).exists()
        with pytest.raises(OutOfScope):
            incident_import.confirm(
                incident_id=incident.pk,
                building_id=homes[0].building_id,
                unit_id=None,
                by=cast.office,
                at=NOON,
            )

    def test_the_database_ties_none_to_a_home_whatever_is_written(self, cast: Cast, homes) -> None:
        incident = receive(cast, told(homes[0].address, "domestic"))
        for wrong in (
            {"is_protected": False, "building": homes[0].building},
            {"state": "matched", "matched_by": "code", "building": homes[0].building},
            {"communities": [cast.fumin.pk]},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Incident.objects.filter(pk=incident.pk).update(**wrong)

    def test_a_matched_incident_cannot_become_protected_and_keep_its_home(self, cast: Cast, homes) -> None:
        incident = receive(cast, told(homes[0].address))
        with pytest.raises(IntegrityError), transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(category="domestic")

    @pytest.mark.parametrize("category", PROTECTED)
    def test_a_category_stays_protected(self, cast: Cast, homes, category: str) -> None:
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            IncidentCategory.objects.filter(pk=category).update(is_protected=False)
        with pytest.raises(IntegrityError), transaction.atomic():
            IncidentCategory.objects.filter(pk=category).update(item_code="F08")


class TestPerson:
    @pytest.fixture
    def doubtful(self, cast: Cast, homes) -> Incident:
        return receive(cast, told("福民社区福民新村一巷6栋201房"))

    def test_who_confirms_stands_behind_the_change(self, cast: Cast, homes, doubtful) -> None:
        done = incident_import.confirm(
            incident_id=doubtful.pk,
            building_id=homes[1].building_id,
            unit_id=homes[1].pk,
            by=cast.reviewer,
            at=NOON,
        )
        assert (done.state, done.matched_by, done.hazard.unit) == ("matched", "person", homes[1])
        assert GradeChange.objects.open().get(unit=homes[1]).inspected_by == cast.reviewer

    def test_none_of_these_is_an_answer_and_the_last_word(self, cast: Cast, homes, doubtful) -> None:
        done = incident_import.put_aside(incident_id=doubtful.pk, by=cast.reviewer, at=NOON)
        assert (done.state, done.checked_by) == ("nowhere", cast.reviewer)
        with pytest.raises(Conflict):
            incident_import.put_aside(incident_id=doubtful.pk, by=cast.office, at=NOON)

    @pytest.mark.parametrize(
        ("who", "error"), [("grid", NotAllowed), ("reviewer2", OutOfScope), ("landlord", OutOfScope)]
    )
    def test_only_community_and_office_confirm(self, cast: Cast, homes, doubtful, who: str, error) -> None:
        with pytest.raises(error):
            incident_import.put_aside(incident_id=doubtful.pk, by=getattr(cast, who), at=NOON)
        with pytest.raises(error):
            incident_import.confirm(
                incident_id=doubtful.pk,
                building_id=homes[0].building_id,
                unit_id=None,
                by=getattr(cast, who),
                at=NOON,
            )

    @pytest.mark.parametrize("state", [s for s in IncidentState if s != IncidentState.DOUBTFUL])
    def test_only_a_doubtful_one_can_be_confirmed(self, cast: Cast, homes, state: IncidentState) -> None:
        incident = receive(cast, told(homes[0].address))
        if state == IncidentState.SET_ASIDE:
            return
        if state == IncidentState.NOWHERE:
            incident = receive(cast, told("福民社区福民新村一巷6栋201房", n=2))
            incident_import.put_aside(incident_id=incident.pk, by=cast.office, at=NOON)
        with pytest.raises(Conflict):
            incident_import.confirm(
                incident_id=incident.pk,
                building_id=homes[0].building_id,
                unit_id=None,
                by=cast.office,
                at=NOON,
            )


HEAD = "来源,编号,类别,发生时间,地点,严重程度,房屋编码,出租人有责\n"


def imported(cast: Cast, text: str) -> dict[str, Any]:
    file = SimpleUploadedFile("警情.csv", text.encode())
    return running.drain(incident_import.upload(file=file, by=cast.office, at=NOON).pk).result


class TestFile:
    def test_good_rows_are_kept_and_bad_ones_told_with_their_row(self, cast: Cast, homes) -> None:
        rows = [
            f"消防,H1,火情,2026-05-10 21:30,{homes[0].address},较重,,",
            f"公安,P1,家庭暴力,2026/5/10 08:00,{homes[0].address},一般,,是".replace(
                "2026/5/10", "2026/05/10"
            ),
            "公安,P2,打架,2026-05-10,某处,,,",
            "公安,,火情,2026-05-10,某处,,,",
            "公安,P4,火情,昨天,某处,,,",
            "公安,P5,火情,2999-01-01,某处,,,",
            f"消防,H1,火情,2026-05-10 21:30,{homes[0].address},较重,,",
        ]
        result = imported(cast, HEAD + "\n".join(rows) + "\n")
        assert (result["new"], result["known"], result["bad"]) == (2, 1, 4)
        assert [problem["row"] for problem in result["problems"]] == [4, 5, 6, 7]
        assert Incident.objects.get(number="H1").severity == "serious"
        assert Hazard.objects.get().unit == homes[0]

    def test_a_file_that_is_none_fails_with_words(self, cast: Cast, homes) -> None:
        job = incident_import.upload(file=SimpleUploadedFile("a.xlsx", b"PK no"), by=cast.office, at=NOON)
        assert running.drain(job.pk).state == "failed"
        with pytest.raises(Invalid):
            incident_import.upload(file=SimpleUploadedFile("a.xlsx", b""), by=cast.office, at=NOON)

    @pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "leader", "auditor", "landlord"])
    def test_only_the_office_imports(self, cast: Cast, homes, who: str) -> None:
        with pytest.raises(NotAllowed):
            incident_import.upload(file=SimpleUploadedFile("a.csv", b"x"), by=getattr(cast, who), at=NOON)

    def test_an_unknown_category_of_a_machine_is_refused(self, cast: Cast, homes) -> None:
        with pytest.raises(Invalid):
            receive(cast, told("某处", "nonsense"))

    def test_words_of_a_row_become_a_report(self, cast: Cast, homes) -> None:
        row = {
            "source": " 公安 ",
            "number": "P1",
            "category": "criminal",
            "happened_at": "2026-05-10",
            "place": "某处",
        }
        report = report_of(row | {"fault": "是", "severity": "严重"})
        assert (report.category, report.severity, report.is_landlord_at_fault) == ("criminal", "grave", True)


def test_every_category_that_counts_names_an_item_of_the_rules(cast: Cast) -> None:
    factories.rules()
    named = set(IncidentCategory.objects.exclude(item_code="").values_list("item_code", flat=True))
    assert named == set(RuleItem.objects.filter(code__in=named, effect="veto").values_list("code", flat=True))
    assert named == {"F07", "F08", "F09"}
