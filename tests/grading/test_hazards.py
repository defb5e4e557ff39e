"""A fault at a place: found, found again, come back, mended; its deadline; what hangs on the building."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from grading.models import Finding, Hazard, RuleItem
from grading.querysets import HazardQuerySet
from grading.services import hazards
from grading.services.hazards import Seen
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit

NOON = factories.NOON
DAY = timedelta(days=1)
FIXED, MENDED = Finding.Seen.FIXED_ON_SPOT, Finding.Seen.MENDED


@pytest.fixture
def building(cast: Cast):
    factories.rules()
    building = factories.building(cast.fumin)
    factories.units(building, 2)
    return building


@pytest.fixture
def home(building):
    return building.units.order_by("code").first()


def only() -> Hazard:
    return Hazard.objects.get()


def story(hazard: Hazard) -> list[str]:
    return list(hazard.events.values_list("what", flat=True))


def test_a_fault_opens_a_hazard_with_its_deadline_and_who_saw_it(cast: Cast, building, home) -> None:
    receipt = pay_visit(building, cast.grid, [Seen("H05", home.pk, note="客厅烟感无电池")])
    hazard = only()
    assert (hazard.state, hazard.opened_at, hazard.relapses) == ("open", NOON, 0)
    assert (hazard.due_on, hazard.note) == (date(2026, 5, 21), "客厅烟感无电池")
    event = hazard.events.get()
    assert (event.what, event.by, event.visit) == ("opened", cast.grid, receipt.visit)
    assert Finding.objects.get().hazard == hazard


def test_a_fault_seen_again_stays_one_hazard_with_its_first_deadline(cast: Cast, building, home) -> None:
    pay_visit(building, cast.grid, [Seen("H05", home.pk)])
    pay_visit(building, cast.grid, [Seen("H05", home.pk)], at=NOON + DAY)
    assert (only().opened_at, only().due_on) == (NOON, date(2026, 5, 21))
    assert story(only()) == ["opened", "seen_again"]


def test_a_fault_found_mended_closes_its_hazard(cast: Cast, building, home) -> None:
    pay_visit(building, cast.grid, [Seen("H05", home.pk)])
    pay_visit(building, cast.grid, [Seen("H05", home.pk, MENDED)], at=NOON + DAY)
    assert (only().state, only().closed_at) == ("closed", NOON + DAY)
    assert story(only()) == ["opened", "closed"]


def test_a_relapse_opens_the_same_row_again_and_counts(cast: Cast, building, home) -> None:
    for n, seen in enumerate(["fault", MENDED, "fault", MENDED, "fault"]):
        pay_visit(building, cast.grid, [Seen("F02", home.pk, seen)], at=NOON + n * DAY)
    hazard = only()
    assert (hazard.state, hazard.relapses, hazard.closed_at) == ("open", 2, None)
    assert (hazard.opened_at, hazard.due_on) == (NOON + 4 * DAY, (NOON + 4 * DAY).date())
    assert story(hazard) == ["opened", "closed", "relapsed", "closed", "relapsed"]


def test_fixed_on_the_spot_is_recorded_and_counts_for_nobody(cast: Cast, building, home) -> None:
    pay_visit(building, cast.grid, [Seen("H05", home.pk, FIXED)])
    assert (only().state, story(only())) == ("closed", ["opened", "fixed_on_spot"])
    assert home.assessments.get().score == 100


def test_an_open_fault_fixed_on_the_spot_later_is_closed(cast: Cast, building, home) -> None:
    pay_visit(building, cast.grid, [Seen("H05", home.pk)])
    pay_visit(building, cast.grid, [Seen("H05", home.pk, FIXED)], at=NOON + DAY)
    assert story(only()) == ["opened", "fixed_on_spot"]


def test_a_relapse_fixed_on_the_spot_counts_and_is_closed(cast: Cast, building, home) -> None:
    for n, seen in enumerate(["fault", MENDED, FIXED]):
        pay_visit(building, cast.grid, [Seen("H05", home.pk, seen)], at=NOON + n * DAY)
    assert (only().state, only().relapses) == ("closed", 1)
    assert story(only()) == ["opened", "closed", "relapsed", "fixed_on_spot"]


@pytest.mark.parametrize("before", [[], ["fault", MENDED]])
def test_found_mended_without_an_open_fault_changes_nothing(cast: Cast, building, home, before) -> None:
    for n, seen in enumerate(before):
        pay_visit(building, cast.grid, [Seen("H05", home.pk, seen)], at=NOON + n * DAY)
    told = [story(h) for h in Hazard.objects.all()]
    pay_visit(building, cast.grid, [Seen("H05", home.pk, MENDED)], at=NOON + 5 * DAY)
    assert [story(h) for h in Hazard.objects.all()] == told
    assert Finding.objects.count() == len(before) + 1


def test_the_same_item_at_two_places_is_two_hazards(cast: Cast, building, home) -> None:
    other = building.units.order_by("code").last()
    pay_visit(building, cast.grid, [Seen("F02", home.pk), Seen("F02", other.pk), Seen("F02", None)])
    assert Hazard.objects.count() == 3


class TestListing:
    """隐患挂牌公示: grave faults of the common parts only."""

    @pytest.mark.parametrize(
        ("code", "common", "seen", "listed"),
        [
            ("H01", True, "fault", True),
            ("Z01", True, "fault", True),
            ("E01", True, "fault", False),
            ("H01", True, FIXED, False),
            ("F02", True, "fault", True),
            ("F02", False, "fault", False),
        ],
    )
    def test_only_grave_open_faults_of_common_parts_are_posted(
        self, cast: Cast, building, home, code, common, seen, listed
    ) -> None:
        pay_visit(building, cast.grid, [Seen(code, None if common else home.pk, seen)])
        assert only().listed_at == (NOON if listed else None)

    def test_a_relapse_keeps_the_day_of_its_first_listing(self, cast: Cast, building) -> None:
        for n, seen in enumerate(["fault", MENDED, "fault"]):
            pay_visit(building, cast.grid, [Seen("H01", None, seen)], at=NOON + n * DAY)
        assert only().listed_at == NOON

    def test_first_fixed_on_the_spot_then_back_is_listed_then(self, cast: Cast, building) -> None:
        for n, seen in enumerate([FIXED, "fault"]):
            pay_visit(building, cast.grid, [Seen("H01", None, seen)], at=NOON + n * DAY)
        assert only().listed_at == NOON + DAY


class TestDueOn:
    @pytest.mark.parametrize(
        ("code", "day", "due"),
        [
            ("H05", date(2026, 5, 12), date(2026, 5, 21)),  # seven working days over one weekend
            ("Z07", date(2026, 9, 29), date(2026, 10, 9)),  # 30 Sep, 8 and 9 Oct: National Day is 1 to 7
            ("Z07", date(2026, 2, 13), date(2026, 2, 25)),  # Spring Festival: 14 Feb and 24 Feb are worked
            ("F02", date(2026, 10, 1), date(2026, 10, 1)),  # at once, holiday or not
            ("L06", date(2026, 10, 1), date(2026, 10, 1)),  # stop letting: that very day
            ("F07", date(2026, 5, 12), None),  # a fire has no deadline
        ],
    )
    def test_deadlines_are_counted_in_chinese_working_days(self, cast: Cast, code, day, due) -> None:
        factories.rules()
        assert hazards.due_on(RuleItem.objects.get(code=code), day) == due

    def test_the_day_is_that_of_shenzhen(self, cast: Cast, building, home) -> None:
        late = datetime(2026, 5, 12, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # still the 11th in UTC
        pay_visit(building, cast.grid, [Seen("F02", home.pk)], at=late)
        assert only().due_on == date(2026, 5, 12)


class TestQueries:
    @pytest.fixture
    def rows(self, cast: Cast, building, home) -> HazardQuerySet[Hazard]:
        factories.hazard("H05", home, due_on=date(2026, 5, 10))
        factories.hazard("E01", building=building, due_on=date(2026, 5, 12))
        factories.hazard("H03", building.units.last(), due_on=date(2026, 5, 1), state="closed")
        return Hazard.objects.all()

    def test_overdue_is_open_and_past_its_day(self, rows) -> None:
        assert [h.item_code for h in rows.overdue_on(date(2026, 5, 12))] == ["H05"]

    def test_a_home_counts_its_own_and_the_common_parts(self, rows, home) -> None:
        counting = rows.counting_for(home.pk, home.building_id).order_by("item_code")
        assert [h.item_code for h in counting] == ["E01", "H05"]

    def test_closed_is_not_open(self, rows) -> None:
        assert rows.open().count() == 2
