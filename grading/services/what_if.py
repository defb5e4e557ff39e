"""The what-if: every home under a version and under the one in force, counted in cells. Changes no grade."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from core.dates import day_of
from core.errors import Conflict
from grading import rules
from grading.facts import Grade, RuleBook, Verdict
from grading.models import RuleSet, Simulation, SimulationCell, Standing
from grading.services import home_facts, rule_checks, rule_sets
from grading.states import RuleSetState
from jobs.models import Job

Home = tuple[Any, ...]  # unit, building, community, grid, category, grade in force
Key = tuple[Any, ...]  # community, grid, category, grade in force, verdicts now and then, days now and then


@dataclass(frozen=True, slots=True)
class Two:
    """What both versions say of a home."""

    now: Verdict
    then: Verdict


@transaction.atomic
def begin(rule_set: RuleSet, *, job: Job, at: datetime) -> Simulation:
    """A run over all homes as they stand; Conflict while the version has faults."""
    wrong = [f for f in rule_checks.of_version(rule_set, rule_set.items.all()) if not f.is_hint]
    if wrong:
        raise Conflict(_("The draft has faults: %(first)s Mend them first."), first=wrong[0].text)
    return Simulation.objects.create(
        rule_set=rule_set,
        revision=rule_set.revision,
        compared_with=rule_sets.for_visit(day_of(at)),
        job=job,
        at=at,
    )


def count_part(simulation: Simulation, first: int, last: int) -> int:
    """Counts the homes of the buildings with ids first..last into cells; how many there were."""
    rule_set = simulation.rule_set
    if rule_set.revision != simulation.revision:
        raise Conflict(_("The draft was edited while this ran. Run it again."))
    homes = list(homes_of(first, last))
    now, then = rule_sets.book(simulation.compared_with), rule_sets.book(rule_set)
    cells = count(homes, now, then, day_of(simulation.at))
    names = ("community_id", "grid_id", "category", "from_grade", "now_grade", "to_grade", "days_before")
    SimulationCell.objects.bulk_create(
        SimulationCell(
            simulation=simulation,
            **dict(zip((*names, "days_after"), key, strict=True)),
            homes=len(unit_ids),
            unit_ids=unit_ids,
        )
        for key, unit_ids in cells.items()
    )
    return len(homes)


@transaction.atomic
def complete(simulation: Simulation, *, at: datetime) -> dict[str, int]:
    """The run speaks for its revision: a draft is simulated now. Older runs of the version go."""
    rule_set = RuleSet.objects.select_for_update(no_key=True).get(pk=simulation.rule_set_id)
    if rule_set.revision != simulation.revision:
        raise Conflict(_("The draft was edited while this ran. Run it again."))
    if rule_set.state == RuleSetState.DRAFT:
        rule_set.state = RuleSetState.SIMULATED
        rule_set.save(update_fields=["state"])
    rule_set.simulations.filter(pk__lt=simulation.pk).delete()
    Simulation.objects.filter(pk=simulation.pk).update(finished_at=at)
    cells = list(simulation.cells.values_list("from_grade", "to_grade").annotate(n=Sum("homes")))
    return {"homes": sum(n for *_, n in cells), "moves": sum(n for old, new, n in cells if old != new)}


def homes_of(first: int, last: int) -> Iterable[Home]:
    """Every home of these buildings."""
    return (
        Standing.objects.filter(
            unit__building__gte=first, unit__building__lte=last, unit__left_on__isnull=True
        )
        .order_by("unit")
        .values_list(
            "unit_id",
            "unit__building_id",
            "unit__building__community_id",
            "unit__building__grid_id",
            "unit__category",
            "grade",
        )
    )


def count(homes: list[Home], now: RuleBook, then: RuleBook, at: date) -> dict[Key, list[int]]:
    """Cells of homes with the same place and the same outcome, each with its homes."""
    cells: defaultdict[Key, list[int]] = defaultdict(list)
    days: dict[tuple[str, bool], int] = {}
    for (unit, _building, community, grid, category, grade), two in judged(homes, now, then, at):
        in_force = Grade(grade) if grade else two.now.grade
        place = (in_force, two.now.has_open_cap)
        if place not in days:
            days[place] = rules.next_visit_in_days(Verdict(in_force, 0, two.now.lines), now)
        key = (
            community,
            grid,
            category,
            grade or "",
            two.now.grade.value,
            two.then.grade.value,
            days[place],
            rules.next_visit_in_days(two.then, then),
        )
        cells[key].append(unit)
    return cells


def judged(homes: list[Home], now: RuleBook, then: RuleBook, at: date) -> Iterator[tuple[Home, Two]]:
    """Each home with what both versions say; homes with only what is in the common parts share one sum."""
    of_unit, of_building = home_facts.hazards_of({home[1] for home in homes}, _wider(now, then), at)
    clean = Two(rules.evaluate((), now, at), rules.evaluate((), then, at))
    shared: dict[int, Two] = {}
    for home in homes:
        unit, building = home[0], home[1]
        if unit in of_unit:
            facts = (*of_building.get(building, ()), *of_unit[unit])
            yield home, Two(rules.evaluate(facts, now, at), rules.evaluate(facts, then, at))
        elif building in of_building:
            if building not in shared:
                facts = tuple(of_building[building])
                shared[building] = Two(rules.evaluate(facts, now, at), rules.evaluate(facts, then, at))
            yield home, shared[building]
        else:
            yield home, clean


def _wider(now: RuleBook, then: RuleBook) -> RuleBook:
    """Reads every fact that either version looks at: the longer decay and watch, the earlier relapse."""
    items = dict(then.items)
    for code, item in now.items.items():
        if code not in items or items[code].decay_days < item.decay_days:
            items[code] = item
    return replace(
        then,
        items=items,
        watch_days_incident=max(now.watch_days_incident, then.watch_days_incident),
        relapse_red_count=min(filter(None, (now.relapse_red_count, then.relapse_red_count)), default=0),
    )
