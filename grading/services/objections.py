"""Objections of landlords: filed within 21 days, answered within 21 by a person who took no part."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import ROLE_PERMISSIONS, Permission
from communities import access
from communities.models import Post
from core.dates import day_of
from core.errors import Conflict, Invalid, NotAllowed
from grading.facts import Effect
from grading.models import GradeChange, GradePeriod, Hazard, HazardEvent, Objection, Photo
from grading.services import changes, hazards, photos, visit_requests
from grading.states import OBJECTION_MOVES, HazardState, ObjectionState
from rentals.models import Unit

FILE_DAYS = 21
ANSWER_DAYS = 21
Remedy = Objection.Remedy
NOT_YOURS = _("Your post does not include answering objections.")
YOU_TOOK_PART = _("You took part in this decision, so another person must answer the objection.")
OF_ANOTHER = _("This objection was given to another person.")


class TookPart(NotAllowed):
    code = "took-part"
    message = _("Who inspected, reviewed or decided does not answer the objection. Choose another person.")


def file_by(change: GradeChange) -> date | None:
    """The last day on which the decision can be objected to."""
    return day_of(change.decided_at) + timedelta(days=FILE_DAYS) if change.decided_at else None


@transaction.atomic
def file(*, unit_id: int, by: User, at: datetime, words: str, photo_digests: Sequence[str] = ()) -> Objection:
    """The landlord objects to the decision in force; once for each decision."""
    access.authorize(by, Permission.OBJECTION_FILE)
    unit = Unit.objects.visible_to(by).lock(unit_id)
    change = _decision_in_force(unit)
    last_day = file_by(change)
    if last_day is None or day_of(at) > last_day:
        raise Conflict(_("The 21 days for an objection have passed. You may still send proof or a reply."))
    if Objection.objects.filter(change=change).exists():
        raise Conflict(_("You have objected to this decision already. Follow it on this page."))
    if not words.strip():
        raise Invalid(_("Say in a few words what is wrong with the decision."))
    made = Objection.objects.create(
        unit=unit,
        change=change,
        words=words,
        filed_by=by,
        filed_at=at,
        answer_by=day_of(at) + timedelta(days=ANSWER_DAYS),
    )
    Photo.objects.bulk_create(
        Photo(sha256=digest, file=photos.stored_name(digest), objection=made, taken_by=by, added_at=at)
        for digest in photo_digests
    )
    return made


def _decision_in_force(unit: Unit) -> GradeChange:
    period = GradePeriod.objects.filter(unit=unit, ends_at__isnull=True).select_related("change").first()
    if period is None or period.grade == "green":
        raise Conflict(_("There is no decision against this home to object to."))
    return period.change


def eligible(objection: Objection, *, on: date) -> list[User]:
    """Who may answer: by post in this community or the whole street, and without a part in the decision."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.OBJECTION_ANSWER in held]
    here = Q(community__isnull=True) | Q(community=objection.change.community_id)
    posts = Post.objects.held_on(on).filter(here, role__in=roles, user__is_active=True)
    users = User.objects.filter(pk__in=posts.values("user")).exclude(
        pk__in=changes.took_part(objection.change)
    )
    return list(users.order_by("display_name", "pk"))


@transaction.atomic
def assign(*, objection_id: int, to: int, by: User, at: datetime) -> Objection:
    """Gives it to a person who may answer it; whoever took part is refused."""
    objection = _open(objection_id, by, move=ObjectionState.ASSIGNED)
    if to in changes.took_part(objection.change):
        raise TookPart
    if to not in {user.pk for user in eligible(objection, on=day_of(at))}:
        raise Invalid(_("This person cannot answer objections of this community. Choose another."))
    objection.state, objection.assigned_at = ObjectionState.ASSIGNED, at
    objection.assigned_to_id = to
    objection.save(update_fields=["state", "assigned_to", "assigned_at"])
    return objection


@transaction.atomic
def reject(*, objection_id: int, by: User, at: datetime, answer: str) -> Objection:
    objection = _to_answer(objection_id, by, answer, move=ObjectionState.REJECTED)
    return _answer(objection, ObjectionState.REJECTED, by=by, at=at, answer=answer)


@transaction.atomic
def uphold(
    *, objection_id: int, by: User, at: datetime, answer: str, hazard_ids: Sequence[int] = ()
) -> Objection:
    """With findings to set aside they are closed, and the caller assesses the building; else a visit is asked for.

    A veto fault is never set aside at a desk: a red is not lifted on paper.
    """
    objection = _to_answer(objection_id, by, answer, move=ObjectionState.UPHELD)
    objection.remedy = Remedy.SET_ASIDE if hazard_ids else Remedy.REINSPECTION
    _answer(objection, ObjectionState.UPHELD, by=by, at=at, answer=answer)
    if hazard_ids:
        _set_aside(objection, hazard_ids, by=by, at=at, answer=answer)
    else:
        visit_requests.after_objection(objection, by=by, at=at)
    return objection


def contested(objection: Objection) -> list[Hazard]:
    """Open findings that weigh on the home and may be set aside at a desk."""
    unit = objection.unit
    rows = Hazard.objects.counting_for(unit.pk, unit.building_id).select_related("item")
    return list(rows.filter(item__effect__in=[Effect.CAP, Effect.POINTS]).order_by("item_code", "pk"))


def _set_aside(
    objection: Objection, hazard_ids: Sequence[int], *, by: User, at: datetime, answer: str
) -> None:
    wanted = set(hazard_ids)
    if not wanted <= {hazard.pk for hazard in contested(objection)}:
        raise Conflict(
            _("One of these findings is closed, or makes the home red: then someone must visit again.")
        )
    for hazard in Hazard.objects.lock_all(sorted(wanted)):
        hazard.state, hazard.closed_at, hazard.set_aside_on = HazardState.CLOSED, at, day_of(at)
        hazard.save(update_fields=["state", "closed_at", "set_aside_on"])
        hazards.settle_proofs([hazard], by=by.pk, at=at)
        HazardEvent.objects.create(
            hazard=hazard, what=HazardEvent.What.SET_ASIDE, at=at, by=by, note=answer[:500]
        )


def _open(objection_id: int, by: User, *, move: ObjectionState) -> Objection:
    """The locked objection, its building locked first as visits do."""
    found = Objection.objects.visible_to(by).select_related("unit__building").one(pk=objection_id)
    access.authorize(by, Permission.OBJECTION_ANSWER, community_id=found.unit.building.community_id)
    type(found.unit.building).objects.lock(found.unit.building_id)
    objection = Objection.objects.select_related("unit", "change__assessment__visit").lock(objection_id)
    if move not in OBJECTION_MOVES[ObjectionState(objection.state)]:
        raise Conflict(_("This objection has been answered already."))
    return objection


def _to_answer(objection_id: int, by: User, answer: str, *, move: ObjectionState) -> Objection:
    objection = _open(objection_id, by, move=move)
    if by.pk in changes.took_part(objection.change):
        raise TookPart(YOU_TOOK_PART)
    if objection.assigned_to_id not in (None, by.pk):
        raise NotAllowed(OF_ANOTHER)
    if not answer.strip():
        raise Invalid(_("Give the reasons; the landlord reads them."))
    return objection


def _answer(objection: Objection, state: ObjectionState, *, by: User, at: datetime, answer: str) -> Objection:
    objection.state, objection.answered_by, objection.answered_at = state, by, at
    objection.answer = answer
    objection.save(update_fields=["state", "answered_by", "answered_at", "answer", "remedy"])
    return objection
