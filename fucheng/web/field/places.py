"""What the page of one building and the form of a visit show: homes, open hazards, signs, requests."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from grading.models import (
    DelistingRequest,
    Finding,
    GradeChange,
    Hazard,
    Merit,
    SelfReportedFault,
    Standing,
    VacancyCheck,
    Visit,
    VisitException,
    VisitRequest,
)
from grading.services import merits, spot_checks
from grading.states import DelistingState, VisitRequestState
from rentals.models import Building, Unit
from signage.models import Product, Sign
from signage.services.posting import true_in_hand

SHOWN_AT_ONCE = 6


@dataclass(frozen=True)
class Home:
    """One home of a building, with all that the worker at its door needs to know."""

    unit: Unit
    standing: Standing | None
    hazards: list[Hazard] = field(default_factory=list)
    sign: Sign | None = None
    notice_to_take_down: Sign | None = None
    request: DelistingRequest | None = None
    is_stale: bool = False
    board: Sign | None = None  # in hand; it is hung from its own page, with a photo

    @property
    def grade(self) -> str | None:
        return self.standing.grade if self.standing else None

    @property
    def name(self) -> str:
        return name_of(self.unit)

    def is_due(self, day: date) -> bool:
        due = self.standing.next_visit_on if self.standing else None
        return due is None or due <= day


@dataclass(frozen=True)
class Place:
    """A building with its homes."""

    building: Building
    homes: list[Home]
    common_hazards: list[Hazard]
    last_visit: Visit | None
    day: date
    merits: dict[tuple[int | None, str], date] = field(default_factory=dict)
    asked: list[VisitRequest] = field(default_factory=list)
    put_in: frozenset[int] = frozenset()  # homes that this person put into red
    self_reports: list[SelfReportedFault] = field(default_factory=list)  # not looked at yet
    vacancy: list[VacancyCheck] = field(default_factory=list)  # red homes to be looked at

    @property
    def hazards(self) -> list[Hazard]:
        """Open hazards, common parts first, the oldest deadline first within a place."""
        return self.common_hazards + [hazard for home in self.homes for hazard in home.hazards]

    @property
    def urgent_hazards(self) -> list[Hazard]:
        """What to look at first: red before yellow before points, the oldest deadline first."""
        return self._by_weight[:SHOWN_AT_ONCE]

    @property
    def other_hazards(self) -> list[Hazard]:
        return self._by_weight[SHOWN_AT_ONCE:]

    @property
    def _by_weight(self) -> list[Hazard]:
        weights = {"veto": 0, "cap": 1, "points": 2}
        return sorted(self.hazards, key=lambda h: (weights.get(h.item.effect, 3), h.due_on or date.max))

    @property
    def floors(self) -> list[tuple[str, list[Home]]]:
        return [(floor, list(homes)) for floor, homes in groupby(self.homes, key=lambda h: h.unit.floor)]

    @property
    def due_count(self) -> int:
        return sum(home.is_due(self.day) for home in self.homes)

    @property
    def overdue_hazards(self) -> int:
        return sum(hazard.due_on is not None and hazard.due_on < self.day for hazard in self.hazards)

    @property
    def grades(self) -> dict[str, int]:
        counts: defaultdict[str, int] = defaultdict(int)
        for home in self.homes:
            counts[home.grade or "none"] += 1
        return {grade: counts[grade] for grade in ("red", "yellow", "green", "none") if counts[grade]}

    @property
    def signs_in_hand(self) -> list[Home]:
        return [home for home in self.homes if home.sign]

    @property
    def boards_in_hand(self) -> list[Home]:
        return [home for home in self.homes if home.board]

    @property
    def notices_to_take_down(self) -> list[Sign]:
        return [home.notice_to_take_down for home in self.homes if home.notice_to_take_down]

    @property
    def requests(self) -> list[DelistingRequest]:
        return [home.request for home in self.homes if home.request]

    def home(self, unit_id: int | None) -> Home | None:
        return next((home for home in self.homes if home.unit.pk == unit_id), None)


def name_of(unit: Unit) -> str:
    """What is written on the door; the code's end where the register has no room number."""
    return unit.room or f"…{unit.code[-6:]}"


def natural(text: str) -> tuple[int, int, str]:
    """负1 before 1 before 2 before 10 before what has no number."""
    number = re.search(r"\d+", text)
    if number is None:
        return (1, 0, text)
    sign = -1 if text.startswith(("-", "负", "B", "b")) else 1
    return (0, sign * int(number.group()), text)


def place(user: User, building_id: int, day: date) -> Place:
    """The building in eleven flat queries; OutOfScope when it is not the person's."""
    found = (
        Building.objects.visible_to(user).select_related("grid", "community", "estate").one(pk=building_id)
    )
    units = list(Unit.objects.filter(building=found).in_register())
    units.sort(key=lambda u: (natural(u.floor), natural(u.room), u.code))
    standings = {s.unit_id: s for s in Standing.objects.filter(unit__building=found)}
    hazards: defaultdict[int | None, list[Hazard]] = defaultdict(list)
    for hazard in open_hazards(found):
        hazards[hazard.unit_id].append(hazard)
    for check in spot_checks.waiting_in(found.pk).values():
        hazards[check.hazard.unit_id].append(spot_checks.hazard_to_look_at(check))
    in_hand = list(true_in_hand(Sign.objects.filter(unit__building=found)).order_by("-product"))
    signs = {s.unit_id: s for s in in_hand if not s.needs_photo}
    boards = {s.unit_id: s for s in in_hand if s.needs_photo}
    notices = {
        s.unit_id: s
        for s in Sign.objects.on_the_wall().filter(unit__building=found, product=Product.NO_RENTAL)
        if s.unit_id in standings and standings[s.unit_id].grade != "red"
    }
    waiting = DelistingRequest.objects.filter(unit__building=found, state=DelistingState.REQUESTED)
    requests = {request.unit_id: request for request in waiting.select_related("unit")}
    homes = [
        Home(
            unit,
            standings.get(unit.pk),
            hazards.get(unit.pk, []),
            signs.get(unit.pk),
            notices.get(unit.pk),
            requests.get(unit.pk),
            unit.pk in standings and standings[unit.pk].is_stale_on(day),
            boards.get(unit.pk),
        )
        for unit in units
    ]
    last = Visit.objects.filter(building=found).select_related("by").first()
    merits = {(m.unit_id, m.item_code): m.since for m in Merit.objects.filter(building=found)}
    reported = SelfReportedFault.objects.filter(
        inspection__unit__building=found, inspection__visit__isnull=True
    ).select_related("item", "inspection__unit")
    asked = VisitRequest.objects.filter(unit__building=found, state=VisitRequestState.REQUESTED)
    return Place(
        found,
        homes,
        hazards.get(None, []),
        last,
        day,
        merits,
        list(asked.select_related("unit")),
        _put_in_by(user, list(requests)),
        list(reported.order_by("pk")),
        list(VacancyCheck.objects.due().filter(unit__building=found).select_related("unit")),
    )


def _put_in_by(user: User, unit_ids: list[int]) -> frozenset[int]:
    """Those of the homes that this person put into red: the re-inspection is not theirs."""
    if not unit_ids:
        return frozenset()
    reds = GradeChange.objects.filter(unit__in=unit_ids, period__ends_at__isnull=True, period__grade="red")
    mine = Q(inspected_by=user) | Q(earlier_inspectors__contains=[user.pk])
    return frozenset(reds.filter(mine, period__isnull=False).values_list("unit_id", flat=True))


def open_hazards(building: Building) -> list[Hazard]:
    rows = Hazard.objects.open().filter(building=building).select_related("item", "unit")
    return list(rows.order_by("due_on", "item_code", "pk"))


@dataclass(frozen=True)
class Receipt:
    """What one visit recorded and what it set moving."""

    visit: Visit
    faults: list[Finding]
    mended: list[Finding]
    fixed: list[Finding]
    good: list[Finding]
    not_seen: list[VisitException]
    proposed: list[Any]
    changes: list[GradeChange]

    @property
    def findings(self) -> list[Finding]:
        return [*self.faults, *self.fixed, *self.mended, *self.good]


def receipt(user: User, visit_id: int) -> Receipt:
    visit = Visit.objects.visible_to(user).select_related("building__grid", "by").one(pk=visit_id)
    findings = list(
        Finding.objects.filter(visit=visit)
        .select_related("item", "unit", "hazard")
        .prefetch_related("photos")
        .order_by("unit__code", "item__code")
    )
    changes = GradeChange.objects.filter(
        unit__building=visit.building_id, proposed_at=visit.submitted_at, inspected_by=visit.by_id
    )
    return Receipt(
        visit=visit,
        faults=[f for f in findings if f.seen == Finding.Seen.FAULT],
        mended=[f for f in findings if f.seen == Finding.Seen.MENDED],
        fixed=[f for f in findings if f.seen == Finding.Seen.FIXED_ON_SPOT],
        good=[f for f in findings if f.seen in merits.SEEN],
        not_seen=list(
            VisitException.objects.filter(visit=visit).select_related("unit").order_by("unit__code")
        ),
        proposed=list(
            changes.values("from_grade", "to_grade").annotate(homes=Count("pk")).order_by("to_grade")
        ),
        changes=list(changes.select_related("unit").order_by("unit__code")[:12]),
    )
