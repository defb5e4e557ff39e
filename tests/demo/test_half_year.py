"""The half year of the demonstration: the street's figures come out of rows that the services wrote."""

import json

import pytest
from django.core.management import call_command
from django.db.models import Count

from core.integrity import broken_rows
from fucheng.demo.registry_rows import FULL
from fucheng.demo.scenario import FIGURES, Targets
from grading import integrity as grading_rules
from grading.models import DelistingRequest, GradeChange, Hazard, RuleItem, Standing
from jobs.models import Job
from rentals.models import Building, Unit
from signage import integrity as signage_rules
from signage.models import Sign


@pytest.fixture(params=[1500, pytest.param(FULL, marks=pytest.mark.deep)])
def street(request: pytest.FixtureRequest, transactional_db: None) -> int:
    """A loaded street of so many homes."""
    call_command("load_demo_street", units=request.param, wait=True, verbosity=0)
    return int(request.param)


def moves() -> dict[tuple[str | None, str], int]:
    rows = GradeChange.objects.filter(state="approved").values_list("from_grade", "to_grade")
    return {(old, new): n for old, new, n in rows.annotate(n=Count("pk"))}


def test_half_year_played_gives_the_figures_of_the_street(street: int) -> None:
    targets = Targets.scaled(street, Building.objects.count())
    grades = dict(Standing.objects.values_list("grade").annotate(n=Count("pk")))
    assert grades == {"green": targets.green, "yellow": targets.yellow, "red": targets.red}
    moved = moves()
    assert moved["green", "red"] + moved["yellow", "red"] == targets.turned_red
    assert sum(n for (old, _new), n in moved.items() if old == "red") == targets.delisted
    assert moved["yellow", "green"] == targets.upgraded
    listed = Hazard.objects.filter(listed_at__isnull=False).values("building").distinct().count()
    assert listed == targets.listed
    assert DelistingRequest.objects.filter(state="granted").count() == targets.delisted

    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    boards = Sign.objects.on_the_wall().filter(product="estate_board").count()
    assert boards == figures["estate_noticeboards"]
    if street == FULL:
        assert grades == figures["units_by_grade"]
        assert (
            dict(Unit.objects.values_list("category").annotate(n=Count("pk"))) == figures["units_by_category"]
        )
        assert targets.turned_red == figures["units_turned_red_dynamically"]
        assert targets.listed == figures["buildings_listed_for_hazards"]

    cause_of = dict(RuleItem.objects.filter(effect="veto").values_list("code", "red_cause"))
    daily_reds = GradeChange.objects.filter(state="approved", to_grade="red", from_grade__isnull=False)
    causes = {
        cause_of[line["item"]]
        for lines in daily_reds.values_list("assessment__lines", flat=True)
        for line in lines
        if line["effect"] == "veto"
    }
    assert {"mahjong", "gas", "incident"} <= causes
    assert broken_rows(grading_rules.CHECKS | signage_rules.CHECKS) == {}
    unfinished = Job.objects.exclude(state="done").exclude(kind="letters.rendering")  # no worker runs here
    assert not unfinished.exists()
