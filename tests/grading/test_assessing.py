"""Facts become assessments and proposals: for every home it concerns, once, and the same one by one or in bulk."""

from datetime import date, timedelta

import pytest

from core.errors import Conflict, NotAllowed
from fucheng.flows import bulk_assessment
from grading.facts import Grade
from grading.models import Assessment, GradeChange, RuleSet, Standing
from grading.services import assessing, kept_lines, rule_sets, standings
from grading.services.hazards import Seen
from jobs import running
from jobs.models import Job
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit

NOON = factories.NOON
DAY = timedelta(days=1)


@pytest.fixture
def building(cast: Cast):
    factories.rules()
    building = factories.building(cast.fumin)
    factories.units(building, 3)
    return building


def open_changes() -> dict[str, str]:
    return {c.unit.room: f"{c.from_grade} > {c.to_grade}" for c in GradeChange.objects.open()}


def test_a_fault_of_the_common_parts_counts_for_every_home(cast: Cast, building) -> None:
    receipt = pay_visit(building, cast.grid, [Seen("H01", None)])
    assert len(receipt.proposed) == 3
    assert set(Assessment.objects.values_list("grade", "score")) == {("yellow", 100)}
    assert all(row.lines[0]["common"] for row in Assessment.objects.all())


def test_a_fault_of_one_home_counts_for_that_home_alone(cast: Cast, building) -> None:
    first, *_rest = building.units.order_by("code")
    pay_visit(building, cast.grid, [Seen("F02", first.pk), Seen("H05", first.pk)])
    assert open_changes() == {"101": "None > yellow", "201": "None > green", "301": "None > green"}
    assert Assessment.objects.get(unit=first).score == 95


def test_an_identical_outcome_keeps_no_new_row_and_proposes_nothing_new(cast: Cast, building) -> None:
    pay_visit(building, cast.grid, [Seen("H01", None)])
    before = set(GradeChange.objects.values_list("pk", flat=True))
    receipt = pay_visit(building, cast.grid, [Seen("H01", None)], at=NOON + DAY)
    assert receipt.proposed == ()
    assert (Assessment.objects.count(), set(GradeChange.objects.values_list("pk", flat=True))) == (3, before)


def test_same_grade_for_other_reasons_is_a_new_assessment(cast: Cast, building) -> None:
    pay_visit(building, cast.grid, [Seen("H01", None)])
    pay_visit(building, cast.grid, [Seen("H02", None)], at=NOON + DAY)
    assert Assessment.objects.count() == 6
    assert GradeChange.objects.count() == 3


def test_newer_facts_replace_a_proposal(cast: Cast, building) -> None:
    first = building.units.order_by("code").first()
    pay_visit(building, cast.grid, [Seen("F02", first.pk)])
    pay_visit(building, cast.grid, [Seen("L06", first.pk)], at=NOON + DAY)
    states = GradeChange.objects.filter(unit=first).order_by("pk").values_list("to_grade", "state")
    assert list(states) == [("yellow", "superseded"), ("red", "proposed")]


def test_a_proposal_decays_when_the_fault_is_gone_before_the_decision(cast: Cast, building) -> None:
    first = building.units.order_by("code").first()
    for unit in building.units.all():
        factories.graded(unit, "green")
    pay_visit(building, cast.grid, [Seen("L06", first.pk)])
    receipt = pay_visit(building, cast.grid, [Seen("L06", first.pk, "mended")], at=NOON + DAY)
    assert receipt.proposed == ()
    assert GradeChange.objects.get(unit=first, to_grade="red").state == "superseded"
    assert not GradeChange.objects.open().exists()


def test_a_home_that_left_the_register_is_not_assessed(cast: Cast, building) -> None:
    Unit.objects.filter(room="201").update(left_on=NOON.date())
    assert len(pay_visit(building, cast.grid).proposed) == 2


def test_the_next_visit_waits_for_the_decision_to_follow_the_new_grade(cast: Cast, building) -> None:
    first = building.units.order_by("code").first()
    factories.graded(first, "green")
    pay_visit(building, cast.grid, [Seen("H05", first.pk), Seen("H04", first.pk)])
    assert Standing.objects.get(unit=first).next_visit_on == date(2026, 5, 12) + timedelta(days=21)


def test_before_the_rules_day_a_visit_opens_hazards_and_grades_nobody(cast: Cast) -> None:
    factories.rules(effective_on=date(2026, 5, 13))
    building = factories.building(cast.fumin)
    factories.units(building, 2)
    receipt = pay_visit(building, cast.grid, [Seen("H01", None)])
    assert (receipt.is_new, receipt.proposed, building.hazards.count()) == (True, (), 1)
    assert not Assessment.objects.exists()
    pay_visit(building, cast.grid, at=NOON + DAY)
    assert set(open_changes().values()) == {"None > yellow"}


def test_before_the_rules_day_no_bulk_assessment_is_taken(cast: Cast) -> None:
    factories.rules(effective_on=date(2026, 5, 13))
    with pytest.raises(Conflict, match="2026-05-13"):
        bulk_assessment.ask(by=cast.office, at=NOON)
    assert not Job.objects.exists()


def test_without_rules_a_visit_is_refused(cast: Cast) -> None:
    building = factories.building(cast.fumin)
    with pytest.raises(Conflict):
        pay_visit(building, cast.grid)


def bulk(cast: Cast) -> Job:
    return running.drain(bulk_assessment.ask(by=cast.office, at=NOON).pk)


def test_the_bulk_outcome_is_that_of_single_visits(cast: Cast, building, monkeypatch) -> None:
    monkeypatch.setattr(bulk_assessment, "CHUNK", 2)
    first = building.units.order_by("code").first()
    other = factories.building(cast.qiankeng)
    factories.units(other, 2)
    pay_visit(building, cast.grid, [Seen("H01", None), Seen("Z08", first.pk)])
    pay_visit(other, cast.grid2, [Seen("E01", None)])
    fields = ("unit", "grade", "score", "lines")
    single = list(Assessment.objects.order_by("unit").values_list(*fields))
    Standing.objects.update(assessment=None)
    GradeChange.objects.open().update(state="superseded")

    job = bulk(cast)

    assert (job.state, job.total, job.chunks.count(), job.result) == ("done", 5, 2, {"proposed": 5})
    rows = Assessment.objects.filter(job=job).order_by("unit").values_list(*fields)
    assert list(rows) == single
    assert GradeChange.objects.open().filter(inspected_by=None).count() == 5


def test_a_bulk_assessment_again_changes_nothing(cast: Cast, building) -> None:
    bulk(cast)
    assert bulk(cast).result == {"proposed": 0}
    assert Assessment.objects.count() == GradeChange.objects.count() == 3


def test_a_second_click_while_it_runs_gives_the_same_job(cast: Cast, building) -> None:
    assert bulk_assessment.ask(by=cast.office, at=NOON) == bulk_assessment.ask(by=cast.office, at=NOON)


@pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "leader", "auditor", "landlord"])
def test_only_the_office_assesses_in_bulk(cast: Cast, building, who: str) -> None:
    with pytest.raises(NotAllowed):
        bulk_assessment.ask(by=getattr(cast, who), at=NOON)


def test_more_than_a_hundred_buildings_are_read_by_their_range(cast: Cast) -> None:
    rule_set = factories.rules()
    homes = [factories.units(factories.building(cast.fumin))[0] for _n in range(101)]
    factories.hazard("L06", homes[50])
    judged = assessing.judge(Standing.objects.all(), rule_sets.book(rule_set), NOON.date())
    assert [j.unit_id for j in judged if j.verdict.grade is Grade.RED] == [homes[50].pk]
    assert assessing.judge(Standing.objects.none(), rule_sets.book(rule_set), NOON.date()) == []


def test_lines_survive_their_way_through_json(cast: Cast, building) -> None:
    pay_visit(building, cast.grid, [Seen("H01", None), Seen("E01", None)])
    kept = Assessment.objects.first().lines
    assert kept_lines.to_json(kept_lines.from_json(kept)) == kept


class TestRuleSets:
    def test_published_twice_is_one_version_with_52_items(self, cast: Cast) -> None:
        assert factories.rules() == factories.rules(effective_on=date(2030, 1, 1))
        assert RuleSet.objects.get().items.count() == 52

    def test_a_visit_is_bound_to_the_newest_version_of_its_day(self, cast: Cast) -> None:
        first = factories.rules()
        second = RuleSet.objects.get(pk=first.pk)
        second.pk, second.version, second.effective_on = None, "2.0", date(2026, 6, 1)
        second.save()
        assert rule_sets.for_visit(date(2026, 5, 31)) == first
        assert rule_sets.for_visit(date(2026, 6, 1)) == second
        assert rule_sets.for_visit(date(2025, 1, 1)) == first

    def test_a_draft_is_read_anew_each_time_and_binds_nobody(self, cast: Cast) -> None:
        rule_set = RuleSet.objects.create(
            version="2.0", effective_on=NOON.date(), green_from=70, dimension_caps={}, interval_days={},
            interval_days_capped=7,
        )  # fmt: skip
        assert rule_sets.book(rule_set).green_from == 70
        RuleSet.objects.update(green_from=75)
        assert rule_sets.book(rule_set).green_from == 75
        with pytest.raises(Conflict):
            rule_sets.for_visit(NOON.date())


def test_homes_without_a_standing_get_one(cast: Cast, building) -> None:
    Standing.objects.filter(unit__room="201").delete()
    assert (standings.open_standings(), standings.open_standings()) == (1, 0)
    assert Standing.objects.not_graded().count() == 3
