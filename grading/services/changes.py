"""Grade changes: proposed by assessments, decided by people, put in force with their history.

Green and yellow are the community's; red in either direction goes on to the panel. Nobody decides on
the own visit. The constraints of `GradeChange` say the same in the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.bulk import copy_in, reserve_ids
from core.errors import Conflict, Invalid, NotAllowed
from grading.models import GradeChange, GradePeriod, Standing
from grading.querysets import GradeChangeQuerySet
from grading.states import CHANGE_MOVES, OPEN_CHANGE_STATES, ChangeState

As = GradeChange.DecidedAs


class AlreadyDecided(Conflict):
    code = "already-decided"
    message = _("This change was decided in the meantime. Reload the list.")


class OwnInspection(NotAllowed):
    code = "own-inspection"
    message = _("You inspected this home, so someone else must decide.")


class HeldInRed(Conflict):
    """A red that may not be left yet; the message says what must happen first."""

    code = "held-in-red"


UNCONFIRMED = _("The urgent red of this home waits for its confirmation. Confirm or lift it first.")
NO_OTHER_LOOK = _(
    "The home has only been seen by the person who put it into red. Someone else must visit first."
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an assessment says about one home; a change is proposed when the two grades differ."""

    unit_id: int
    community_id: int
    assessment_id: int
    grade_in_force: str | None
    grade: str


def propose(proposals: Sequence[Proposal], *, at: datetime, inspected_by: int | None) -> list[int]:
    """Ids of the changes now proposed.

    An open change with the same outcome goes on with the newest reasons, and whoever inspected before stays
    barred; one with another outcome is replaced, as is one whose reviewer has now inspected. Nobody
    becomes free to decide by a replacement.
    """
    open_rows = GradeChange.objects.open().filter(unit__in=[p.unit_id for p in proposals])
    open_changes = {change.unit_id: change for change in open_rows}
    replaced, renewed, wanted = [], [], []
    for p in proposals:
        waiting = open_changes.get(p.unit_id)
        if waiting and (waiting.from_grade, waiting.to_grade) == (p.grade_in_force, p.grade):
            if waiting.assessment_id == p.assessment_id:
                continue
            if inspected_by is None or waiting.reviewed_by_id != inspected_by:
                renewed.append(_renew(waiting, p.assessment_id, inspected_by))
                continue
        if waiting:
            replaced.append(waiting.pk)
        if p.grade != p.grade_in_force:
            wanted.append(p)
    GradeChange.objects.bulk_update(
        renewed, ["assessment", "inspected_by", "earlier_inspectors"], batch_size=1000
    )
    if replaced:
        GradeChange.objects.filter(pk__in=replaced).update(state=ChangeState.SUPERSEDED)
    ids = reserve_ids(GradeChange, len(wanted))
    copy_in(
        "grading_gradechange",
        (
            "id", "unit_id", "community_id", "assessment_id", "from_grade", "to_grade", "state",
            "proposed_at", "inspected_by_id", "earlier_inspectors", "review_reason", "decided_as", "reason",
        ),
        (
            (
                pk, p.unit_id, p.community_id, p.assessment_id, p.grade_in_force, str(p.grade),
                ChangeState.PROPOSED.value, at, inspected_by,
                _array(_behind(open_changes.get(p.unit_id), but=inspected_by)), "", "", "",
            )
            for pk, p in zip(ids, wanted, strict=True)
        ),
    )  # fmt: skip
    _straight_to_the_panel(ids)
    _keep_watch([p.unit_id for p in proposals], at=at)
    return ids


def _straight_to_the_panel(change_ids: Sequence[int]) -> None:
    """Red again within the watch by the same cause: the community has seen it before."""
    if not change_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE grading_gradechange c SET state = 'with_panel', mark = 'fell_back'
            FROM grading_assessment a
            WHERE c.id = ANY(%s) AND c.to_grade = 'red' AND a.id = c.assessment_id AND EXISTS (
                SELECT FROM grading_watch w, jsonb_array_elements(a.lines) line
                WHERE w.unit_id = c.unit_id AND line ->> 'effect' = 'veto' AND line ->> 'item' = ANY(w.causes)
                  AND (c.proposed_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN w.starts_on AND w.until)
            """,
            [list(change_ids)],
        )


def _keep_watch(unit_ids: Sequence[int], *, at: datetime) -> None:
    """Homes under watch are visited at the interval of red."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE grading_standing s
            SET next_visit_on = (s.last_visit_at AT TIME ZONE 'Asia/Shanghai')::date
                                + (r.interval_days ->> 'red')::int
            FROM grading_watch w
            JOIN grading_gradechange c ON c.id = w.change_id
            JOIN grading_assessment a ON a.id = c.assessment_id
            JOIN grading_ruleset r ON r.id = a.rule_set_id
            WHERE s.unit_id = ANY(%s) AND w.unit_id = s.unit_id
              AND (%s AT TIME ZONE 'Asia/Shanghai')::date BETWEEN w.starts_on AND w.until
              AND s.next_visit_on > (s.last_visit_at AT TIME ZONE 'Asia/Shanghai')::date
                                    + (r.interval_days ->> 'red')::int
            """,
            [list(unit_ids), at],
        )


def _begin_watches(change_ids: Sequence[int], *, at: datetime) -> None:
    """A home that leaves red is watched for the days its version says, for the causes it was red for."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO grading_watch (unit_id, change_id, starts_on, until, causes)
            SELECT c.unit_id, c.id, d.day, d.day + r.watch_days, ARRAY(
                SELECT DISTINCT line ->> 'item' FROM jsonb_array_elements(was.lines) line
                WHERE line ->> 'effect' = 'veto')
            FROM grading_gradechange c
            JOIN grading_assessment a ON a.id = c.assessment_id
            JOIN grading_ruleset r ON r.id = a.rule_set_id
            JOIN grading_gradeperiod p ON p.unit_id = c.unit_id AND p.grade = 'red' AND p.ends_at = %s
            JOIN grading_gradechange red ON red.id = p.change_id
            JOIN grading_assessment was ON was.id = red.assessment_id,
            LATERAL (SELECT (%s AT TIME ZONE 'Asia/Shanghai')::date AS day) d
            WHERE c.id = ANY(%s) AND c.from_grade = 'red' AND c.mark = 'assessed'
            RETURNING unit_id
            """,
            [at, at, list(change_ids)],
        )
        _keep_watch([row[0] for row in cursor.fetchall()], at=at)


def _renew(change: GradeChange, assessment_id: int, inspected_by: int | None) -> GradeChange:
    """The change with newer reasons for the same outcome."""
    change.earlier_inspectors = _behind(change, but=inspected_by)
    change.assessment_id, change.inspected_by_id = assessment_id, inspected_by or change.inspected_by_id
    return change


def _array(ids: Sequence[int]) -> str:
    return f"{{{','.join(map(str, ids))}}}"


def _behind(change: GradeChange | None, *, but: int | None) -> list[int]:
    """Who inspected for this change, without the newest inspector."""
    if change is None:
        return []
    return sorted({pk for pk in (*change.earlier_inspectors, change.inspected_by_id) if pk and pk != but})


@transaction.atomic
def review_change(*, change_id: int, by: User, at: datetime, reason: str) -> GradeChange:
    """The community has checked a change that touches red and hands it to the panel."""
    change = _to_decide(change_id, by, Permission.GRADE_REVIEW, reason, to=ChangeState.WITH_PANEL)
    if not change.touches_red:
        raise Conflict(_("Only red goes to the panel; green and yellow are yours to decide."))
    change.state = ChangeState.WITH_PANEL
    change.reviewed_by, change.reviewed_at, change.review_reason = by, at, reason
    change.save(update_fields=["state", "reviewed_by", "reviewed_at", "review_reason"])
    return change


@transaction.atomic
def approve_change(*, change_id: int, by: User, at: datetime, reason: str) -> GradeChange:
    """Puts a change in force: green and yellow by the community, red in either direction by the panel."""
    change = _to_decide(change_id, by, None, reason, to=ChangeState.APPROVED)
    if change.touches_red and change.state != ChangeState.WITH_PANEL:
        raise NotAllowed(_("Red is decided by the panel. Check the case and hand it on."))
    _decide(change, ChangeState.APPROVED, by=by, at=at, reason=reason)
    put_in_force([change.pk], at=at)
    return change


@transaction.atomic
def return_change(*, change_id: int, by: User, at: datetime, reason: str) -> GradeChange:
    """Sends a change back with a reason; the home keeps its grade until new facts come."""
    change = _to_decide(change_id, by, None, reason, to=ChangeState.RETURNED)
    _decide(change, ChangeState.RETURNED, by=by, at=at, reason=reason)
    return change


def _to_decide(
    change_id: int, by: User, permission: Permission | None, reason: str, *, to: ChangeState
) -> GradeChange:
    """The locked change when this person may make this move now."""
    changes = GradeChange.objects.visible_to(by)
    _hold_homes(changes.filter(pk=change_id))
    change = changes.lock(change_id)
    access.authorize(by, permission or _permission(change), community_id=change.community_id)
    if to not in CHANGE_MOVES[ChangeState(change.state)]:
        raise AlreadyDecided
    if change.was_inspected_by(by):
        raise OwnInspection
    if to != ChangeState.RETURNED and (why := held_in_red([change.pk]).get(change.pk)):
        raise HeldInRed(why)
    if not reason.strip():
        raise Invalid(_("Give a reason; the landlord will read it."))
    audit.act_as(by)
    return change


def held_in_red(change_ids: Sequence[int]) -> dict[int, str | Promise]:
    """Those of the changes out of red that may not go on yet, and why; the database refuses them too."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, EXISTS (SELECT FROM grading_urgentred u WHERE u.change_id = red.id AND u.state = 'unconfirmed')
            FROM grading_gradechange c
            JOIN grading_gradeperiod p ON p.unit_id = c.unit_id AND p.ends_at IS NULL AND p.grade = 'red'
            JOIN grading_gradechange red ON red.id = p.change_id
            JOIN grading_assessment was ON was.id = red.assessment_id
            JOIN grading_assessment now ON now.id = c.assessment_id
            JOIN rentals_unit h ON h.id = c.unit_id
            WHERE c.id = ANY(%s) AND c.from_grade = 'red' AND c.mark = 'assessed' AND (
                EXISTS (SELECT FROM grading_urgentred u WHERE u.change_id = red.id AND u.state = 'unconfirmed')
                OR (red.inspected_by_id IS NOT NULL OR red.mark = 'urgent') AND was.rule_set_id = now.rule_set_id
                   AND NOT EXISTS (
                        SELECT FROM grading_visit v
                        WHERE v.building_id = h.building_id AND v.submitted_at >= p.starts_at
                          AND v.by_id IS DISTINCT FROM red.inspected_by_id AND v.by_id <> ALL(red.earlier_inspectors)
                          AND (red.mark <> 'urgent' OR v.by_id <> red.decided_by_id)
                          AND NOT EXISTS (SELECT FROM grading_visitexception e
                                          WHERE e.visit_id = v.id AND e.unit_id = c.unit_id)))
            """,
            [list(change_ids)],
        )
        return {pk: UNCONFIRMED if is_urgent else NO_OTHER_LOOK for pk, is_urgent in cursor.fetchall()}


def _hold_homes(changes: GradeChangeQuerySet[GradeChange]) -> None:
    """Locks standings before changes, as assessments do, so that a decision and a visit cannot deadlock."""
    homes = Standing.objects.filter(unit__in=changes.values("unit")).order_by("unit")
    list(homes.select_for_update(no_key=True).values_list("unit_id"))


def _permission(change: GradeChange) -> Permission:
    """Whose it is, or was: the second of two panel members reads that it is decided, not that it is not theirs."""
    is_panels = change.reviewed_at is not None or change.mark != GradeChange.Mark.ASSESSED
    return Permission.GRADE_DECIDE_RED if is_panels else Permission.GRADE_DECIDE


def _decide(change: GradeChange, state: ChangeState, *, by: User, at: datetime, reason: str) -> None:
    change.decided_as = As.PANEL if change.state == ChangeState.WITH_PANEL else As.COMMUNITY
    change.state, change.decided_by, change.decided_at, change.reason = state, by, at, reason
    change.save(update_fields=["state", "decided_as", "decided_by", "decided_at", "reason"])


def decidable(by: User, state: ChangeState) -> GradeChangeQuerySet[GradeChange]:
    """Changes in `state` that this person may decide: in scope, within the rights, not the own visits."""
    with_panel = state == ChangeState.WITH_PANEL
    permission = Permission.GRADE_DECIDE_RED if with_panel else Permission.GRADE_DECIDE
    scope = {
        post.community_id
        for post in access.posts_of(by)
        if access.can(by, permission, community_id=post.community_id or 0)
    }
    rows = GradeChange.objects.visible_to(by).filter(state=state).not_inspected_by(by)
    return rows if None in scope else rows.filter(community__in=scope)


@transaction.atomic
def approve_many(*, change_ids: Sequence[int], by: User, at: datetime, reason: str) -> list[int]:
    """Approves those of the changes that this person may decide; ids of the approved ones.

    Community staff: proposed green and yellow. Panel: what the community handed on.
    """
    if not reason.strip():
        raise Invalid(_("Give a reason; the landlord will read it."))
    audit.act_as(by)
    _hold_homes(GradeChange.objects.visible_to(by).filter(pk__in=change_ids))
    approved: list[int] = []
    for state, decided_as in ((ChangeState.PROPOSED, As.COMMUNITY), (ChangeState.WITH_PANEL, As.PANEL)):
        rows = decidable(by, state).filter(pk__in=change_ids)
        if state == ChangeState.PROPOSED:
            rows = rows.not_touching_red()
        ids = _lock_those_free(rows)
        GradeChange.objects.filter(pk__in=ids).update(
            state=ChangeState.APPROVED, decided_as=decided_as, decided_by=by, decided_at=at, reason=reason
        )
        approved += ids
    put_in_force(approved, at=at)
    return approved


@transaction.atomic
def review_many(*, change_ids: Sequence[int], by: User, at: datetime, reason: str) -> list[int]:
    """Hands those of the changes that touch red on to the panel; ids of the handed-on ones."""
    if not reason.strip():
        raise Invalid(_("Give a reason; the landlord will read it."))
    audit.act_as(by)
    _hold_homes(GradeChange.objects.visible_to(by).filter(pk__in=change_ids))
    rows = decidable(by, ChangeState.PROPOSED).touching_red().filter(pk__in=change_ids)
    ids = _lock_those_free(rows)
    GradeChange.objects.filter(pk__in=ids).update(
        state=ChangeState.WITH_PANEL, reviewed_by=by, reviewed_at=at, review_reason=reason
    )
    return ids


@transaction.atomic
def return_many(*, change_ids: Sequence[int], by: User, at: datetime, reason: str) -> list[int]:
    """Sends those of the changes that this person may decide back; ids of the returned ones."""
    if not reason.strip():
        raise Invalid(_("Give a reason; the landlord will read it."))
    audit.act_as(by)
    _hold_homes(GradeChange.objects.visible_to(by).filter(pk__in=change_ids))
    returned: list[int] = []
    for state, decided_as in ((ChangeState.PROPOSED, As.COMMUNITY), (ChangeState.WITH_PANEL, As.PANEL)):
        rows = decidable(by, state).filter(pk__in=change_ids)
        locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
        ids = list(locked.values_list("pk", flat=True))
        GradeChange.objects.filter(pk__in=ids).update(
            state=ChangeState.RETURNED, decided_as=decided_as, decided_by=by, decided_at=at, reason=reason
        )
        returned += ids
    return returned


def _lock_those_free(rows: GradeChangeQuerySet[GradeChange]) -> list[int]:
    """Locks the changes in order; ids of those that are not held in red."""
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    ids = list(locked.values_list("pk", flat=True))
    held = held_in_red(ids)
    return [pk for pk in ids if pk not in held]


def put_in_force(change_ids: Sequence[int], *, at: datetime) -> None:
    """Ends the present grade of the homes, begins the new one, and moves their standing; `at` is one moment.

    The next visit follows the new grade and the newest assessment, which may be later than the change's:
    the shorter interval while a cap item is open.
    """
    if not change_ids:
        return
    ids = list(change_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE grading_gradeperiod p SET ends_at = %s
            FROM grading_gradechange c
            WHERE c.id = ANY(%s) AND p.unit_id = c.unit_id AND p.ends_at IS NULL
            """,
            [at, ids],
        )
        cursor.execute(
            """
            INSERT INTO grading_gradeperiod (unit_id, grade, starts_at, change_id)
            SELECT c.unit_id, c.to_grade, %s, c.id FROM grading_gradechange c
            WHERE c.id = ANY(%s) ORDER BY c.id
            """,
            [at, ids],
        )
        cursor.execute(
            """
            UPDATE grading_standing s
            SET grade = c.to_grade, graded_at = %s,
                next_visit_on = (s.last_visit_at AT TIME ZONE 'Asia/Shanghai')::date + CASE
                    WHEN a.lines @> '[{"effect": "cap"}]'
                    THEN least(r.interval_days_capped, (r.interval_days ->> c.to_grade)::int)
                    ELSE (r.interval_days ->> c.to_grade)::int
                         + CASE c.to_grade WHEN 'green' THEN s.gained_days ELSE 0 END END
            FROM grading_gradechange c, grading_assessment a JOIN grading_ruleset r ON r.id = a.rule_set_id
            WHERE c.id = ANY(%s) AND s.unit_id = c.unit_id AND a.id = coalesce(s.assessment_id, c.assessment_id)
            """,
            [at, ids],
        )
    _begin_watches(ids, at=at)


def open_for(unit_id: int) -> GradeChange | None:
    return GradeChange.objects.filter(unit=unit_id, state__in=OPEN_CHANGE_STATES).first()


def took_part(change: GradeChange) -> set[int]:
    """Who inspected, reviewed and decided; load `assessment__visit` with the change."""
    visit = change.assessment.visit
    people = (
        change.inspected_by_id,
        change.reviewed_by_id,
        change.decided_by_id,
        visit.by_id if visit else None,
        *change.earlier_inspectors,
    )
    return {person for person in people if person is not None}


def put_in_by(unit_id: int) -> set[int]:
    """Who put the home into the red that is in force: its inspectors, and who decided an urgent one.

    None of them makes the re-inspection that leads out of it.
    """
    period = GradePeriod.objects.filter(unit=unit_id, ends_at__isnull=True, grade="red")
    red = GradeChange.objects.filter(period__in=period).first()
    if red is None:
        return set()
    urgent = red.decided_by_id if red.mark == GradeChange.Mark.URGENT else None
    return {pk for pk in (red.inspected_by_id, *red.earlier_inspectors, urgent) if pk is not None}
