"""Promise 2b: a draft of the rules over every home, in one process, beside its floor.

The floor reads the same facts the same way and walks over the homes with a bare loop: no rule is asked,
nothing is counted or written. Both run in the same process, one after the other.
"""

from typing import Any

from benchmarks import hands
from benchmarks.figures import Figure
from benchmarks.street import Bench, said

CHANGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("H05", {"effect": "cap", "points": 0}),
    ("F02", {"effect": "veto", "severity": "critical", "red_cause": "fire_hazard"}),
    ("L01", {"points": 9, "decay_days": 30}),
)


def measure(bench: Bench) -> tuple[list[Figure], dict[str, Any]]:
    bench.at("graded")
    from fucheng.flows import rule_drafts, what_if

    version, by, at = "9.9", bench.office, bench.graded_at
    base = _rules_of(at)
    rule_drafts.make(based_on=base.version, version=version, title=base.title, by=by, at=at)
    for code, values in CHANGES:
        rule_drafts.save_item(version=version, code=code, values=values, by=by, at=at)
    with said("Floor"), hands.watched() as floor:
        read = _read(at)
    with said("What-if"), hands.watched() as run:
        job = hands.drained(what_if.ask(version=version, by=by, at=at).pk)
    figures = [
        Figure("what-if over all homes, one process", run.seconds, "s", at_most=30, full_size=True),
        Figure("floor: the same facts and a bare loop", floor.seconds, "s"),
        Figure("times the floor", run.seconds / floor.seconds, "x", at_most=3, full_size=True),
        Figure("homes judged twice per second", job.result["homes"] / run.seconds, "homes/s"),
        Figure("homes judged less homes read", job.result["homes"] - read, exactly=0),
        Figure("homes that would move", job.result["moves"]),
        Figure("cells kept", job.simulation.cells.count()),
    ]
    rule_drafts.discard(version=version, by=by, at=at)
    return figures, {"cpu_floor": [floor.python, floor.database], "cpu_run": [run.python, run.database]}


def _rules_of(at: Any) -> Any:
    from core.dates import day_of
    from grading.services import rule_sets

    return rule_sets.for_visit(day_of(at))


def _read(at: Any) -> int:
    """The facts of all homes, part by part as the job takes them, and a loop that does nothing with them."""
    from core.dates import day_of
    from fucheng.flows.bulk_assessment import whole_buildings
    from grading.services import assessing, rule_sets, what_if

    book, walked = rule_sets.book(_rules_of(at)), 0
    for _size, part in whole_buildings():
        homes = list(what_if.homes_of(**part))
        of_unit, of_building = assessing.hazards_of({home[1] for home in homes}, book, day_of(at))
        for home in homes:
            of_unit.get(home[0]), of_building.get(home[1])
            walked += 1
    return walked
