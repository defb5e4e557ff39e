"""The whole grading life as a Hypothesis machine on committed rows of PostgreSQL (trust.md I1).

Every run has a building of its own, so nothing needs to be emptied between runs and every step is a true
transaction with its locks; some steps are two of them at once, each on its own connection.
"""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.models import User
from accounts.roles import Permission, Role
from communities import access
from core.dates import day_of
from core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from fucheng.flows import delisting, grade_change, proof, visit
from grading.models import (
    DelistingRequest,
    GradeChange,
    GradePeriod,
    Hazard,
    Proof,
    RuleItem,
    RuleSet,
    Standing,
    UrgentRed,
    Visit,
    VisitException,
)
from grading.services import assessing, hazards, rule_sets
from grading.services import delisting as delisting_service
from grading.services.hazards import Seen
from grading.states import CHANGE_MOVES, ChangeState
from jobs.models import Job
from tests import factories
from tests.machine import truths
from tests.races import race

HOMES = 3
BUILDING_ITEMS, UNIT_ITEMS = ("H02", "F03", "E01", "H06"), ("L06", "H03", "H05", "L01", "Z08", "L03")
VERBS: dict[str, tuple[Callable[..., Any], ChangeState]] = {
    "review": (grade_change.review, ChangeState.WITH_PANEL),
    "approve": (grade_change.approve, ChangeState.APPROVED),
    "return": (grade_change.return_, ChangeState.RETURNED),
}
FIRST_DAY = datetime(2026, 2, 3, 1, 0, tzinfo=UTC)
RUN_DAYS = 400  # each run lives in days of its own, so that its new rules are nobody else's
_runs = itertools.count()

PLACES = st.integers(0, HOMES - 1)
CHOICE = st.integers(0, 11)
SEEN_AS = st.sampled_from(["fault", "fault", "mended", "mended", "fixed"])
UNIT_FINDINGS = st.tuples(st.sampled_from(UNIT_ITEMS), PLACES, SEEN_AS)
COMMON_FINDINGS = st.tuples(st.sampled_from(BUILDING_ITEMS), st.none(), SEEN_AS)
FINDINGS = st.lists(st.one_of(UNIT_FINDINGS, COMMON_FINDINGS), max_size=4, unique_by=lambda f: f[:2])
DECIDERS = ("reviewer", "second_reviewer", "panel", "second_panel", "all_posts")
EVERYBODY = (*DECIDERS, "worker", "stranger", "office", "landlord")
WORKERS = ("worker", "second_worker", "all_posts")


@dataclass(frozen=True)
class People:
    """Everybody who may try something; `all_posts` holds every local post and the panel's."""

    by_name: dict[str, User]
    job: Job

    def __getitem__(self, name: str) -> User:
        return User.objects.get(pk=self.by_name[name].pk)  # rights are read anew, as in a request


def people() -> People:
    fumin, elsewhere = factories.community(), factories.community("茜坑", "440306014003")
    cast = {
        "worker": factories.person("m-worker", Role.GRID_WORKER, fumin),
        "second_worker": factories.person("m-worker-2", Role.GRID_WORKER, fumin),
        "reviewer": factories.person("m-reviewer", Role.REVIEWER, fumin),
        "second_reviewer": factories.person("m-reviewer-2", Role.REVIEWER, fumin),
        "stranger": factories.person("m-stranger", Role.REVIEWER, elsewhere),
        "panel": factories.person("m-panel", Role.PANEL),
        "second_panel": factories.person("m-panel-2", Role.PANEL),
        "office": factories.person("m-office", Role.OFFICE),
        "all_posts": factories.person("m-all", Role.GRID_WORKER, fumin),
        "landlord": factories.landlord_account(),
    }
    for role, where in ((Role.REVIEWER, fumin), (Role.PANEL, None)):
        cast["all_posts"].posts.create(role=role, community=where, starts_on=FIRST_DAY.date())
    factories.rules()
    job = Job.objects.create(
        kind="grading.bulk_assessment", requested_by=cast["office"], requested_at=FIRST_DAY, state="running"
    )
    return People(cast, job)


class GradingLife(RuleBasedStateMachine):
    """Steps are what people do; each may be refused, but only when the rules say so."""

    people: People  # set by `life_of`

    @initialize()
    def found(self) -> None:
        self.now = FIRST_DAY + timedelta(days=RUN_DAYS * (next(_runs) % 2000))
        self.building = factories.building(factories.community())
        owner = factories.landlord(name=f"业主{self.building.pk}")
        self.units = factories.units(self.building, HOMES, owner=owner)
        self.has_new_rules = False
        self.rules_changed_at = self.now
        self.incidents: list[int] = []
        self.last: dict[str, Any] | None = None

    # ---- time ----------------------------------------------------------------------------------------------

    def tick(self) -> datetime:
        self.now += timedelta(minutes=7)
        return self.now

    @rule(days=st.integers(1, 5))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def the_night_passes(self) -> None:
        """What time alone has ended is assessed anew, as `flows.reassessment` does for all homes."""
        self.now += timedelta(hours=12)
        ended = Standing.objects.ended_on(day_of(self.now)).filter(unit__in=self.units)
        with transaction.atomic():
            homes = list(ended.values_list("unit", flat=True))
            new = rule_sets.for_visit(day_of(self.now))
            assessing.assess_homes(homes, rule_set=new, at=self.now)
            delisting_service.follow_newer_facts(at=self.now)

    # ---- visits --------------------------------------------------------------------------------------------

    def call_visit(self, by: str, found: Any, missed: Any) -> dict[str, Any]:
        seen = [Seen(code, None if n is None else self.units[n].pk, how) for code, n, how in found]
        return {
            "client_id": uuid.uuid4(),
            "building_id": self.building.pk,
            "by": self.people[by],
            "started_at": self.now,
            "at": self.tick(),
            "seen": seen,
            "not_seen": {self.units[n].pk: why for n, why in missed},
        }

    MISSED = st.lists(
        st.tuples(PLACES, st.sampled_from(VisitException.Why.values)), max_size=1, unique_by=lambda m: m[0]
    )

    @rule(by=st.sampled_from(WORKERS), found=FINDINGS, missed=MISSED)
    def pay_a_visit(self, by: str, found: Any, missed: Any) -> None:
        self.last = self.call_visit(by, found, missed)
        assert visit.submit(**self.last).is_new

    @precondition(lambda self: self.last is not None)
    @rule()
    def send_the_last_visit_again(self) -> None:
        assert self.last is not None
        assert not visit.submit(**self.last).is_new

    @rule(by=st.sampled_from(("reviewer", "landlord", "stranger", "panel")))
    def somebody_else_pays_a_visit(self, by: str) -> None:
        refused(visit.submit, NotAllowed, OutOfScope, **self.call_visit(by, (), ()))

    # ---- decisions -----------------------------------------------------------------------------------------

    def changes(self, *states: str) -> list[GradeChange]:
        rows = GradeChange.objects.filter(unit__in=self.units).order_by("pk")
        return list(rows.filter(state__in=states) if states else rows)

    @rule(by=st.sampled_from(DECIDERS), which=CHOICE, verb=st.sampled_from(sorted(VERBS)))
    def decide_what_waits(self, by: str, which: int, verb: str) -> None:
        self.try_to_decide(by, verb, self.changes("proposed", "with_panel"), which)

    @rule(by=st.sampled_from(EVERYBODY), which=CHOICE, verb=st.sampled_from(sorted(VERBS)))
    def anybody_tries_anything(self, by: str, which: int, verb: str) -> None:
        self.try_to_decide(by, verb, self.changes(), which)

    def try_to_decide(self, by: str, verb: str, rows: list[GradeChange], which: int) -> None:
        if not rows:
            return
        change, person = rows[which % len(rows)], self.people[by]
        flow, _to = VERBS[verb]
        order = {"change_id": change.pk, "by": person, "at": self.tick(), "reason": "属实"}
        if may_decide(person, verb, change):
            flow(**order)
        else:
            refused(flow, DomainError, **order)

    @rule(by=st.sampled_from(("reviewer", "all_posts", "panel")), verb=st.sampled_from(sorted(VERBS)))
    def decide_all_at_once(self, by: str, verb: str) -> None:
        before = self.changes("proposed", "with_panel")
        person = self.people[by]
        ids = [change.pk for change in before]
        theirs = {change.pk for change in before if may_decide(person, verb, change)}
        done = grade_change.decide_many(
            verb=verb, change_ids=ids, by=person, at=self.tick(), reason="一并办理"
        )
        assert set(done) == theirs

    # ---- proofs --------------------------------------------------------------------------------------------

    @rule(which=CHOICE)
    def landlord_sends_a_proof(self, which: int) -> None:
        if hazard := chosen(Hazard.objects.open().filter(building=self.building), which):
            order = {"hazard_id": hazard.pk, "by": self.people["landlord"], "at": self.tick()}
            if hazard.state == "open":
                proof.send(**order, note="已整改", photo_digests=())
            else:
                refused(proof.send, Conflict, **order, note="已整改", photo_digests=())

    @rule(which=CHOICE, by=st.sampled_from(("reviewer", "all_posts", "panel")), is_good=st.booleans())
    def check_a_proof(self, which: int, by: str, is_good: bool) -> None:
        sent = Proof.objects.filter(hazard__building=self.building, state="sent").select_related(
            "hazard__item"
        )
        if not (row := chosen(sent, which)):
            return
        order: dict[str, Any] = {"proof_id": row.pk, "by": self.people[by], "at": self.tick()}
        is_on_paper_alone = is_good and row.hazard.item.effect == "veto"
        flow = proof.accept if is_good else proof.refuse
        order |= {} if is_good else {"reason": "看不清"}
        if by == "panel" or is_on_paper_alone:
            refused(flow, DomainError, **order)
        else:
            flow(**order)

    # ---- delisting -----------------------------------------------------------------------------------------

    @rule(place=PLACES)
    def landlord_asks_for_delisting(self, place: int) -> None:
        unit = self.units[place]
        is_red = truths.grade_of(unit.pk) == "red"
        has_open = DelistingRequest.objects.filter(
            unit=unit, state__in=("requested", "inspected", "with_panel")
        ).exists()
        order = {"unit_id": unit.pk, "by": self.people["landlord"], "at": self.tick(), "words": "已整改"}
        if is_red and not has_open:
            delisting.request(**order)
        else:
            refused(delisting.request, Conflict, **order)

    @rule(which=CHOICE)
    def landlord_withdraws(self, which: int) -> None:
        rows = DelistingRequest.objects.filter(unit__in=self.units, state__in=("requested", "inspected"))
        if row := chosen(rows, which):
            delisting.withdraw(request_id=row.pk, by=self.people["landlord"], at=self.tick())

    # ---- rules ---------------------------------------------------------------------------------------------

    @precondition(lambda self: not self.has_new_rules)
    @rule(green_from=st.sampled_from((70, 90, 95)), capped=st.sampled_from((5, 7, 10)))
    def rules_change_and_all_homes_are_judged(self, green_from: int, capped: int) -> None:
        """In force for the days of this run only; a visit that began under the old ones keeps them."""
        self.has_new_rules = True
        self.rules_changed_at = self.tick()
        self.old_version = rule_sets.for_visit(day_of(self.now)).version
        new = publish_copy(f"m{self.building.pk}", self.now, green_from, capped)
        with transaction.atomic():
            assessing.assess_buildings(
                self.building.pk, self.building.pk, rule_set=new, at=self.now, job=self.people.job
            )
            delisting_service.follow_newer_facts(at=self.now)

    # ---- two at once ---------------------------------------------------------------------------------------

    @rule(first=st.sampled_from(DECIDERS), second=st.sampled_from(DECIDERS), which=CHOICE)
    def two_people_decide_the_same(self, first: str, second: str, which: int) -> None:
        rows = self.changes("proposed", "with_panel")
        if not rows:
            return
        change, at = rows[which % len(rows)], self.tick()
        calls = [
            bound(VERBS[verb][0], change_id=change.pk, by=self.people[name], at=at, reason="同时")
            for name, verb in ((first, "approve"), (second, "return"))
        ]
        assert sum(not isinstance(outcome, DomainError) for outcome in race(calls)) <= 1

    @rule(by=st.sampled_from(DECIDERS), which=CHOICE, found=FINDINGS)
    def a_visit_and_a_decision_meet(self, by: str, which: int, found: Any) -> None:
        rows = self.changes("proposed", "with_panel")
        if not rows:
            return
        order = self.call_visit("second_worker", found, ())
        change = rows[which % len(rows)]
        decide = bound(
            VERBS["approve"][0], change_id=change.pk, by=self.people[by], at=self.tick(), reason="同时"
        )
        came, _decided = race([bound(visit.submit, **order), decide])
        assert not isinstance(came, DomainError)

    @rule(found=FINDINGS, other=FINDINGS)
    def two_visits_meet(self, found: Any, other: Any) -> None:
        calls = [
            bound(visit.submit, **self.call_visit(by, what, ()))
            for by, what in (("worker", found), ("second_worker", other))
        ]
        assert not any(isinstance(outcome, DomainError) for outcome in race(calls))

    @invariant()
    def nothing_that_must_hold_is_broken(self) -> None:
        if hasattr(self, "units"):
            truths.hold(self.building.pk, [unit.pk for unit in self.units], day_of(self.now))


def may_decide(person: User, verb: str, change: GradeChange) -> bool:
    """The rules of decisions in the test's own words."""
    is_panels = change.reviewed_at is not None or change.mark != "assessed"
    needed = Permission.GRADE_DECIDE_RED if is_panels else Permission.GRADE_DECIDE
    if verb == "review":
        needed = Permission.GRADE_REVIEW
    if not access.can(person, needed, community_id=change.community_id) or person.pk in inspectors_of(change):
        return False
    if verb != "return" and is_held_in_red(change):
        return False
    if VERBS[verb][1] not in CHANGE_MOVES[ChangeState(change.state)]:
        return False
    is_red = "red" in (change.from_grade, change.to_grade)
    if verb == "review":
        return is_red
    return verb == "return" or not is_red or change.state == ChangeState.WITH_PANEL


def inspectors_of(change: GradeChange) -> set[int | None]:
    return {change.inspected_by_id, *change.earlier_inspectors}


def is_held_in_red(change: GradeChange) -> bool:
    """An urgent red waits for its second look, or nobody but who put the home into red has seen it since."""
    period = GradePeriod.objects.filter(unit=change.unit_id, ends_at=None, grade="red").first()
    if period is None or change.mark != "assessed":
        return False
    red = period.change
    if UrgentRed.objects.filter(change=red, state="unconfirmed").exists():
        return True
    if red.assessment.rule_set_id != change.assessment.rule_set_id:
        return False
    put_in = {red.inspected_by_id, *red.earlier_inspectors} - {None}
    if red.mark == "urgent" or red.inspected_by_id is None:
        put_in.add(red.decided_by_id)
    since = Visit.objects.filter(building__units=change.unit_id, submitted_at__gte=period.starts_at)
    return not since.exclude(by__in=put_in).exclude(exceptions__unit=change.unit_id).exists()


def publish_copy(version: str, at: datetime, green_from: int, capped: int) -> RuleSet:
    """Version 1.0 with another threshold and rhythm, in force from this day on."""
    old = RuleSet.objects.get(version="1.0")
    items = list(RuleItem.objects.filter(rule_set=old))
    new = RuleSet.objects.get(pk=old.pk)
    new.pk, new._state.adding, new.version = None, True, version[:16]
    new.green_from, new.interval_days_capped = green_from, capped
    new.effective_on, new.published_at, new.state = day_of(at), at, "draft"
    new.save(force_insert=True)
    for item in items:
        item.pk, item._state.adding, item.rule_set = None, True, new
    RuleItem.objects.bulk_create(items)
    new.state = "published"
    new.save(update_fields=["state"])
    return new


def chosen(rows: Any, which: int) -> Any:
    found = list(rows.order_by("pk"))
    return found[which % len(found)] if found else None


def bound(call: Callable[..., Any], **order: Any) -> Callable[[], Any]:
    return lambda: call(**order)


def refused(call: Callable[..., Any], *errors: type[DomainError], **order: Any) -> None:
    try:
        call(**order)
    except errors:
        return
    raise AssertionError(f"{call.__module__}.{call.__name__} was not refused: {order}")


def life_of(life: type[GradingLife], everybody: People) -> type[GradingLife]:
    """The machine with these people in it."""
    hazards._workdays_after.cache_clear()
    return type("Life", (life,), {"people": everybody})
