"""Second visits by another person: drawn by lot, paid on the due list, compared with the first."""

import hashlib
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission, Role
from communities import access
from communities.models import Post
from core.dates import add_workdays, day_of, start_of
from core.errors import Conflict, Invalid
from grading.models import Assessment, SecondVisit, SecondVisitDraw, Standing, Visit, VisitException

WORKDAYS = 5  # to pay the second visit: later the building is another one
MOST = 200


@transaction.atomic
def draw(*, by: User, at: datetime, first_on: date, last_on: date, count: int, seed: str) -> SecondVisitDraw:
    """Draws `count` visits of the days first_on..last_on; the same seed over the same visits draws the same.

    Each goes to another worker of the community, to whom few went already. A building whose second visit
    waits, a visit drawn before, and a community with a single worker are left out of the pool.
    """
    access.authorize(by, Permission.SECOND_VISIT_DRAW)
    if not 1 <= count <= MOST or first_on > last_on:
        raise Invalid(_("Draw between 1 and %(most)d visits of a period."), most=MOST)
    pool = _pool(first_on, last_on)
    others = _workers(day_of(at))
    able = [visit for visit in pool if others[visit["building__community"]] - {visit["by"]}]
    if not able:
        raise Conflict(
            _("No visit of this period can be drawn: choose another period, or give a second worker a post.")
        )
    drawn = SecondVisitDraw.objects.create(
        at=at, by=by, first_on=first_on, last_on=last_on, seed=seed, pool=len(able)
    )
    load: Counter[int] = Counter()
    for visit in sorted(able, key=lambda v: lot(seed, v["pk"]))[:count]:
        free = others[visit["building__community"]] - {visit["by"]}
        chosen = min(free, key=lambda user: (load[user], lot(seed, user)))
        load[chosen] += 1
        SecondVisit.objects.create(
            draw=drawn,
            first_id=visit["pk"],
            first_by_id=visit["by"],
            building_id=visit["building"],
            assigned_to_id=chosen,
            due_on=add_workdays(day_of(at), WORKDAYS),
        )
    return drawn


def lot(seed: str, number: int) -> str:
    """The place of a visit in the draw: anybody can compute it again."""
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()


def _pool(first_on: date, last_on: date) -> list[dict[str, Any]]:
    """The newest visit to each building in the period that has not been drawn and waits for nobody."""
    waiting = SecondVisit.objects.filter(visit__isnull=True).values("building")
    rows: Any = (
        Visit.objects.filter(
            submitted_at__gte=start_of(first_on), submitted_at__lt=start_of(last_on + timedelta(days=1))
        )
        .exclude(building__in=waiting)
        .exclude(pk__in=SecondVisit.objects.values("first"))
        .order_by("building", "-submitted_at", "-pk")
        .distinct("building")
    )
    return list(rows.values("pk", "by", "building", "building__community"))


def _workers(day: date) -> defaultdict[int, set[int]]:
    """Who may be sent, by community."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    posts = Post.objects.held_on(day).filter(role=Role.GRID_WORKER, user__is_active=True)
    for community, user in posts.values_list("community", "user"):
        if community is not None:
            found[community].add(user)
    return found


def note_visit(visit: Visit) -> None:
    """A visit by whom it was given to answers the draw: which homes are judged otherwise than the first time."""
    rows = SecondVisit.objects.filter(building=visit.building_id, assigned_to=visit.by_id, visit__isnull=True)
    row = rows.exclude(first=visit).select_for_update(of=("self",), no_key=True).first()
    if row is None:
        return
    first: Visit = row.first
    missed = VisitException.objects.filter(visit__in=(first, visit)).values("unit")
    homes = Standing.objects.filter(unit__building=visit.building_id, unit__left_on__isnull=True).exclude(
        unit__in=missed
    )
    now = dict(homes.filter(assessment__isnull=False).values_list("unit", "assessment__grade"))
    then = _judged_at(set(now), first)
    row.visit, row.homes = visit, len(then)
    row.save(update_fields=["visit", "homes"])
    row.differing.set([unit for unit, grade in then.items() if now[unit] != grade])


def _judged_at(unit_ids: set[int], first: Visit) -> dict[int, str]:
    """What the rules said of each home right after the first visit."""
    rows = Assessment.objects.filter(Q(at__lte=first.submitted_at) | Q(visit=first), unit__in=unit_ids)
    newest = rows.order_by("unit", "-at", "-pk").distinct("unit")
    return dict(newest.values_list("unit", "grade"))
