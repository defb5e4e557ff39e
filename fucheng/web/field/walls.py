"""What is to be done at the doors of a beat today: signs to hang, notices to take down, things to look at."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from fucheng.web.field.beat import Beat, beat_of
from fucheng.web.field.places import natural
from fucheng.web.field.walk import Stop, walking_order
from rentals.models import Building, Unit
from signage.models import Product, Sign, SignTask
from signage.querysets import (
    SignQuerySet,
    SignTaskQuerySet,
    overdue_before,
    owing,
    since_when,
    to_take_down,
)
from signage.services.posting import true_in_hand
from signage.states import SignState

PAGE = 20  # buildings


@dataclass(frozen=True, slots=True)
class ToHang:
    """A sign in hand, and what it replaces."""

    sign: Sign
    replaces: Sign | None
    is_late: bool


@dataclass
class Door:
    """Everything to do at one building, by floor and door."""

    building: Building
    signs: list[ToHang] = field(default_factory=list)
    notices: list[Sign] = field(default_factory=list)
    tasks: list[SignTask] = field(default_factory=list)


@dataclass(frozen=True)
class Wall:
    """One page of the round; `last` is where the next page begins."""

    doors: list[Door]
    buildings: int
    signs: int
    notices: int
    tasks: int
    last: int | None


def signs_to_hang(user: User, beat: Beat) -> SignQuerySet[Sign]:
    """True signs in hand of the beat: handed out to this person, or to nobody yet."""
    mine = Q(state=SignState.PRINTED) | Q(issued_to=user)
    rows = Sign.objects.visible_to(user).filter(
        beat.where("unit__building__"), mine, unit__left_on__isnull=True
    )
    return true_in_hand(rows)


def notices_to_take_down(user: User, beat: Beat) -> SignQuerySet[Sign]:
    return to_take_down().visible_to(user).filter(beat.where("unit__building__"))


def tasks_at_doors(user: User, beat: Beat) -> SignTaskQuerySet[SignTask]:
    return SignTask.objects.visible_to(user).open().filter(beat.where("unit__building__"))


def wall(user: User, day: date, *, after: int | None = None) -> Wall:
    """A page of buildings in walking order; about ten queries whatever hangs there."""
    beat = beat_of(user)
    signs, notices, tasks = (
        signs_to_hang(user, beat),
        notices_to_take_down(user, beat),
        tasks_at_doors(user, beat),
    )
    counts = [_by_building(rows) for rows in (signs, notices, tasks)]
    order = _walk(user, {pk for found in counts for pk in found})
    here = order.index(after) + 1 if after in order else 0
    shown = order[here : here + PAGE]
    return Wall(
        doors=_doors(shown, signs, notices, tasks, day),
        buildings=len(order),
        signs=sum(counts[0].values()),
        notices=sum(counts[1].values()),
        tasks=sum(counts[2].values()),
        last=shown[-1] if len(order) > here + PAGE else None,
    )


def _by_building(rows: Any) -> dict[int, int]:
    return dict(rows.order_by().values_list("unit__building").annotate(n=Count("pk")))


def _walk(user: User, ids: Iterable[int]) -> list[int]:
    rows = Building.objects.visible_to(user).filter(pk__in=list(ids))
    return walking_order(
        Stop(pk, code, (0, estate) if estate else (1, grid or 0), longitude, latitude)
        for pk, code, estate, grid, longitude, latitude in rows.values_list(
            "pk", "code", "estate_id", "grid_id", "longitude", "latitude"
        )
    )


def _doors(
    shown: list[int],
    signs: SignQuerySet[Sign],
    notices: SignQuerySet[Sign],
    tasks: SignTaskQuerySet[SignTask],
    day: date,
) -> list[Door]:
    buildings = Building.objects.select_related("grid", "community", "estate").in_bulk(shown)
    doors = {pk: Door(buildings[pk]) for pk in shown}
    here = {"unit__building__in": shown}
    in_hand = sorted(signs.filter(**here).select_related("unit__standing"), key=_at_the_door)
    units = [sign.unit_id for sign in in_hand]
    late = owing(Product.STICKER).annotate(since=since_when(Product.STICKER))
    owed_late = set(late.filter(unit__in=units, since__lt=overdue_before(day)).values_list("unit", flat=True))
    hung = {(sign.unit_id, sign.product): sign for sign in Sign.objects.on_the_wall().filter(unit__in=units)}
    for sign in in_hand:
        doors[_building(sign)].signs.append(
            ToHang(sign, hung.get((sign.unit_id, sign.product)), sign.unit_id in owed_late)
        )
    for notice in sorted(notices.filter(**here).select_related("unit"), key=_at_the_door):
        doors[_building(notice)].notices.append(notice)
    for task in sorted(tasks.filter(**here).select_related("unit", "sign"), key=_at_the_door):
        doors[_building(task)].tasks.append(task)
    return list(doors.values())


def _building(row: Any) -> int:
    pk: int = row.unit.building_id
    return pk


def _at_the_door(row: Any) -> tuple[Any, Any, str]:
    unit: Unit = row.unit
    return natural(unit.floor), natural(unit.room), unit.code


@dataclass(frozen=True, slots=True)
class Sheets:
    """The part of a run in one grid, as its cover names it."""

    run_id: int
    grid_id: int
    title: str
    place: str
    signs: int
    in_hand: int
    mine: int
    others: dict[str, int]
    printed_at: Any


def sheets(user: User, run_id: int, grid_id: int, part: SignQuerySet[Sign]) -> Sheets | None:
    """None when this person has no sign of this run here."""
    first = (
        part.select_related("run", "unit__building__grid", "unit__building__community").order_by("pk").first()
    )
    if first is None or first.unit is None:
        return None
    states: defaultdict[str, int] = defaultdict(int)
    others: defaultdict[str, int] = defaultdict(int)
    groups: Any = part.order_by().values_list("state", "issued_to", "issued_to__display_name")
    for state, to, name, n in groups.annotate(n=Count("pk")):
        states[state] += n
        if state == SignState.ISSUED:
            others["" if to == user.pk else name] += n
    place = first.unit.building.grid if grid_id else first.unit.building.community
    return Sheets(
        run_id=run_id,
        grid_id=grid_id,
        title=first.run.title,
        place=str(place),
        signs=sum(states.values()),
        in_hand=states[SignState.PRINTED] + states[SignState.ISSUED],
        mine=others.pop("", 0),
        others=dict(others),
        printed_at=first.printed_at,
    )
