"""A home that ends or breaks the program that draws it is found in a process of its own, in two attempts."""

from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from fucheng.flows import print_run
from jobs import running, services
from signage.models import PrintRun
from signage.services import printing, trial
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON


@pytest.fixture
def run(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrintRun:
    """Sixty homes; the 7th kills whoever draws it, the 55th raises."""
    factories.rules()
    homes = factories.units(factories.building(cast.fumin), 60)
    for home in homes:
        factories.graded(home, "green")
    made = print_run.order(product="sticker", wanted={}, by=cast.office, at=NOON, title="五月")
    printing.freeze(made)
    unit_of = dict(made.items.values_list("ordinal", "unit"))
    place = connection.get_connection_params()
    for name, value in {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "DATABASE_URL": f"postgresql://{place['user']}@/other?host={quote(place['host'])}",
        "CELERY_BROKER_URL": "",
        "FAULTS_FOLDER": str(tmp_path),
        "FAULTS_POISON": str(unit_of[7]),
        "FAULTS_BROKEN": str(unit_of[55]),
    }.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_guilty_are_named_and_the_killer_is_drawn_twice(run: PrintRun, tmp_path: Path) -> None:
    found = trial.what_cannot_be_drawn(run.pk, 1, 60, on=NOON.date())
    assert found == {7: str(trial.DIED), 55: "ValueError: a home that no sheet can hold"}
    assert len((tmp_path / "poison.log").read_text().splitlines()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_trial_that_cannot_run_is_an_outage(run: PrintRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(trial.TrialFailed):
        trial.what_cannot_be_drawn(run.pk, 1, 60, on=NOON.date())


def test_what_was_set_aside_is_not_drawn_and_the_rest_is_delivered(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.rules()
    for home in factories.units(factories.building(cast.fumin), 3):
        factories.graded(home, "green")
    made = print_run.order(product="sticker", wanted={}, by=cast.office, at=NOON, title="五月")
    monkeypatch.setattr(printing.trial, "what_cannot_be_drawn", lambda *_, **__: {2: "it ends the program"})
    draw, tries = printing.rendering.render, []

    def fails_once(*args, **kwargs):
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("one of them")
        return draw(*args, **kwargs)

    monkeypatch.setattr(printing.rendering, "render", fails_once)
    job = running.drain(made.job_id)
    assert (job.state, job.result["signs"], job.result["refused"]) == ("done", 2, 1)
    assert made.items.get(ordinal=2).refused == "it ends the program"
    assert len(tries) == 2 <= services.ATTEMPTS
