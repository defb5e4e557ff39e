"""Relapse, refusal and merits as visits bring them about; newer reasons of a change that waits."""

from datetime import timedelta

import pytest
from django.utils import translation

from core.errors import Conflict, Invalid
from fucheng.flows import grade_change, proof
from grading.models import Assessment, Finding, GradeChange, Hazard, Merit, Standing
from grading.services import explaining, kept_lines
from grading.services.changes import OwnInspection
from grading.services.hazards import Seen
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit

NOON = factories.NOON
DAY = timedelta(days=1)
MENDED = Finding.Seen.MENDED
IN_ORDER, GONE = Finding.Seen.IN_ORDER, Finding.Seen.GONE


@pytest.fixture
def building(cast: Cast):
    factories.rules()
    building = factories.building(cast.fumin)
    factories.units(building, 2, owner=factories.landlord())
    return building


@pytest.fixture
def home(building):
    return building.units.order_by("code").first()


def sum_of(home) -> explaining.Explanation:
    return explaining.explain(
        Standing.objects.select_related("assessment__rule_set").get(unit=home).assessment
    )


def come_back(cast: Cast, building, home, times: int) -> None:
    for n in range(times):
        pay_visit(building, cast.grid, [Seen("F02", home.pk, MENDED)], at=NOON + (2 * n + 1) * DAY)
        pay_visit(building, cast.grid, [Seen("F02", home.pk)], at=NOON + (2 * n + 2) * DAY)


@pytest.fixture
def relapsed(cast: Cast, building, home):
    pay_visit(building, cast.grid, [Seen("F02", home.pk)])
    come_back(cast, building, home, 3)
    return Hazard.objects.get(item_code="F02")


def test_the_third_relapse_proposes_red_and_says_why(cast: Cast, home, relapsed) -> None:
    change = GradeChange.objects.open().get(unit=home)
    (line,) = sum_of(home).lines
    assert (change.to_grade, line.effect, line.because) == ("red", "veto", "relapse")
    with translation.override("en"):
        assert line.does == "red: came back too often"


def test_two_relapses_stay_a_cap(cast: Cast, building, home) -> None:
    pay_visit(building, cast.grid, [Seen("F02", home.pk)])
    come_back(cast, building, home, 2)
    assert GradeChange.objects.open().get(unit=home).to_grade == "yellow"


def test_a_relapse_that_makes_red_is_not_closed_on_paper(cast: Cast, relapsed) -> None:
    sent = proof.send(
        hazard_id=relapsed.pk, by=cast.landlord, at=NOON + 7 * DAY, note="已移走", photo_digests=[]
    )
    with pytest.raises(Conflict):
        proof.accept(proof_id=sent.pk, by=cast.reviewer, at=NOON + 7 * DAY)


def test_a_visit_that_finds_it_mended_ends_it(cast: Cast, building, home, relapsed) -> None:
    pay_visit(building, cast.grid, [Seen("F02", home.pk, MENDED)], at=NOON + 8 * DAY)
    assert sum_of(home).grade == "green"


def test_refusing_after_the_deadline_proposes_red(cast: Cast, building, home) -> None:
    pay_visit(building, cast.grid, [Seen("L07", home.pk), Seen("L09", home.pk)])
    assert sum_of(home).grade == "yellow"
    pay_visit(building, cast.grid, [Seen("L09", home.pk)], at=NOON + 30 * DAY)
    told = sum_of(home)
    assert (told.grade, told.lines[0].item_code, told.lines[0].because) == ("red", "L07", "refusal")


def test_every_sum_is_computed_again_from_the_facts_and_its_day(cast: Cast, building, home, relapsed) -> None:
    kept = list(Assessment.objects.order_by("pk").values_list("lines", flat=True))
    assert [kept_lines.to_json(kept_lines.from_json(lines)) for lines in kept] == kept


class TestMerits:
    def test_seen_in_order_opens_no_hazard_and_counts_for_stars_only(
        self, cast: Cast, building, home
    ) -> None:
        pay_visit(building, cast.grid, [Seen("H10", None, IN_ORDER), Seen("L11", home.pk, IN_ORDER)])
        told = sum_of(home)
        assert (Hazard.objects.count(), Merit.objects.count(), told.grade, told.score) == (0, 2, "green", 100)
        assert [(line.item_code, line.points) for line in told.merits] == [("H10", 2), ("L11", 2)]
        assert told.lines == ()

    def test_no_longer_there_ends_it(self, cast: Cast, building, home) -> None:
        pay_visit(building, cast.grid, [Seen("H10", None, IN_ORDER)])
        pay_visit(building, cast.grid, [Seen("H10", None, GONE)], at=NOON + DAY)
        assert (Merit.objects.count(), sum_of(home).merits) == (0, ())

    def test_seen_again_keeps_its_first_day(self, cast: Cast, building, home) -> None:
        for n in range(2):
            pay_visit(building, cast.grid, [Seen("H10", None, IN_ORDER)], at=NOON + n * DAY)
        assert Merit.objects.get().since == NOON.date()

    @pytest.mark.parametrize(
        ("code", "seen"), [("H10", "fault"), ("H10", "mended"), ("H01", "order"), ("H01", "gone")]
    )
    def test_a_merit_is_no_fault_and_a_fault_no_merit(self, cast: Cast, building, code, seen) -> None:
        with pytest.raises(Invalid):
            pay_visit(building, cast.grid, [Seen(code, None, Finding.Seen(seen))])


class TestNewerReasons:
    """A change that waits is read with the newest reasons, and whoever inspected for it never decides."""

    @pytest.fixture
    def second(self, cast: Cast):
        return factories.person("second-grid", cast.grid.posts.get().role, cast.fumin)

    @pytest.fixture
    def waiting(self, cast: Cast, building, home, second) -> GradeChange:
        pay_visit(building, cast.grid, [Seen("F02", home.pk)])
        pay_visit(building, second, [Seen("H03", home.pk)], at=NOON + DAY)
        return GradeChange.objects.open().get(unit=home)

    def test_it_is_the_same_change_with_the_newest_reasons(self, home, second, cast: Cast, waiting) -> None:
        assert GradeChange.objects.filter(unit=home).count() == 1
        assert waiting.assessment == home.standing.assessment
        assert {line["item"] for line in waiting.assessment.lines} == {"F02", "H03"}
        assert (waiting.inspected_by, waiting.earlier_inspectors) == (second, [cast.grid.pk])

    def test_nobody_who_inspected_for_it_decides(self, cast: Cast, second, waiting) -> None:
        for inspector in (cast.grid, second):
            inspector = factories.also(inspector, cast.reviewer)
            with pytest.raises(OwnInspection):
                grade_change.approve(change_id=waiting.pk, by=inspector, at=NOON + 2 * DAY, reason="属实")
            done = grade_change.decide_many(
                verb="approve", change_ids=[waiting.pk], by=inspector, at=NOON + 2 * DAY, reason="属实"
            )
            assert done == []
        grade_change.approve(change_id=waiting.pk, by=cast.reviewer, at=NOON + 2 * DAY, reason="属实")

    def test_a_graver_outcome_frees_nobody(self, cast: Cast, building, home, second, waiting) -> None:
        third = factories.person("third-grid", cast.grid.posts.get().role, cast.fumin)
        pay_visit(building, third, [Seen("L06", home.pk)], at=NOON + 2 * DAY)
        red = GradeChange.objects.open().get(unit=home)
        assert (red.to_grade, red.inspected_by) == ("red", third)
        assert red.earlier_inspectors == sorted([cast.grid.pk, second.pk])

    def test_a_visit_that_finds_nothing_new_bars_nobody_more(
        self, cast: Cast, building, second, waiting
    ) -> None:
        third = factories.person("third-grid", cast.grid.posts.get().role, cast.fumin)
        pay_visit(building, third, at=NOON + 2 * DAY)
        waiting.refresh_from_db()
        assert waiting.inspected_by == second

    def test_with_the_panel_it_stays_there(self, cast: Cast, building, home, second) -> None:
        factories.graded(home, "green")
        pay_visit(building, cast.grid, [Seen("L06", home.pk)])
        change = GradeChange.objects.open().get(unit=home)
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
        pay_visit(building, second, [Seen("Z05", home.pk)], at=NOON + DAY)
        change.refresh_from_db()
        assert change.state == "with_panel"
        assert {line["item"] for line in change.assessment.lines} == {"L06", "Z05"}

    def test_when_the_reviewer_has_inspected_since_it_is_reviewed_anew(
        self, cast: Cast, building, home
    ) -> None:
        factories.graded(home, "green")
        pay_visit(building, cast.grid, [Seen("L06", home.pk)])
        change = GradeChange.objects.open().get(unit=home)
        grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
        both = factories.also(cast.reviewer, cast.grid)
        pay_visit(building, both, [Seen("Z05", home.pk)], at=NOON + DAY)
        fresh = GradeChange.objects.open().get(unit=home)
        assert (fresh.state, fresh.inspected_by) == ("proposed", cast.reviewer)
        assert fresh.earlier_inspectors == [cast.grid.pk]
