"""Grade changes decided by people and put in force with their history.

Green and yellow are the community's; red in either direction goes on to the panel. Nobody decides on
the own visit. The constraints of `GradeChange` say the same in the database.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.errors import Conflict, NotAllowed
from grading.models import GradeChange, Standing
from grading.querysets import GradeChangeQuerySet
from grading.services import leaving_red, reasons, watches
from grading.states import CHANGE_MOVES, OPEN_CHANGE_STATES, ChangeState

As = GradeChange.DecidedAs


class AlreadyDecided(Conflict):
    code = "already-decided"
    message = _("This change was decided in the meantime. Reload the list.")


class OwnInspection(NotAllowed):
    code = "own-inspection"
    message = _("You inspected this home, so someone else must decide.")


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
    if to != ChangeState.RETURNED and (why := leaving_red.held([change.pk]).get(change.pk)):
        raise leaving_red.HeldInRed(why)
    reasons.demand(reason)
    audit.act_as(by)
    return change


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


def _begin_bulk(change_ids: Sequence[int], *, by: User, reason: str) -> None:
    reasons.demand(reason)
    audit.act_as(by)
    _hold_homes(GradeChange.objects.visible_to(by).filter(pk__in=change_ids))


@transaction.atomic
def approve_many(*, change_ids: Sequence[int], by: User, at: datetime, reason: str) -> list[int]:
    """Approves those of the changes that this person may decide; ids of the approved ones.

    Community staff: proposed green and yellow. Panel: what the community handed on.
    """
    _begin_bulk(change_ids, by=by, reason=reason)
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
    _begin_bulk(change_ids, by=by, reason=reason)
    rows = decidable(by, ChangeState.PROPOSED).touching_red().filter(pk__in=change_ids)
    ids = _lock_those_free(rows)
    GradeChange.objects.filter(pk__in=ids).update(
        state=ChangeState.WITH_PANEL, reviewed_by=by, reviewed_at=at, review_reason=reason
    )
    return ids


@transaction.atomic
def return_many(*, change_ids: Sequence[int], by: User, at: datetime, reason: str) -> list[int]:
    """Sends those of the changes that this person may decide back; ids of the returned ones."""
    _begin_bulk(change_ids, by=by, reason=reason)
    returned: list[int] = []
    for state, decided_as in ((ChangeState.PROPOSED, As.COMMUNITY), (ChangeState.WITH_PANEL, As.PANEL)):
        rows = decidable(by, state).filter(pk__in=change_ids)
        ids = _lock(rows)
        GradeChange.objects.filter(pk__in=ids).update(
            state=ChangeState.RETURNED, decided_as=decided_as, decided_by=by, decided_at=at, reason=reason
        )
        returned += ids
    return returned


def _lock(rows: GradeChangeQuerySet[GradeChange]) -> list[int]:
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def _lock_those_free(rows: GradeChangeQuerySet[GradeChange]) -> list[int]:
    """Locks the changes in order; ids of those that are not held in red."""
    ids = _lock(rows)
    held = leaving_red.held(ids)
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
                next_visit_on = (s.last_visit_at AT TIME ZONE 'Asia/Shanghai')::date + (
                    SELECT CASE WHEN a.lines @> '[{"effect": "cap"}]'
                           THEN least(r.interval_days_capped, (r.interval_days ->> c.to_grade)::int)
                           ELSE (r.interval_days ->> c.to_grade)::int
                                + CASE c.to_grade WHEN 'green' THEN s.gained_days ELSE 0 END END
                    FROM grading_assessment a JOIN grading_ruleset r ON r.id = a.rule_set_id
                    WHERE a.id = coalesce(s.assessment_id, c.assessment_id))
            FROM grading_gradechange c
            WHERE c.id = ANY(%s) AND s.unit_id = c.unit_id
            """,
            [at, ids],
        )
    watches.begin(ids, at=at)


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
