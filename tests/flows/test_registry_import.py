"""The register's file through the whole flow: homes with standing and token, and the way back."""

import uuid
from pathlib import Path

import pytest
from django.core.files import File

from core.errors import Conflict
from fucheng.demo.organisation import found_street
from fucheng.demo.registry_rows import generate_registry
from fucheng.flows import registry_import, visit
from grading.models import Standing
from jobs import running
from rentals.models import ImportRun, Unit
from signage.models import PublicToken
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON


@pytest.fixture
def imported(cast: Cast, tmp_path: Path) -> ImportRun:
    """A register of 300 homes, imported."""
    found_street(NOON)
    path = tmp_path / "register.xlsx"
    generate_registry(path, units=300)
    return bring(path, cast)


def bring(path: Path, cast: Cast, *, dry_run: bool = False) -> ImportRun:
    with path.open("rb") as file:
        run = registry_import.upload(
            file=File(file, name="register.xlsx"), dry_run=dry_run, on_error="skip", by=cast.office, at=NOON
        )
    assert running.drain(run.job_id).state == "done"
    run.refresh_from_db()
    return run


def test_imported_homes_have_a_standing_a_token_and_an_address_with_their_room(imported: ImportRun) -> None:
    assert (imported.state, imported.added) == ("done", 300)
    assert Standing.objects.not_graded().count() == PublicToken.objects.count() == 300
    unit = Unit.objects.exclude(room="").first()
    assert unit is not None
    assert unit.room in unit.address


def test_undo_takes_homes_standings_and_tokens_back(imported: ImportRun, cast: Cast) -> None:
    registry_import.undo(run_id=imported.pk, by=cast.office, at=NOON)
    assert not Unit.objects.exists()
    assert not Standing.objects.exists()


def test_undo_after_a_visit_is_refused_and_changes_nothing(imported: ImportRun, cast: Cast) -> None:
    building = Unit.objects.filter(building__community=cast.fumin).first().building
    visit.submit(client_id=uuid.uuid4(), building_id=building.pk, by=cast.grid, started_at=NOON, at=NOON)
    with pytest.raises(Conflict):
        registry_import.undo(run_id=imported.pk, by=cast.office, at=NOON)
    assert Unit.objects.count() == Standing.objects.count() == 300
