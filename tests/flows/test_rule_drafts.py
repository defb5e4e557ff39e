"""The life of a version of the rules: drafted, edited, simulated, published by a second person, retired."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from accounts.models import AuditEvent, User
from accounts.roles import Role
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import rule_drafts, visit, what_if
from grading.models import RuleItem, RuleSet
from grading.services import rule_comparison, rule_sets
from grading.services.hazards import Seen
from grading.states import RULE_SET_MOVES, RuleSetState
from jobs import running
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit

NOON, DAY = factories.NOON, timedelta(days=1)
TODAY = NOON.date()
TITLE = "福城街道出租屋分级标准"


@pytest.fixture
def second(cast: Cast) -> User:
    return factories.person("office2", Role.OFFICE)


@pytest.fixture
def draft(cast: Cast) -> RuleSet:
    factories.rules()
    return rule_drafts.make(based_on="1.0", version="1.1", title=TITLE, by=cast.office, at=NOON)


def edited(cast: Cast, code: str = "H05", **values: Any) -> RuleItem:
    return rule_drafts.save_item(version="1.1", code=code, values=values, by=cast.office, at=NOON)


def simulated(cast: Cast) -> RuleSet:
    assert running.drain(what_if.ask(version="1.1", by=cast.office, at=NOON).pk).state == "done"
    return RuleSet.objects.get(version="1.1")


def published(by: User, on: date = TODAY, reason: str = "会议通过") -> RuleSet:
    return rule_drafts.publish(version="1.1", effective_on=on, reason=reason, by=by, at=NOON)


class TestDraft:
    def test_is_a_copy_that_differs_in_nothing(self, draft: RuleSet) -> None:
        assert rule_comparison.compare(draft.based_on, draft).count == 0
        assert (draft.items.count(), draft.state, draft.revision) == (52, "draft", 0)

    def test_binds_nobody_and_is_seen_by_those_who_write_or_audit(self, cast: Cast, draft: RuleSet) -> None:
        assert rule_sets.for_visit(TODAY) == draft.based_on
        sees = {u.name for u in (cast.office, cast.auditor, cast.reviewer, cast.grid, cast.leader)
                if RuleSet.objects.visible_to(u).open().exists()}  # fmt: skip
        assert sees == {"office", "auditor"}

    @pytest.mark.parametrize("version", ["", "new", "1.0 b", "1" * 17])
    def test_needs_a_number(self, cast: Cast, draft: RuleSet, version: str) -> None:
        with pytest.raises(Invalid):
            rule_drafts.make(based_on="1.0", version=version, title=TITLE, by=cast.office, at=NOON)

    def test_a_number_is_given_once(self, cast: Cast, draft: RuleSet) -> None:
        with pytest.raises(Conflict):
            rule_drafts.make(based_on="1.0", version="1.1", title=TITLE, by=cast.office, at=NOON)

    def test_is_not_made_from_a_draft(self, cast: Cast, draft: RuleSet) -> None:
        with pytest.raises(OutOfScope):
            rule_drafts.make(based_on="1.1", version="1.2", title=TITLE, by=cast.office, at=NOON)

    @pytest.mark.parametrize("who", ["grid", "reviewer", "panel", "leader", "auditor", "landlord"])
    def test_is_the_offices(self, cast: Cast, draft: RuleSet, who: str) -> None:
        with pytest.raises(NotAllowed):
            rule_drafts.make(based_on="1.0", version="1.2", title="x", by=getattr(cast, who), at=NOON)


@pytest.fixture
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


class TestEditing:
    @pytest.mark.usefixtures("in_english")
    def test_an_item_changes_and_the_comparison_tells_old_and_new(self, cast: Cast, draft: RuleSet) -> None:
        edited(cast, effect="cap", points=0)
        rule_drafts.retire_item(version="1.1", code="E06", by=cast.office, at=NOON)
        like = draft.items.get(code="H05")
        edited(cast, "H11", **{field: getattr(like, field) for field in rule_comparison.ITEM_FIELDS})
        rule_drafts.change_settings(version="1.1", values={"green_from": 85}, by=cast.office, at=NOON)
        changes = rule_comparison.compare(draft.based_on, RuleSet.objects.get(pk=draft.pk))
        assert [(c.new.code, [(x.field, x.old, x.new) for x in c.lines]) for c in changes.changed] == [
            ("H05", [("effect", "points", "at best yellow"), ("points", "5", "0")])
        ]
        assert [x.code for x in changes.added] == ["H11"]
        assert [x.code for x in changes.removed] == ["E06"]
        assert [(x.field, x.old, x.new) for x in changes.settings] == [("green_from", "80", "85")]

    def test_a_retired_item_comes_back_as_it_was(self, cast: Cast, draft: RuleSet) -> None:
        edited(cast, points=3)
        rule_drafts.retire_item(version="1.1", code="H05", by=cast.office, at=NOON)
        rule_drafts.restore_item(version="1.1", code="H05", by=cast.office, at=NOON)
        assert rule_comparison.compare(draft.based_on, draft).count == 0

    @pytest.mark.parametrize(
        ("code", "values"),
        [
            ("H05", {"effect": "veto", "points": 0}),  # a veto without its cause
            ("H05", {"points": 21}),  # more than its group costs
            ("H05", {"points": 0}),
            ("H05", {"fault_en": " "}),
            ("F02", {"decay_days": 30}),  # a cap does not fade
            ("H05", {"deadline": "at_once", "deadline_days": 7}),
            ("X01", {}),
        ],
    )
    def test_what_is_wrong_is_refused_and_leaves_the_draft_as_it_was(
        self, cast: Cast, draft: RuleSet, code: str, values: dict[str, Any]
    ) -> None:
        with pytest.raises(Invalid):
            edited(cast, code, **values)
        assert RuleSet.objects.get(pk=draft.pk).revision == 0

    @pytest.mark.parametrize(
        "values",
        [{"green_from": 101}, {"green_from": 0}, {"cap_H": 60}, {"days_red": 30}, {"interval_days_capped": 15},
         {"watch_days": 0}],
    )  # fmt: skip
    def test_impossible_settings_are_refused(
        self, cast: Cast, draft: RuleSet, values: dict[str, int]
    ) -> None:
        with pytest.raises(Invalid):
            rule_drafts.change_settings(version="1.1", values=values, by=cast.office, at=NOON)

    def test_a_cap_below_an_items_points_keeps_the_draft_from_being_simulated(
        self, cast: Cast, draft: RuleSet
    ) -> None:
        rule_drafts.change_settings(version="1.1", values={"cap_H": 4}, by=cast.office, at=NOON)
        with pytest.raises(Conflict):
            what_if.ask(version="1.1", by=cast.office, at=NOON)

    def test_an_edit_makes_a_simulated_version_a_draft_again(self, cast: Cast, draft: RuleSet) -> None:
        assert simulated(cast).state == "simulated"
        edited(cast, points=4)
        assert RuleSet.objects.get(pk=draft.pk).state == "draft"

    def test_a_discarded_draft_is_gone_and_told(self, cast: Cast, draft: RuleSet) -> None:
        simulated(cast)
        rule_drafts.discard(version="1.1", by=cast.office, at=NOON)
        assert list(RuleSet.objects.values_list("version", flat=True)) == ["1.0"]
        assert AuditEvent.objects.filter(verb="draft-discarded", actor=cast.office).exists()

    def test_a_published_version_takes_no_verb(self, cast: Cast, draft: RuleSet) -> None:
        for verb, more in (
            (rule_drafts.save_item, {"code": "H05", "values": {"points": 1}}),
            (rule_drafts.change_settings, {"values": {"green_from": 70}}),
            (rule_drafts.retire_item, {"code": "H05"}),
            (rule_drafts.restore_item, {"code": "H05"}),
            (rule_drafts.discard, {}),
            (rule_drafts.publish, {"effective_on": TODAY, "reason": "x"}),
        ):
            with pytest.raises(Conflict):
                verb(version="1.0", by=cast.office, at=NOON, **more)


class TestPublishing:
    def test_by_a_second_person_with_a_reason_binds_and_retires_the_older_one(
        self, cast: Cast, draft: RuleSet, second: User
    ) -> None:
        simulated(cast)
        made = published(second)
        assert (made.state, made.published_by, made.publish_reason) == ("published", second, "会议通过")
        assert RuleSet.objects.get(version="1.0").state == "retired"
        assert (rule_sets.for_visit(TODAY), rule_sets.for_visit(TODAY - DAY)) == (made, draft.based_on)
        told = AuditEvent.objects.filter(subject="rule_set", subject_id=str(made.pk)).latest("pk")
        assert (told.actor, told.reason, told.after["state"]) == (second, "会议通过", "published")

    def test_from_a_later_day_retires_the_older_one_on_that_day(
        self, cast: Cast, draft: RuleSet, second: User
    ) -> None:
        simulated(cast)
        published(second, TODAY + 3 * DAY)
        assert rule_drafts.retire_superseded(at=NOON + 2 * DAY) == []
        assert rule_sets.for_visit(TODAY).version == "1.0"
        assert [r.version for r in rule_drafts.retire_superseded(at=NOON + 3 * DAY)] == ["1.0"]

    @pytest.mark.parametrize("who", ["office", "editor"])
    def test_is_refused_to_who_made_or_last_edited_it(
        self, cast: Cast, draft: RuleSet, second: User, who: str
    ) -> None:
        if who == "editor":
            rule_drafts.save_item(version="1.1", code="H05", values={"points": 4}, by=second, at=NOON)
        simulated(cast)
        with pytest.raises(NotAllowed):
            published(second if who == "editor" else cast.office)

    def test_needs_a_what_if_of_exactly_this_content(self, cast: Cast, draft: RuleSet, second: User) -> None:
        with pytest.raises(Conflict):
            published(second)
        simulated(cast)
        edited(cast, points=4)
        with pytest.raises(Conflict):
            published(second)

    @pytest.mark.parametrize(("on", "reason"), [(TODAY - DAY, "会议通过"), (TODAY, " ")])
    def test_needs_a_day_to_come_and_a_reason(
        self, cast: Cast, draft: RuleSet, second: User, on: date, reason: str
    ) -> None:
        simulated(cast)
        with pytest.raises(Invalid):
            published(second, on, reason)

    def test_a_draft_of_an_older_version_is_not_published_over_a_newer_one(
        self, cast: Cast, draft: RuleSet, second: User
    ) -> None:
        rule_drafts.make(based_on="1.0", version="1.2", title=TITLE, by=cast.office, at=NOON)
        running.drain(what_if.ask(version="1.2", by=cast.office, at=NOON).pk)
        simulated(cast)
        published(second)
        with pytest.raises(Conflict):
            rule_drafts.publish(version="1.2", effective_on=TODAY + DAY, reason="x", by=second, at=NOON)


class TestPostgresItself:
    """By whatever way a row is reached, a version that was published stays as it is."""

    CHANGES = (
        "UPDATE grading_ruleset SET green_from = 1 WHERE id = %s",
        "UPDATE grading_ruleset SET state = 'draft' WHERE id = %s",
        "UPDATE grading_ruleset SET effective_on = '2030-01-01' WHERE id = %s",
        "DELETE FROM grading_ruleset WHERE id = %s",
        "UPDATE grading_ruleitem SET points = 1 WHERE rule_set_id = %s AND code = 'H05'",
        "DELETE FROM grading_ruleitem WHERE rule_set_id = %s AND code = 'H05'",
        (
            "INSERT INTO grading_ruleitem (rule_set_id, code, text_zh, text_en, fault_zh, fault_en, scope, severity,"
            " effect, points, deadline, deadline_days, department, needs_photo, red_cause, sources)"
            " VALUES (%s, 'H99', 'x', 'x', 'x', 'x', 'unit', 'minor', 'points', 1, 'none', 0, '', false, '', '{}')"
        ),
    )

    @pytest.mark.parametrize("sql", CHANGES)
    @pytest.mark.parametrize("state", ["published", "retired"])
    def test_nothing_changes_once_published(self, cast: Cast, draft: RuleSet, sql: str, state: str) -> None:
        if state == "retired":
            RuleSet.objects.filter(version="1.0").update(state="retired")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [draft.based_on_id])

    @pytest.mark.parametrize("sql", CHANGES[:1] + CHANGES[3:])
    def test_nothing_changes_after_the_what_if_without_becoming_a_draft(
        self, cast: Cast, draft: RuleSet, sql: str
    ) -> None:
        simulated(cast)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [draft.pk])

    @pytest.mark.parametrize(
        ("old", "new"),
        [(old, new) for old in RuleSetState for new in RuleSetState
         if new != old and new not in RULE_SET_MOVES[old]],
    )  # fmt: skip
    def test_a_version_moves_only_along_the_table(
        self, cast: Cast, draft: RuleSet, second: User, old: RuleSetState, new: RuleSetState
    ) -> None:
        if old != RuleSetState.DRAFT:
            simulated(cast)
        if old in (RuleSetState.PUBLISHED, RuleSetState.RETIRED):
            published(second)
        if old == RuleSetState.RETIRED:
            RuleSet.objects.filter(pk=draft.pk).update(state="retired")
        with pytest.raises(DatabaseError), transaction.atomic():
            RuleSet.objects.filter(pk=draft.pk).update(
                state=new, published_by=second, published_at=NOON, publish_reason="x"
            )


def test_a_visit_under_way_when_the_rules_change_is_judged_by_those_it_began_under(
    cast: Cast, draft: RuleSet, second: User
) -> None:
    building = factories.building(cast.fumin)
    home = factories.units(building)[0]
    edited(cast, effect="veto", red_cause="fire_hazard", severity="critical", points=0)
    simulated(cast)
    published(second)
    began = NOON - DAY  # no signal in the basement: it is sent a day later
    first = pay_visit(building, cast.grid, [Seen("H05", home.pk)], started_at=began, at=NOON)
    assert (first.visit.rule_set.version, home.assessments.latest("pk").grade) == ("1.0", "green")
    later: visit.Receipt = pay_visit(building, cast.grid, [Seen("H05", home.pk)], at=NOON + DAY)
    newest = home.assessments.latest("pk")
    assert (later.visit.rule_set.version, newest.grade) == ("1.1", "red")
    assert newest.rule_set.version == "1.1"
    assert rule_sets.book(draft.based_on).items["H05"].points == 5  # computable for ever
