"""The cast that all stories share, and what every test must not do."""

from dataclasses import dataclass

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

import fucheng.celery  # noqa: F401
from accounts.models import User
from accounts.roles import Role
from communities.models import Community
from tests import factories


@dataclass(frozen=True)
class Cast:
    """People of the stories; `grid`, `reviewer` serve in 福民, `grid2`, `reviewer2` in 茜坑."""

    fumin: Community
    qiankeng: Community
    grid: User
    reviewer: User
    grid2: User
    reviewer2: User
    panel: User
    office: User
    leader: User
    auditor: User
    landlord: User


@pytest.fixture
def cast(db: None) -> Cast:
    fumin, qiankeng = factories.community(), factories.community("茜坑", "440306014003")
    return Cast(
        fumin=fumin,
        qiankeng=qiankeng,
        grid=factories.person("grid", Role.GRID_WORKER, fumin),
        reviewer=factories.person("reviewer", Role.REVIEWER, fumin),
        grid2=factories.person("grid2", Role.GRID_WORKER, qiankeng),
        reviewer2=factories.person("reviewer2", Role.REVIEWER, qiankeng),
        panel=factories.person("panel", Role.PANEL),
        office=factories.person("office", Role.OFFICE),
        leader=factories.person("leader", Role.LEADER),
        auditor=factories.person("auditor", Role.AUDITOR),
        landlord=factories.landlord_account(),
    )


@pytest.fixture(autouse=True, scope="session")
def _flush_past_append_only_triggers() -> None:
    """Emptying tables between transactional tests is the one TRUNCATE that append-only tables allow."""
    original = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        original(
            self,
            ["SET session_replication_role = replica", *sql_list, "SET session_replication_role = DEFAULT"],
        )

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _forget_cached_rules() -> None:
    from grading.services import rule_sets

    rule_sets._book.cache_clear()
    rule_sets._items.cache_clear()
