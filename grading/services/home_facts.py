"""What the rules judge homes by, read in flat queries: hazards that are open or still count, and merits.

A fact of common parts stands under its building and counts for every home there.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db.models import Q

from core.dates import day_of, start_of
from grading.facts import HazardFact, MeritFact, RuleBook
from grading.models import Hazard, HazardEvent, Merit
from grading.states import HazardState

Fact = TypeVar("Fact")
ByPlace = tuple[defaultdict[int, list[Fact]], defaultdict[int, list[Fact]]]  # by home; by building


def hazards_of(building_ids: set[int], book: RuleBook, at: date) -> ByPlace[HazardFact]:
    """Open hazards, and mended ones that may still count on the day `at`."""
    of_unit: defaultdict[int, list[HazardFact]] = defaultdict(list)
    of_building: defaultdict[int, list[HazardFact]] = defaultdict(list)
    if not building_ids:
        return of_unit, of_building
    wanted = _in(building_ids)
    rows = [
        *_hazard_rows(Hazard.objects.open().filter(wanted)),
        *_hazard_rows(_still_counting(book, at).filter(wanted)),
    ]
    relapsed_on = _relapses({row[0] for row in rows if 0 < book.relapse_red_count <= row[-1]})
    for pk, unit, building, code, opened_at, due_on, closed_at, happened_on, seen_at, aside, _count in rows:
        fact = HazardFact(
            pk,
            code,
            day_of(opened_at),
            unit is None,
            due_on,
            day_of(closed_at) if closed_at else None,
            happened_on,
            day_of(seen_at) if seen_at else None,
            tuple(relapsed_on.get(pk, ())),
            aside is not None,
        )
        (of_building[building] if unit is None else of_unit[unit]).append(fact)
    return of_unit, of_building


def merits_of(building_ids: set[int]) -> ByPlace[MeritFact]:
    """Bonus items that were seen in order."""
    of_unit: defaultdict[int, list[MeritFact]] = defaultdict(list)
    of_building: defaultdict[int, list[MeritFact]] = defaultdict(list)
    if not building_ids:
        return of_unit, of_building
    merits = Merit.objects.filter(_in(building_ids)).order_by("item_code", "pk")
    for unit, building, code, since in merits.values_list("unit_id", "building_id", "item_code", "since"):
        merit = MeritFact(code, since, unit is None)
        (of_building[building] if unit is None else of_unit[unit]).append(merit)
    return of_unit, of_building


def _in(building_ids: set[int]) -> Q:
    """These buildings, as a range where they are many: a chunk of a job is all buildings between two ids."""
    if len(building_ids) < 100:
        return Q(building__in=building_ids)
    return Q(building__gte=min(building_ids), building__lte=max(building_ids))


def _hazard_rows(hazards: Any) -> Any:
    return hazards.order_by("item_code", "pk").values_list(
        "pk",
        "unit_id",
        "building_id",
        "item_code",
        "opened_at",
        "due_on",
        "closed_at",
        "happened_on",
        "seen_at",
        "set_aside_on",
        "relapses",
    )


def _still_counting(book: RuleBook, at: date) -> Any:
    """Mended hazards that may count on: incidents under watch, and deductions that decay."""
    decays = {code: item.decay_days for code, item in book.items.items() if item.decay_days}
    counting = Q(happened_on__gt=at - timedelta(days=book.watch_days_incident))
    if decays:
        earliest = start_of(at - timedelta(days=max(decays.values())))
        counting |= Q(item_code__in=decays, closed_at__gte=earliest)
    return Hazard.objects.filter(counting, state=HazardState.CLOSED)


def _relapses(hazard_ids: set[int]) -> dict[int, list[date]]:
    """The days on which these came back."""
    found: defaultdict[int, list[date]] = defaultdict(list)
    if hazard_ids:
        events = HazardEvent.objects.filter(hazard__in=hazard_ids, what=HazardEvent.What.RELAPSED)
        for hazard, at in events.order_by("at", "pk").values_list("hazard", "at"):
            found[hazard].append(day_of(at))
    return found
