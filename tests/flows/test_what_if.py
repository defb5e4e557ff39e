"""The what-if over all homes: nothing changes, the matrix is the rows, the lists are the cells."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import NotAllowed
from fucheng.flows import bulk_assessment, job_control, rule_drafts, what_if
from fucheng.web.office.queries import what_if as page
from grading.models import Assessment, GradeChange, RuleSet, Simulation, SimulationCell, Standing
from grading.services import assessing, rule_sets
from grading.services.hazards import Seen
from jobs import running
from jobs.models import Job
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit

NOON = factories.NOON


@pytest.fixture
def street(cast: Cast) -> list[Unit]:
    """Two communities; a fault in a home, one in the common parts, a veto; two homes are not graded."""
    factories.rules()
    near, far = factories.building(cast.fumin), factories.building(cast.qiankeng, grid=None)
    ours = factories.units(near, 4)
    theirs = factories.units(far, 3, category=Unit.Category.SCATTERED)
    pay_visit(near, cast.grid, [Seen("H05", ours[0].pk), Seen("L06", ours[1].pk)])
    pay_visit(far, cast.grid2, [Seen("H06", None)])
    for unit in (*ours[2:], ours[0], theirs[0]):
        factories.graded(unit, "green")
    factories.graded(ours[1], "red")
    rule_drafts.make(based_on="1.0", version="1.1", title="标准", by=cast.office, at=NOON)
    for code in ("H05", "H06"):
        values = {"effect": "cap", "points": 0}
        rule_drafts.save_item(version="1.1", code=code, values=values, by=cast.office, at=NOON)
    return [*ours, *theirs]


def run(cast: Cast, version: str = "1.1") -> Simulation:
    job = running.drain(what_if.ask(version=version, by=cast.office, at=NOON).pk)
    assert job.state == "done", job.error
    return job.simulation


def everything() -> dict[str, Any]:
    """All rows of the rooms that hold grades."""
    tables = (Standing, Assessment, GradeChange)
    return {t.__name__: list(t.objects.order_by("pk").values()) for t in tables}


def test_nothing_in_force_changes(cast: Cast, street: list[Unit]) -> None:
    before = everything()
    run(cast)
    assert everything() == before
    assert rule_sets.for_visit(NOON.date()).version == "1.0"


def test_the_matrix_is_what_the_rules_say_home_by_home(cast: Cast, street: list[Unit]) -> None:
    simulation = run(cast)
    homes = Standing.objects.filter(unit__left_on__isnull=True)
    draft = RuleSet.objects.get(version="1.1")
    told = Counter((j.grade or "none", j.verdict.grade.value) for j in judged(homes, draft))
    found = page.result(simulation)
    shown = {
        (row.grade or "none", to): cell.homes
        for row in found.matrix
        for to, cell in zip(page.BECOMES, row.cells, strict=True)
        if cell.homes
    }
    assert (
        shown
        == told
        == {("green", "yellow"): 2, ("green", "green"): 2, ("red", "red"): 1, ("none", "yellow"): 2}
    )
    assert (found.homes, found.moves, found.stricter) == (7, 4, 2)


def judged(homes: Any, rule_set: RuleSet) -> list[Any]:
    return assessing.judge(homes, rule_sets.book(rule_set), NOON.date())


def test_the_list_behind_each_number_has_as_many_homes(cast: Cast, street: list[Unit]) -> None:
    simulation = run(cast)
    found = page.result(simulation)
    rows = [*found.matrix, *found.communities, *found.categories]
    for cell in [cell for row in rows for cell in row.cells]:
        chosen = dict(pair.split("=") for pair in cell.query.split("&"))
        ids = page.unit_ids(simulation, chosen)
        assert len(ids) == len(set(ids)) == cell.homes
    assert page.unit_ids(simulation, {}) == sorted(unit.pk for unit in street)
    assert sum(row.cells[found.kinds.index(("green", "yellow"))].homes for row in found.communities) == 2


def test_a_home_of_the_list_says_what_weighs_differently(cast: Cast, street: list[Unit]) -> None:
    simulation = run(cast)
    home = page.homes(simulation, [street[0].pk], cast.office)[0]
    assert (home.now, home.then, [item.code for item in home.items]) == ("green", "yellow", ["H05"])
    assert home.scores == (95, 100)


def test_moves_that_wait_already_are_not_put_down_to_the_new_rules(cast: Cast, street: list[Unit]) -> None:
    Standing.objects.filter(unit=street[2]).update(grade="yellow")
    found = page.result(run(cast))
    assert (found.moves, found.by_rules) == (5, 4)


def test_visits_a_week_are_counted_per_grid_before_and_after(cast: Cast, street: list[Unit]) -> None:
    simulation = run(cast)
    grid = {row["grid__name"]: (row["n"], row["before"], row["after"]) for row in page.loads(simulation)}
    assert grid["福民第01网格"] == (4, pytest.approx(3 * 7 / 21 + 1), pytest.approx(1 + 2 * 7 / 21 + 1))
    assert grid[None] == (3, pytest.approx(1), pytest.approx(3))  # an open cap item: every 7 days
    assert page.load(simulation) == page.Load(3, 6)


def test_an_edit_while_it_runs_fails_the_run_and_not_the_draft(cast: Cast, street: list[Unit]) -> None:
    job = what_if.ask(version="1.1", by=cast.office, at=NOON)
    rule_drafts.save_item(version="1.1", code="H07", values={"points": 1}, by=cast.office, at=NOON)
    job = running.drain(job.pk)
    assert (job.state, RuleSet.objects.get(version="1.1").state) == ("failed", "draft")
    assert not SimulationCell.objects.exists()
    assert run(cast).is_current


def test_asked_twice_it_is_one_job_and_a_new_run_takes_the_place_of_the_old(
    cast: Cast, street: list[Unit]
) -> None:
    first = what_if.ask(version="1.1", by=cast.office, at=NOON)
    assert what_if.ask(version="1.1", by=cast.office, at=NOON) == first
    running.drain(first.pk)
    assert [run(cast).pk] == list(Simulation.objects.values_list("pk", flat=True))


def test_it_can_be_stopped_and_then_says_nothing(cast: Cast, street: list[Unit]) -> None:
    job = what_if.ask(version="1.1", by=cast.office, at=NOON)
    job_control.cancel(job_id=job.pk, by=factories.person("office3", "office"), at=NOON)
    assert running.drain(job.pk).state == "cancelled"
    assert RuleSet.objects.get(version="1.1").state == "draft"


def test_a_chunk_done_twice_counts_once(
    cast: Cast, street: list[Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_assessment, "CHUNK", 3)
    job = what_if.ask(version="1.1", by=cast.office, at=NOON)
    real, seen = what_if.WhatIf.work, set()

    def dies_at_first(self: Any, job: Job, chunk: Any) -> Any:
        done = real(self, job, chunk)
        if chunk.seq not in seen:
            seen.add(chunk.seq)
            raise RuntimeError("power cut")
        return done

    monkeypatch.setattr(what_if.WhatIf, "work", dies_at_first)
    job = running.drain(job.pk)
    assert (job.state, job.chunks.count(), job.result) == ("done", 2, {"homes": 7, "moves": 4})


@pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "leader", "auditor"])
def test_it_is_the_offices(cast: Cast, street: list[Unit], who: str) -> None:
    with pytest.raises(NotAllowed):
        what_if.ask(version="1.1", by=getattr(cast, who), at=NOON)


def test_after_publication_the_bulk_assessment_proposes_exactly_these_moves(
    cast: Cast, street: list[Unit]
) -> None:
    simulation = run(cast)
    by = factories.person("office2", "office")
    rule_drafts.publish(version="1.1", effective_on=NOON.date(), reason="会议通过", by=by, at=NOON)
    before = list(Standing.objects.order_by("pk").values_list("grade", flat=True))
    running.drain(bulk_assessment.ask(by=by, at=NOON + timedelta(hours=1)).pk)
    waiting = GradeChange.objects.open().values_list("unit", "to_grade")
    moves = {
        (unit, cell.to_grade)
        for cell in simulation.cells.all()
        if cell.from_grade != cell.to_grade
        for unit in cell.unit_ids
    }
    assert set(waiting) == moves
    assert list(Standing.objects.order_by("pk").values_list("grade", flat=True)) == before


class TestCommand:
    def test_a_draft_is_run_over_all_homes(self, cast: Cast, street: list[Unit]) -> None:
        out = StringIO()
        call_command("evaluate_rules", draft="1.1", stdout=out)
        assert "4 of 7 move" in out.getvalue()
        assert "green -> yellow         2  *" in out.getvalue()
        assert RuleSet.objects.get(version="1.1").state == "simulated"

    def test_without_one_the_rules_in_force_are(self, cast: Cast, street: list[Unit]) -> None:
        out = StringIO()
        call_command("evaluate_rules", stdout=out)
        assert "1.0: 2 of 7 move" in out.getvalue()

    def test_an_unknown_version_is_refused(self, cast: Cast) -> None:
        factories.rules()
        with pytest.raises(CommandError):
            call_command("evaluate_rules", draft="9.9")


def test_a_cell_costs_no_query_for_each_home(cast: Cast, street: list[Unit]) -> None:
    simulation = run(cast)
    ids = page.unit_ids(simulation, {})
    page.homes(simulation, ids, cast.office)  # posts and rules are read once

    def cost(some: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            page.homes(simulation, some, cast.office)
        return len(captured)

    assert cost(ids[:1]) == cost(ids)
