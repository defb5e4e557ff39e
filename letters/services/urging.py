"""Urging: a deadline that was missed, a re-inspection that comes. Each step is told once, found by the rows."""

from datetime import date, datetime, timedelta

from core.dates import add_workdays, day_of
from grading.models import DelistingRequest, Hazard, VisitRequest
from grading.services import rule_sets
from grading.states import DelistingState, VisitRequestState
from letters.models import Notice
from letters.services.telling import SIGN, News, landlords_of, owners_of, place_of, short, tell
from rentals.models import Landlord, Unit

Topic = Notice.Topic
HOME = ("unit__building", "unit__landlord")
LOOK_BACK = timedelta(days=7)  # what has been late for longer was told when it became late


def of_overdue(*, at: datetime) -> int:
    """A fault not mended by its day, once, to everybody whose home it counts for."""
    today = day_of(at)
    hazards = list(
        Hazard.objects.overdue_on(today)
        .filter(state="open", due_on__gte=today - LOOK_BACK)
        .exclude(item__effect="bonus")
        .select_related("item", "unit", "building__estate")
        .order_by("pk")
    )
    keys = _told(Topic.OVERDUE, at)
    owners = owners_of([h.unit_id for h in hazards if h.unit_id], {h.building_id for h in hazards})
    news = [_overdue(hazard, who) for hazard in hazards for who in landlords_of(hazard, owners)]
    return tell((line for line in news if line.key not in keys), at=at)


def _overdue(hazard: Hazard, landlord: Landlord) -> News:
    place = place_of(hazard.unit, hazard.building)
    due = hazard.due_on or day_of(hazard.opened_at)
    return News(
        key=f"late:{hazard.pk}:{due.isoformat()}:{landlord.pk}",
        topic=Topic.OVERDUE,
        landlord=landlord,
        unit=hazard.unit,
        data={
            "place": place,
            "fault": hazard.item.fault_zh,
            "fault_en": hazard.item.fault_en,
            "due": due.isoformat(),
        },
        sms=f"{SIGN}{place}“{hazard.item.fault_zh}”已过整改期限{short(due)}，请立即整改并上传材料。",
    )


def of_reinspections(*, at: datetime) -> int:
    """Visits that landlords asked for, as many working days before their last day as the version says.

    Only these are announced: a routine visit, a spot check and a second visit come without a word.
    """
    today = day_of(at)
    days = rule_sets.for_visit(today).announce_days
    if not days:
        return 0
    within = (today, add_workdays(today, days))
    requests = DelistingRequest.objects.filter(state=DelistingState.REQUESTED, inspect_by__range=within)
    asked = VisitRequest.objects.filter(state=VisitRequestState.REQUESTED, visit_by__range=within)
    rows = [
        *((f"delisting:{row.pk}", row.unit, row.inspect_by) for row in requests.select_related(*HOME)),
        *((f"asked:{row.pk}", row.unit, row.visit_by) for row in asked.select_related(*HOME)),
    ]
    keys = _told(Topic.COMING, at)
    news = [_coming(name, unit, day, unit.landlord) for name, unit, day in rows if unit.landlord]
    return tell((line for line in news if line.key not in keys), at=at)


def _coming(name: str, unit: Unit, day: date, landlord: Landlord) -> News:
    place = place_of(unit, unit.building)
    return News(
        key=f"coming:{name}:{landlord.pk}",
        topic=Topic.COMING,
        landlord=landlord,
        unit=unit,
        data={"place": place, "due": day.isoformat()},
        sms=f"{SIGN}{place}将于{short(day)}前上门复查，请安排人员在场。",
    )


def _told(topic: Notice.Topic, at: datetime) -> set[str]:
    rows = Notice.objects.filter(topic=topic, at__gt=at - timedelta(days=30))
    return set(rows.values_list("key", flat=True))
