"""A visit from the phone: once for each number, of this building, bound to the rules of its day."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.roles import Role
from core.errors import Invalid, NotAllowed, OutOfScope
from fucheng.flows import visit
from grading.models import Assessment, Finding, Hazard, Photo, RuleSet, Standing, Visit, VisitException
from grading.services import delisting, photos
from grading.services.hazards import Seen
from grading.services.visits import SentDifferently
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Exploded, Place

NOON = factories.NOON
DAY = timedelta(days=1)
NUMBER = uuid.UUID("5d3c1a52-6a0e-4f0e-9a55-f0c4e6f4a2b1")


def last_visit(unit) -> datetime | None:
    return Standing.objects.get(unit=unit).last_visit_at


class TestOnce:
    def test_the_same_visit_again_is_the_same_receipt(self, cast: Cast, place: Place) -> None:
        seen = [Seen("F02", place.home.pk), Seen("H01", None)]
        first = pay_visit(place.building, cast.grid, seen, client_id=NUMBER)
        again = pay_visit(place.building, cast.grid, seen[::-1], client_id=NUMBER, at=NOON + DAY)
        assert (first.is_new, again.is_new, again.visit) == (True, False, first.visit)
        assert (Visit.objects.count(), Finding.objects.count()) == (1, 2)
        assert last_visit(place.home) == NOON

    @pytest.mark.parametrize(
        "other",
        [{"note": "另一份"}, {"seen": []}, {"seen": [Seen("H01", None, note="三楼")]}, {"not_seen": True}],
    )
    def test_the_same_number_with_other_content_is_refused(
        self, cast: Cast, place: Place, other: Any
    ) -> None:
        pay_visit(place.building, cast.grid, [Seen("H01", None)], client_id=NUMBER)
        content = {"seen": [Seen("H01", None)]} | other
        if "not_seen" in other:
            content["not_seen"] = {place.home.pk: "refused"}
        with pytest.raises(SentDifferently):
            pay_visit(place.building, cast.grid, client_id=NUMBER, **content)
        assert Visit.objects.get().note == ""

    def test_the_same_number_of_someone_else_is_refused(self, cast: Cast, place: Place) -> None:
        pay_visit(place.building, cast.grid, client_id=NUMBER)
        other = factories.person("grid-3", Role.GRID_WORKER, cast.fumin)
        with pytest.raises(SentDifferently):
            pay_visit(place.building, other, client_id=NUMBER)


class TestPlaces:
    def test_a_home_of_another_building_is_refused(self, cast: Cast, place: Place) -> None:
        (far,) = factories.units(factories.building(cast.fumin))
        for content in ({"seen": [Seen("F02", far.pk)]}, {"not_seen": {far.pk: "nobody_home"}}):
            with pytest.raises(Invalid):
                pay_visit(place.building, cast.grid, **content)
        assert not Visit.objects.exists()

    @pytest.mark.parametrize(("code", "common"), [("H01", False), ("H03", True), ("X99", True)])
    def test_an_item_where_it_cannot_be_is_refused_by_name(
        self, cast: Cast, place: Place, code: str, common: bool
    ) -> None:
        with pytest.raises(Invalid, match=code):
            pay_visit(place.building, cast.grid, [Seen(code, None if common else place.home.pk)])

    def test_the_same_fault_twice_at_one_place_is_refused(self, cast: Cast, place: Place) -> None:
        with pytest.raises(Invalid):
            pay_visit(place.building, cast.grid, [Seen("H01", None), Seen("H01", None, note="again")])

    def test_another_community_does_not_find_the_building(self, cast: Cast, place: Place) -> None:
        with pytest.raises(OutOfScope):
            pay_visit(place.building, cast.grid2)

    @pytest.mark.parametrize("who", ["reviewer", "panel", "office", "leader", "auditor"])
    def test_a_post_without_the_right_is_refused(self, cast: Cast, place: Place, who: str) -> None:
        with pytest.raises(NotAllowed):
            pay_visit(place.building, getattr(cast, who))

    def test_a_landlord_finds_no_building(self, cast: Cast, place: Place) -> None:
        with pytest.raises(OutOfScope):
            pay_visit(place.building, cast.landlord)


class TestWhatRemains:
    def test_homes_seen_have_a_new_last_visit_the_others_keep_theirs(self, cast: Cast, place: Place) -> None:
        away, refused, seen = place.homes
        pay_visit(place.building, cast.grid)
        not_seen = {away.pk: "nobody_home", refused.pk: "refused"}
        pay_visit(place.building, cast.grid, at=NOON + DAY, not_seen=not_seen)
        assert [last_visit(u) for u in (away, refused, seen)] == [NOON, NOON, NOON + DAY]
        assert dict(VisitException.objects.values_list("unit", "why")) == not_seen

    def test_a_home_that_nobody_ever_opened_stays_not_visited(self, cast: Cast, place: Place) -> None:
        pay_visit(place.building, cast.grid, not_seen={place.home.pk: "nobody_home"})
        standing = Standing.objects.get(unit=place.home)
        assert (standing.last_visit_at, standing.next_visit_on) == (None, None)

    def test_photos_belong_to_their_finding(self, cast: Cast, place: Place) -> None:
        one, two = (photos.store(factories.picture(colour=c)) for c in ("red", "blue"))
        pay_visit(
            place.building, cast.grid, [Seen("H01", None), Seen("F02", place.home.pk, photos=(one, two))]
        )
        kept = Photo.objects.filter(finding__item__code="F02", taken_by=cast.grid)
        assert set(kept.values_list("sha256", flat=True)) == {one, two}
        assert Photo.objects.count() == 2

    def test_nothing_remains_when_the_last_step_explodes(
        self, cast: Cast, place: Place, explodes: Any
    ) -> None:
        explodes(delisting, "is_asked_for_in")
        with pytest.raises(Exploded):
            pay_visit(place.building, cast.grid, [Seen("F02", place.home.pk)])
        rows = (Visit, Finding, Hazard, Assessment)
        assert [model.objects.count() for model in rows] == [0, 0, 0, 0]
        assert last_visit(place.home) is None


class TestTime:
    def late(self, cast: Cast, place: Place, started_at: datetime, at: datetime) -> visit.Receipt:
        return pay_visit(place.building, cast.grid, started_at=started_at, at=at)

    def test_a_visit_sent_days_later_keeps_when_it_began(self, cast: Cast, place: Place) -> None:
        made = self.late(cast, place, NOON - 3 * DAY, NOON).visit
        assert (made.started_at, made.submitted_at, last_visit(place.home)) == (NOON - 3 * DAY, NOON, NOON)

    def test_a_visit_sent_after_new_rules_came_is_judged_by_those_of_its_day(
        self, cast: Cast, place: Place
    ) -> None:
        rule_set = RuleSet.objects.get()
        RuleSet.objects.create(
            version="2.0", state="published", effective_on=NOON.date(), published_at=NOON, green_from=80,
            dimension_caps={}, interval_days=rule_set.interval_days, interval_days_capped=7,
        )  # fmt: skip
        assert self.late(cast, place, NOON - DAY, NOON).visit.rule_set == rule_set

    def test_a_phone_whose_clock_runs_ahead_began_when_it_was_sent(self, cast: Cast, place: Place) -> None:
        made = self.late(cast, place, NOON + 400 * DAY, NOON).visit
        assert made.started_at == made.submitted_at == NOON

    def test_a_clock_running_ahead_does_not_reach_the_rules_of_tomorrow(
        self, cast: Cast, place: Place
    ) -> None:
        first = RuleSet.objects.get()
        RuleSet.objects.create(
            version="2.0", state="published", effective_on=date(2026, 6, 1), published_at=NOON, green_from=80,
            dimension_caps={}, interval_days={}, interval_days_capped=7,
        )  # fmt: skip
        receipt = self.late(cast, place, datetime(2026, 6, 2, tzinfo=UTC), NOON)
        assert (receipt.visit.rule_set, len(receipt.proposed)) == (first, 3)
