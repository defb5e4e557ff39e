"""Urging: a deadline that is near, one that was missed, a re-inspection that comes.

Found by the rows; `telling.tell` keeps each step to once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.dates import add_workdays, day_of
from grading.models import DelistingRequest, Hazard, VisitRequest
from grading.querysets import HazardQuerySet
from grading.services import rule_sets
from grading.states import DelistingState, VisitRequestState
from letters.models import Notice
from letters.services.telling import SIGN, News, landlords_of, owners_of, place_of, short, tell
from rentals.models import Landlord, Unit

Topic = Notice.Topic
HOME = ("unit__building", "unit__landlord")
NEAR = 2  # working days before a deadline
LOOK_BACK = timedelta(days=7)  # what has been late for longer was told when it became late


@dataclass(frozen=True, slots=True)
class Step:
    """One word about a deadline; `{due}` in `sms` is its day."""

    key: str
    topic: Notice.Topic
    sms: str


SOON = Step("due", Topic.DEADLINE, "整改期限{due}将到，请尽快整改并上传材料。")
MISSED = Step("late", Topic.OVERDUE, "已过整改期限{due}，请立即整改并上传材料。")


def of_deadlines(*, at: datetime) -> int:
    """Two working days before a deadline; nothing of the last day, whose visit has just told it."""
    today = day_of(at)
    near = Hazard.objects.filter(due_on__gt=today, due_on__lte=add_workdays(today, NEAR))
    return _urge(near.filter(opened_at__lt=at - timedelta(days=1)), SOON, at=at)


def of_overdue(*, at: datetime) -> int:
    """A fault not mended by its day."""
    today = day_of(at)
    return _urge(Hazard.objects.overdue_on(today).filter(due_on__gte=today - LOOK_BACK), MISSED, at=at)


def _urge(due: HazardQuerySet[Hazard], step: Step, *, at: datetime) -> int:
    """Everybody whose home these count for; a landlord whose proof waits has done what was asked."""
    hazards = list(
        due.filter(state="open")
        .exclude(item__effect="bonus")
        .select_related("item", "unit", "building__estate")
        .order_by("pk")
    )
    owners = owners_of([h.unit_id for h in hazards if h.unit_id], {h.building_id for h in hazards})
    return tell((_news(h, who, step) for h in hazards for who in landlords_of(h, owners)), at=at)


def _news(hazard: Hazard, landlord: Landlord, step: Step) -> News:
    place = place_of(hazard.unit, hazard.building)
    due = hazard.due_on or day_of(hazard.opened_at)
    return News(
        key=f"{step.key}:{hazard.pk}:{due.isoformat()}:{landlord.pk}",
        topic=step.topic,
        landlord=landlord,
        unit=hazard.unit,
        data={
            "place": place,
            "fault": hazard.item.fault_zh,
            "fault_en": hazard.item.fault_en,
            "due": due.isoformat(),
        },
        sms=f"{SIGN}{place}“{hazard.item.fault_zh}”" + step.sms.format(due=short(due)),
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
    return tell((_coming(name, unit, day, unit.landlord) for name, unit, day in rows if unit.landlord), at=at)


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
