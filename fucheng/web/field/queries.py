"""What the phone's first page and search show: work of the day, buildings found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Case, Count, IntegerField, Min, Q, Value, When

from accounts.models import User
from core.text import fold
from fucheng.web.field.beat import Beat, beat_of, in_walking_order
from fucheng.web.field.due import Due, Reason, due_on, round_of
from fucheng.web.field.walls import notices_to_take_down, signs_to_hang, tasks_at_doors
from grading.models import DelistingRequest, Finding, GradeChange, Standing, Visit
from grading.states import DelistingState
from rentals.models import Building, Unit
from signage.models import Sign

PAGE = 20


@dataclass(frozen=True)
class BuildingRow:
    """A building in a list, with how its homes stand."""

    building: Building
    homes: int
    due: int
    since: date | None
    red: int
    yellow: int
    green: int
    not_graded: int
    stale: int
    found: Sequence[Unit] = ()
    reasons: Sequence[Reason] = ()
    late_since: date | None = None


def next_building(user: User, place: Building, day: date) -> Building | None:
    """The next building with work behind this one; from the beginning again at the end of the round."""
    found = round_of(user, day)
    following = [due for due in found.behind(place.pk) + found.due if due.building_id != place.pk]
    return Building.objects.visible_to(user).one(pk=following[0].building_id) if following else None


def rows_of_due(user: User, listed: Sequence[Due], day: date) -> list["BuildingRow"]:
    """These buildings with their figures and why they are due."""
    why = {row.building_id: row for row in listed}
    buildings = (
        Building.objects.visible_to(user).select_related("grid", "community", "estate").in_bulk(list(why))
    )
    rows = rows_of([buildings[pk] for pk in why if pk in buildings], day)
    return [
        replace(row, reasons=why[row.building.pk].reasons, late_since=why[row.building.pk].late_since)
        for row in rows
    ]


def rows_of(buildings: Iterable[Building], day: date, found: Iterable[Unit] = ()) -> list[BuildingRow]:
    """The buildings with their figures, in one GROUP BY."""
    listed = list(buildings)
    figures = {
        row["unit__building"]: row
        for row in Standing.objects.filter(unit__building__in=listed, unit__left_on__isnull=True)
        .values("unit__building")
        .annotate(
            homes=Count("pk"),
            due=Count("pk", filter=due_on(day)),
            since=Min("next_visit_on", filter=due_on(day)),
            red=Count("pk", filter=Q(grade="red")),
            yellow=Count("pk", filter=Q(grade="yellow")),
            green=Count("pk", filter=Q(grade="green")),
            not_graded=Count("pk", filter=Q(grade__isnull=True)),
            stale=Count("pk", filter=Q(next_visit_on__lt=day)),
        )
    }
    none: dict[str, Any] = dict.fromkeys(("homes", "due", "red", "yellow", "green", "not_graded", "stale"), 0)
    none["since"] = None
    matches = list(found)
    rows = []
    for building in listed:
        row: dict[str, Any] = dict(figures.get(building.pk, none))
        names = [unit for unit in matches if unit.building_id == building.pk]
        rows.append(
            BuildingRow(
                building,
                **{k: v for k, v in row.items() if k != "unit__building"},
                found=names if len(names) < row["homes"] else (),
            )
        )
    return rows


@dataclass(frozen=True)
class Work:
    """The first page: what is to be done today on the beat."""

    beat: Beat
    due: list[BuildingRow]
    due_buildings: int
    late_buildings: int
    due_homes: int
    reinspections: list[DelistingRequest]
    signs: list[dict[str, Any]]
    signs_in_hand: int
    notices: list[Sign]
    tasks: int
    visits: list["OwnVisit"]


@dataclass(frozen=True)
class OwnVisit:
    visit: Visit
    findings: int
    waiting: int
    approved: int
    returned: int


def work(user: User, day: date) -> Work:
    beat = beat_of(user)
    due = round_of(user, day).due
    on_beat = beat.where("unit__building__")
    reinspections = (
        DelistingRequest.objects.visible_to(user)
        .filter(on_beat, state=DelistingState.REQUESTED)
        .select_related("unit__building__grid")
        .order_by("inspect_by", "pk")
    )
    notices = notices_to_take_down(user, beat).select_related("unit__building")
    return Work(
        beat=beat,
        due=rows_of_due(user, due[: PAGE // 2], day),
        due_buildings=len(due),
        late_buildings=sum(row.late_since is not None for row in due),
        due_homes=sum(row.homes for row in due),
        reinspections=list(reinspections[:PAGE]),
        signs=signs_in_hand(user, beat),
        signs_in_hand=signs_to_hang(user, beat).count(),
        notices=list(notices.order_by("unit__building__code", "pk")[:PAGE]),
        tasks=tasks_at_doors(user, beat).count(),
        visits=own_visits(user),
    )


def signs_in_hand(user: User, beat: Beat) -> list[dict[str, Any]]:
    """Buildings for whose homes signs wait to be hung, by grid and code."""
    rows = (
        signs_to_hang(user, beat)
        .values(
            "unit__building", "unit__building__name", "unit__building__code", "unit__building__grid__name"
        )
        .annotate(signs=Count("pk"))
        .order_by("unit__building__grid__name", "unit__building__code")
    )
    return [
        {
            "pk": row["unit__building"],
            "name": row["unit__building__name"] or row["unit__building__code"],
            "grid": row["unit__building__grid__name"],
            "signs": row["signs"],
        }
        for row in rows[: PAGE // 2]
    ]


def own_visits(user: User) -> list[OwnVisit]:
    """The last five own visits and what became of the changes they proposed."""
    visits = list(Visit.objects.visible_to(user).filter(by=user).select_related("building")[:5])
    found: Any = Finding.objects.filter(visit__in=visits).values_list("visit").annotate(n=Count("pk"))
    findings = dict(found)
    outcomes = GradeChange.objects.filter(
        inspected_by=user, proposed_at__in=[visit.submitted_at for visit in visits]
    )
    states: dict[Any, dict[str, int]] = {}
    for at, state, number in outcomes.values_list("proposed_at", "state").annotate(n=Count("pk")):
        states.setdefault(at, {})[state] = number
    return [
        OwnVisit(
            visit,
            findings=findings.get(visit.pk, 0),
            waiting=sum(states.get(visit.submitted_at, {}).get(s, 0) for s in ("proposed", "with_panel")),
            approved=states.get(visit.submitted_at, {}).get("approved", 0),
            returned=states.get(visit.submitted_at, {}).get("returned", 0),
        )
        for visit in visits
    ]


def search(user: User, text: str, day: date) -> list[BuildingRow]:
    """Buildings of the own communities by code, name or the address of a home; the own grid first."""
    words = fold(text).split()
    if not words:
        return []
    buildings = Building.objects.visible_to(user)
    homes = Unit.objects.visible_to(user).in_register()
    for word in words:
        if word.isascii() and word.isdigit() and len(word) >= 10:
            buildings = buildings.filter(code__startswith=word[:19])
            homes = homes.filter(code__startswith=word)
        else:
            named = Q(name__contains=word) | Q(doorplate__contains=word) | Q(aliases__icontains=word)
            buildings = buildings.filter(named)
            homes = homes.filter(address__contains=word)
    found = list(homes.order_by("code")[: PAGE * 3])
    if len(found) == PAGE * 3:
        found = []  # too many to name rooms
    ids = set(buildings.values_list("pk", flat=True)[: PAGE * 2])
    ids |= set(homes.order_by().values_list("building", flat=True).distinct()[: PAGE * 2])
    own_first = Case(
        When(beat_of(user).where(), then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    hits = Building.objects.visible_to(user).filter(pk__in=ids).annotate(own=own_first)
    listed = in_walking_order(hits, "own").select_related("grid", "community", "estate")
    return rows_of(listed[:PAGE], day, found)
