"""State changes are audited by the database, by whatever way they come, with whose hand it was."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import connection, transaction

from accounts.models import AuditEvent, User
from accounts.services import audit
from communities.models import Post
from fucheng.flows import grade_change
from grading.models import (
    DelistingRequest,
    GradeChange,
    HandOver,
    Hazard,
    HazardReport,
    Incident,
    Objection,
    Proof,
    Reply,
    RuleSet,
    SpotCheck,
    StarAward,
    StarProposal,
    UrgentRed,
    VacancyCheck,
    VisitRequest,
)
from letters.models import Document
from rentals.models import ImportRun
from signage.models import Printer, Sign, SignTask
from tests import world
from tests.conftest import Cast
from tests.test_arrows import OURS
from tests.world import NOON, World

# Table of the audit row, the row of the world, and what another hand sets.
STATES: dict[type, tuple[str, str, dict[str, Any]]] = {
    User: ("user", "staff", {"is_active": False}),
    Post: ("post", "post", {"ends_on": "2030-01-01"}),
    ImportRun: ("import_run", "import_run", {"state": "undone"}),
    RuleSet: ("rule_set", "rule_set", {"state": "retired"}),
    Hazard: ("hazard", "hazard", {"state": "proof_sent"}),
    Proof: ("proof", "proof", {"note": "x", "state": "accepted", "checked_by_id": 1, "checked_at": NOON}),
    HazardReport: ("hazard_report", "report", {"state": "checked", "checked_by_id": 1, "checked_at": NOON}),
    GradeChange: ("grade_change", "proposed", {"state": "superseded"}),
    HandOver: (
        "hand_over",
        "hand_over",
        {"state": "taken_back", "recorded_by_id": 1, "ended_at": NOON, "answer": "好"},
    ),
    SpotCheck: ("spot_check", "spot_check", {"state": "confirmed", "visit_id": 1}),
    Incident: ("incident", "incident", {"state": "nowhere", "checked_by_id": 1, "checked_at": NOON}),
    DelistingRequest: ("delisting_request", "delisting", {"state": "withdrawn", "ended_at": NOON}),
    Objection: (
        "objection",
        "objection",
        {"state": "rejected", "answered_by_id": 1, "answered_at": NOON, "answer": "属实"},
    ),
    Reply: ("reply", "reply", {"hidden_at": NOON, "hidden_by_id": 1, "hidden_reason": "辱骂"}),
    VisitRequest: ("visit_request", "visit_request", {"state": "done", "visit_id": 1, "ended_at": NOON}),
    UrgentRed: (
        "urgent_red",
        "urgent",
        {"state": "confirmed", "ended_by_id": 1, "ended_at": NOON, "answer": "属实"},
    ),
    StarProposal: ("star_proposal", "star_proposal", {"state": "superseded"}),
    StarAward: ("star_award", "star_award", {"ended_at": NOON, "ending": "expired"}),
    VacancyCheck: ("vacancy_check", "vacancy_check", {"state": "closed"}),
    Document: ("document", "owed_letter", {"state": "failed", "failure": "x"}),
    Sign: ("sign", "printed", {"state": "void", "ended_at": NOON}),
    SignTask: ("sign_task", "sign_task", {"state": "done", "done_by_id": 1, "done_at": NOON}),
    Printer: ("printer", "printer", {"offset_x": "1.5"}),
}


@pytest.fixture
def prepared(cast: Cast) -> World:
    return world.build(cast)


def fields(on: World, model: type, values: dict[str, Any]) -> dict[str, Any]:
    """The values with the visit they name, and the people whose post includes it."""
    name = {UrgentRed: "panel", Objection: "office", Reply: "office"}.get(model, "reviewer")
    by, named = User.objects.get(name=name), {"visit_id": on.visit.pk}
    return {k: by.pk if k.endswith("_by_id") else named.get(k, value) for k, value in values.items()}


def rows_of(table: str, row: Any) -> list[AuditEvent]:
    return list(
        AuditEvent.objects.filter(verb="changed", subject=table, subject_id=str(row.pk)).order_by("pk")
    )


def test_every_audited_table_is_tried() -> None:
    assert set(STATES) == {
        m for m in OURS if "audit_state" in {t.name for t in getattr(m._meta, "triggers", ())}
    }


@pytest.mark.parametrize("model", STATES, ids=lambda model: model.__name__)
def test_a_queryset_update_is_audited_with_its_actor(cast: Cast, prepared: World, model: type) -> None:
    table, name, values = STATES[model]
    row, values = getattr(prepared, name), fields(prepared, model, values)
    before = len(rows_of(table, row))

    with transaction.atomic():
        audit.act_as(cast.office)
        model._base_manager.filter(pk=row.pk).update(**values)

    event = rows_of(table, row)[-1]
    assert len(rows_of(table, row)) == before + 1
    assert event.actor == cast.office
    assert event.before != event.after
    assert set(event.before) == set(event.after)


@pytest.mark.parametrize("model", STATES, ids=lambda model: model.__name__)
def test_raw_sql_is_audited_with_its_actor(cast: Cast, prepared: World, model: type) -> None:
    table, name, values = STATES[model]
    row, values = getattr(prepared, name), fields(prepared, model, values)
    sets = ", ".join(f"{column} = %s" for column in values)

    with transaction.atomic(), connection.cursor() as cursor:
        audit.act_as(cast.auditor)
        cursor.execute(f"UPDATE {model._meta.db_table} SET {sets} WHERE id = %s", [*values.values(), row.pk])

    assert rows_of(table, row)[-1].actor == cast.auditor


def test_a_change_that_changes_nothing_leaves_no_row(prepared: World) -> None:
    before = AuditEvent.objects.count()
    Hazard.objects.filter(pk=prepared.hazard.pk).update(note="看过", state="open")
    assert AuditEvent.objects.count() == before


def test_many_rows_at_once_leave_one_row_each(cast: Cast, prepared: World) -> None:
    before = AuditEvent.objects.count()
    changed = Hazard.objects.open().exclude(state="proof_sent").update(state="proof_sent")
    assert changed > 1
    assert AuditEvent.objects.count() == before + changed


@pytest.mark.django_db(transaction=True)
def test_rollback_leaves_no_audit_row(cast: Cast) -> None:
    prepared = world.build(cast)
    before = AuditEvent.objects.count()

    def explode_at_the_end() -> None:
        audit.record("export", by=cast.office, subject="unit")
        Hazard.objects.filter(pk=prepared.hazard.pk).update(state="proof_sent")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        transaction.atomic(explode_at_the_end)()

    assert AuditEvent.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_the_actor_ends_with_the_transaction(cast: Cast) -> None:
    prepared = world.build(cast)
    with transaction.atomic():
        audit.act_as(cast.office)
    Sign.objects.filter(pk=prepared.printed.pk).update(state="void", ended_at=NOON)
    assert rows_of("sign", prepared.printed)[-1].actor is None


def test_a_decision_is_audited_with_who_before_after_and_why(cast: Cast, prepared: World) -> None:
    grade_change.approve(
        change_id=prepared.proposed.pk, by=cast.reviewer, at=world.NOON, reason="楼道停放属实"
    )

    event = rows_of("grade_change", prepared.proposed)[-1]

    assert event.actor == cast.reviewer
    assert (event.before["state"], event.after["state"]) == ("proposed", "approved")
    assert event.reason == "楼道停放属实"


def test_a_mass_decision_is_audited_for_every_home(cast: Cast, prepared: World) -> None:
    ids = list(GradeChange.objects.awaiting_community().values_list("pk", flat=True))
    decided = grade_change.decide_many(
        verb="approve", change_ids=ids, by=cast.reviewer, at=world.NOON, reason="首次评定"
    )
    events = AuditEvent.objects.filter(
        subject="grade_change", subject_id__in=map(str, decided), actor=cast.reviewer
    )
    assert events.filter(after__state="approved", reason="首次评定").count() == len(decided) > 1


def test_sign_in_and_its_failure_are_audited_without_the_password(rf, cast: Cast) -> None:
    authenticate(rf.post("/sign-in/"), username="grid", password="wrong-password-1")
    assert AuditEvent.objects.filter(verb="sign-in-failed", data__name="grid").exists()
    assert "wrong-password-1" not in str(list(AuditEvent.objects.values()))
