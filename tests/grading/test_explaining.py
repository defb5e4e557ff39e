"""The sum as a person reads it is the sum the rules made."""

import pytest
from django.utils import translation

from grading.facts import Item
from grading.models import Assessment, RuleItem, VisitException
from grading.services import explaining, kept_lines, rule_sets
from grading.services.hazards import Seen
from signage.models import PrintItem
from tests import factories, world
from tests.conftest import Cast
from tests.factories import pay_visit


@pytest.fixture
def home(cast: Cast):
    factories.rules()
    building = factories.building(cast.fumin)
    (unit,) = factories.units(building)
    seen = [Seen(code, unit.pk) for code in ("L01", "L03", "L04", "L05", "Z09", "H05")]
    pay_visit(building, cast.grid, [*seen, Seen("Z09", None), Seen("H01", None)])
    return unit


def explained(home) -> explaining.Explanation:
    return explaining.explain(Assessment.objects.select_related("rule_set").get(unit=home))


def test_full_less_everything_counted_is_the_score(home) -> None:
    told = explained(home)
    assert told.full - sum(d.counted for d in told.dimensions) == told.score == 100 - 5 - 13 - 5
    assert {d.dimension: (d.lost, d.cap) for d in told.dimensions} == {
        "H": (5, 20),
        "L": (13, 20),
        "Z": (5, 25),
    }


@pytest.mark.parametrize(
    ("code", "grade", "words"),
    [("F08", "red", "enough for red"), ("H01", "yellow", "holds it at yellow"), ("L01", "green", "")],
)
def test_it_says_when_something_else_than_the_points_decides(cast: Cast, code, grade, words) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    (unit,) = factories.units(building)
    pay_visit(building, cast.grid, [Seen(code, unit.pk if code != "H01" else None)])
    with translation.override("en"):
        told = explained(unit)
        assert told.grade == grade
        assert words in told.beyond_points
        assert bool(told.beyond_points) == bool(words)


def test_the_same_item_twice_takes_its_points_once(home) -> None:
    assert sorted(line.points for line in explained(home).lines if line.item_code == "Z09") == [0, 5]


def test_a_dimension_counts_at_most_its_cap() -> None:
    assert explaining.DimensionSum("E", 14, 10).counted == 10


def test_each_line_has_its_words_in_the_readers_language(home) -> None:
    line = next(line for line in explained(home).lines if line.item_code == "H01")
    assert (line.effect, line.in_common_parts, line.since.isoformat()) == ("cap", True, "2026-05-12")
    for language, fault in (("zh-hans", "疏散楼梯不足"), ("en", "Too few escape stairs")):
        with translation.override(language):
            assert line.fault == fault
            assert (line.item.text, str(line.item)) == (
                line.item.text_zh if language == "zh-hans" else line.item.text_en,
                f"H01 {fault}",
            )


def test_an_item_that_is_no_more_is_told_by_its_code(home) -> None:
    factories.rules_always_said("H05", code="H99")
    rule_sets._items.cache_clear()
    assert next(line for line in explained(home).lines if line.item_code == "H05").fault == "H05"


def test_explaining_many_costs_no_query_once_the_rules_are_read(home, django_assert_num_queries) -> None:
    row = Assessment.objects.select_related("rule_set").get(unit=home)
    explaining.explain(row)
    with django_assert_num_queries(0):
        for _n in range(50):
            explaining.explain(row)


def test_the_dimension_is_the_letter_of_the_code(home) -> None:
    assert RuleItem.objects.get(code="F02").dimension == Item("F02", "cap", 0).dimension == "F"
    assert kept_lines.from_json([]) == ()


def test_small_rows_speak_of_themselves(cast: Cast, home) -> None:
    built = world.build(cast)
    item = PrintItem.objects.create(run=built.print_run, ordinal=9, unit=built.green)
    away = VisitException.objects.create(visit=built.visit, unit=built.green, why="nobody_home")
    assert [str(row) for row in (built.photo, away, item, built.print_file)] == [
        built.photo.sha256[:12],
        f"{built.green.pk} nobody_home",
        f"{built.print_run.pk}/9",
        f"{built.print_run.pk}/0",
    ]


def test_rows_speak_of_themselves(cast: Cast, home) -> None:
    hazard = home.building.hazards.get(item_code="H01")
    proof = factories.proof(hazard, cast.landlord)
    change = home.grade_changes.get()
    request = factories.delisting_request(home, cast.landlord)
    visit = home.building.visits.get()
    finding = visit.findings.get(item__code="H01")
    told = [str(x) for x in (hazard, hazard.events.first(), proof, change, change.assessment, request)]
    told += [str(x) for x in (home.standing, finding, visit, rule_sets.for_visit(factories.NOON.date()))]
    told += [str(x) for x in (factories.graded(home, "green").grade_periods.get(), factories.report(home))]
    pk = home.pk
    assert told == [
        f"H01 {home.building}", f"{hazard.pk} opened", f"{hazard.pk} sent", f"{pk} - > yellow", f"{pk} yellow 77",
        f"{pk} requested", f"{pk} -", f"{finding.item_id} fault", f"{home.building} 2026-05-12",
        "福城街道出租屋分级标准 1.0", f"{pk} green 2026-05-12", told[-1],
    ]  # fmt: skip
