"""Documents are issued in the transaction of the decision they tell about: as rows that are owed.

The database gives the number. It is taken last in a transaction, so that nobody waits for a lock while
holding the series; kinds are taken in their fixed order.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import day_of
from core.errors import Conflict
from grading.facts import Effect
from grading.models import GradeChange, Hazard, Standing, StarAward, Visit
from grading.services import explaining, star_facts
from grading.services.stars import CAUSES_ZH
from grading.stars import Cause
from letters.engine.official import OfficialDocument
from letters.models import Document
from letters.services import composing
from letters.services.composing import Fault, ObjectionAnswer, Place
from rentals.models import Building, Unit
from rentals.querysets import UnitQuerySet

Kind = Document.Kind
Mark = GradeChange.Mark
GRAVE = (Effect.VETO, Effect.CAP)


def _homes() -> UnitQuerySet[Unit]:
    return Unit.objects.select_related(
        "building__community__street", "landlord", "standing__assessment__rule_set"
    )


def _row(
    kind: Document.Kind, place: Place, data: OfficialDocument, *, by: User, at: datetime, **source: object
) -> Document:
    return Document(
        kind=kind,
        prefix=place.short_name + composing.MARKS[kind],
        year=day_of(at).year,
        building=place.building,
        unit=place.unit,
        landlord=place.landlord,
        data=data.to_json(),
        issued_at=at,
        issued_by=by,
        **source,
    )


@transaction.atomic
def after_decisions(change_ids: Sequence[int], *, by: User, at: datetime) -> list[Document]:
    """The letters that changes now in force owe: red in force, and red lifted."""
    changes = (
        GradeChange.objects.filter(pk__in=change_ids, state="approved")
        .filter(Q(to_grade="red") | Q(from_grade="red"))
        .select_related("assessment__rule_set", "unit__building__community__street", "unit__landlord")
        .order_by("to_grade", "pk")
    )
    rows = list(changes)
    behind = {line["hazard"] for change in rows for line in change.assessment.lines if line.get("hazard")}
    notes = dict(Hazard.objects.filter(pk__in=behind).values_list("pk", "note"))
    documents = [_of_change(change, notes, by=by, at=at) for change in rows]
    documents.sort(key=lambda document: str(document.kind))
    return Document.objects.bulk_create(documents)


def _of_change(change: GradeChange, notes: dict[int, str], *, by: User, at: datetime) -> Document:
    place = Place.of_unit(change.unit)
    explanation = explaining.explain(change.assessment)
    faults = composing.faults_of(explanation, notes)
    if change.to_grade == "red":
        data = composing.no_rental(
            place,
            faults,
            explanation,
            reason=change.reason,
            in_force=day_of(at),
            is_urgent=change.mark == Mark.URGENT,
        )
        return _row(Kind.NO_RENTAL, place, data, by=by, at=at, change=change)
    data = composing.delisting(
        place,
        faults,
        explanation,
        to_grade=change.to_grade,
        reason=change.reason,
        on=day_of(at),
        is_second_look=change.mark == Mark.LIFTED,
    )
    return _row(Kind.DELISTING, place, data, by=by, at=at, change=change)


def after_visit(visit: Visit, opened: Sequence[Hazard], *, by: User, at: datetime) -> list[Document]:
    """One rectification notice a home, and one for the common parts, where the visit opened a grave hazard.

    Grave is what holds the grade down (veto, cap) and has a deadline; smaller faults are told by message and
    get their paper on request (`request_rectification`).
    """
    by_place: dict[int | None, list[Hazard]] = {}
    for hazard in sorted(opened, key=_in_order_of_doors):
        if hazard.item.effect in GRAVE:
            by_place.setdefault(hazard.unit_id, []).append(hazard)
    if not by_place:
        return []
    homes = {unit.pk: unit for unit in _homes().filter(pk__in=[pk for pk in by_place if pk])}
    return Document.objects.bulk_create(
        _rectification(
            Place.of_unit(homes[unit_id]) if unit_id else common_parts(visit.building_id),
            hazards,
            by=by,
            at=at,
            visit=visit,
        )
        for unit_id, hazards in by_place.items()
    )


def _in_order_of_doors(hazard: Hazard) -> tuple[bool, str, date | None, str]:
    """The common parts come last."""
    return hazard.unit is None, hazard.unit.code if hazard.unit else "", hazard.due_on, hazard.item_code


def common_parts(building_id: int) -> Place:
    """The building as an addressee: its owner where all homes have one, else all of them."""
    building = Building.objects.select_related("community__street", "estate").get(pk=building_id)
    homes = Unit.objects.filter(building=building).in_register().filter(landlord__isnull=False)
    owners = homes.order_by("landlord").distinct("landlord").select_related("landlord")[:2]
    owner = owners[0].landlord if len(owners) == 1 else None
    return Place(building.community.street, building.community, building, None, owner)


def _rectification(
    place: Place, hazards: Sequence[Hazard], *, by: User, at: datetime, visit: Visit | None
) -> Document:
    standing: Standing | None = getattr(place.unit, "standing", None)
    explanation = explaining.explain(standing.assessment) if standing and standing.assessment else None
    lines = {line.hazard_id: line for line in explanation.lines} if explanation else {}
    faults = [
        Fault(
            item=hazard.item,
            item_code=hazard.item_code,
            in_common_parts=hazard.unit_id is None,
            since=day_of(hazard.opened_at),
            consequence=composing.consequence_of_line(lines[hazard.pk])
            if hazard.pk in lines
            else composing.consequence_of(Effect(hazard.item.effect), hazard.item.points),
            due_on=hazard.due_on,
            note=hazard.note,
        )
        for hazard in hazards
    ]
    found = max(day_of(hazard.opened_at) for hazard in hazards)
    data = composing.rectification(place, faults, explanation, found_on=found, on=day_of(at))
    return _row(Kind.RECTIFICATION, place, data, by=by, at=at, visit=visit)


@transaction.atomic
def request_rectification(*, unit_id: int, by: User, at: datetime) -> Document:
    """The notice for everything open in a home and its common parts, asked for by community staff."""
    unit = _homes().visible_to(by).one(pk=unit_id)
    access.authorize(by, Permission.DOCUMENT_ISSUE, community_id=unit.building.community_id)
    hazards = list(
        Hazard.objects.counting_for(unit.pk, unit.building_id)
        .filter(due_on__isnull=False)
        .select_related("item")
        .order_by("due_on", "item_code", "pk")
    )
    if not hazards:
        raise Conflict(_("Nothing with a deadline is open here; there is nothing to write."))
    document = _rectification(Place.of_unit(unit), hazards, by=by, at=at, visit=None)
    document.save()
    return document


@transaction.atomic
def answer_objection(*, unit_id: int, answer: ObjectionAnswer, by: User, at: datetime) -> Document:
    """The paper of an answered objection; who may answer is decided where objections are kept."""
    place = Place.of_unit(_homes().get(pk=unit_id))
    data = composing.objection_answer(place, answer, on=day_of(at))
    document = _row(Kind.OBJECTION, place, data, by=by, at=at)
    document.save()
    return document


@transaction.atomic
def award_stars(*, award_id: int, by: User, at: datetime) -> Document:
    """The paper of an award, with the conditions as they were met on the day it was proposed."""
    award = StarAward.objects.select_related("proposal__rule_set").get(pk=award_id)
    proposal = award.proposal
    verdict = star_facts.judged_then(proposal.facts, proposal.rule_set, day_of(proposal.proposed_at))
    place = common_parts(award.building_id)
    data = composing.star_award(
        place, award.stars, star_facts.reasons_zh(verdict), valid_until=award.valid_until, on=day_of(at)
    )
    document = _row(Kind.STAR, place, data, by=by, at=at, star_award=award)
    document.save()
    return document


@transaction.atomic
def withdraw_stars(*, award_id: int, by: User, at: datetime) -> Document:
    """The paper of a withdrawal: for which cause, why the panel followed it, and which paper it takes back."""
    award = StarAward.objects.select_related("withdrawal").get(pk=award_id)
    proposal = award.withdrawal
    assert proposal is not None  # noqa: S101 - a constraint of the award
    place = common_parts(award.building_id)
    papers = Document.objects.filter(star_award=award, kind=Kind.STAR, replacement=None)
    data = composing.star_withdrawal(
        place,
        award.stars,
        cause=CAUSES_ZH[Cause(proposal.cause)],
        reason=proposal.reason,
        answer=proposal.answer,
        award_number="、".join(papers.values_list("number", flat=True)),
        on=day_of(at),
    )
    document = _row(Kind.STAR_END, place, data, by=by, at=at, star_award=award)
    document.save()
    return document
