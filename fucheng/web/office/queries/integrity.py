"""What may need a second look: buildings, homes and photos, never a table of people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from core.dates import start_of
from grading.models import (
    PhotoPrint,
    SecondVisit,
    SecondVisitDraw,
    Standing,
    Visit,
    VisitException,
)
from grading.services import rule_sets

PERIODS = (7, 30, 90)
AROUND = 5  # points on either side of the threshold
WALKING = 2.5  # metres a second from door to door, the visit itself included: nobody walks so fast
FAR = 200  # metres: below, the places of two buildings say too little
SHOWN = 200
ALIKE = 3  # bits in which two looks may differ


@dataclass(frozen=True, slots=True)
class Hop:
    """From one building to the next one of the same round, faster than on foot."""

    visit: Visit
    before: Visit
    metres: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Twin:
    """Two photos of different visits or proofs that are the same, or look the same."""

    photo: int
    other: int
    place: str
    other_place: str
    is_same_file: bool
    at: Any
    other_at: Any


@dataclass(frozen=True, slots=True)
class Refusals:
    """A grid in its own place: homes to be seen, and those where entry was refused."""

    community: str
    grid: str
    grid_id: int
    homes: int
    refused: int

    @property
    def share(self) -> float:
        return self.refused / self.homes if self.homes else 0.0


@dataclass(frozen=True)
class Report:
    days: int
    first_on: date
    green_from: int
    scores: list[tuple[int, int]]  # score, homes
    hops: int
    twins: int
    without_print: int
    refusals: list[Refusals]
    waiting: int
    late: int
    confirmed: int
    differing: int
    draws: list[SecondVisitDraw]


def report(user: User, days: int) -> Report:
    today = timezone.localdate()
    first_on = today - timedelta(days=days - 1)
    green_from = rule_sets.for_visit(today).green_from
    seconds = SecondVisit.objects.visible_to(user)
    paid = seconds.filter(visit__submitted_at__gte=start_of(first_on))
    return Report(
        days=days,
        first_on=first_on,
        green_from=green_from,
        scores=_scores(user, green_from),
        hops=len(hops(first_on)),
        twins=len(twins(first_on)),
        without_print=PhotoPrint.objects.filter(look__isnull=True).count(),
        refusals=refusals(user, first_on),
        waiting=seconds.filter(visit__isnull=True).count(),
        late=seconds.filter(visit__isnull=True, due_on__lt=today).count(),
        confirmed=paid.filter(differing__isnull=True).count(),
        differing=paid.filter(differing__isnull=False).distinct().count(),
        draws=list(SecondVisitDraw.objects.select_related("by").annotate(drawn=Count("second_visits"))[:10]),
    )


def _scores(user: User, green_from: int) -> list[tuple[int, int]]:
    """Homes by score around the threshold, every score in its place."""
    around = range(green_from - AROUND, green_from + AROUND)
    rows = with_score(user, None).filter(assessment__score__in=around)
    found = dict(rows.order_by().values_list("assessment__score").annotate(n=Count("pk")))
    return [(score, found.get(score, 0)) for score in around]


def with_score(user: User, score: int | None) -> QuerySet[Standing]:
    """Homes whose grade rests on points: no veto and no cap is open."""
    rows = Standing.objects.visible_to(user).filter(unit__left_on__isnull=True, assessment__isnull=False)
    held = Q(assessment__lines__contains=[{"effect": "veto"}]) | Q(
        assessment__lines__contains=[{"effect": "cap"}]
    )
    return rows.exclude(held) if score is None else rows.exclude(held).filter(assessment__score=score)


def hops(first_on: date) -> list[Hop]:
    """Pairs of visits one after the other on one day, the newest first.

    From start to start, by the phone's clock: sending may be late, and the visit itself takes its time too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH way AS (
                SELECT v.id, v.started_at, v.building_id, lag(v.id) OVER w AS before_id,
                       lag(v.building_id) OVER w AS from_id, lag(v.started_at) OVER w AS before_at
                FROM grading_visit v WHERE v.submitted_at >= %(start)s
                WINDOW w AS (PARTITION BY v.by_id, (v.started_at AT TIME ZONE 'Asia/Shanghai')::date
                             ORDER BY v.started_at, v.id)
            ), far AS (
                SELECT way.*, extract(epoch FROM started_at - before_at) AS seconds,
                       111320 * sqrt(((b.longitude - a.longitude) * cos(radians(a.latitude))) ^ 2
                                     + (b.latitude - a.latitude) ^ 2) AS metres
                FROM way JOIN rentals_building a ON a.id = from_id JOIN rentals_building b ON b.id = building_id
            )
            SELECT id, before_id, metres::int, seconds::int FROM far
            WHERE metres > %(far)s AND metres > %(walking)s * seconds ORDER BY started_at DESC LIMIT %(shown)s
            """,
            {"start": start_of(first_on), "far": FAR, "walking": WALKING, "shown": SHOWN},
        )
        rows = cursor.fetchall()
    visits = Visit.objects.select_related("building__community", "building__estate").in_bulk(
        {pk for pk, *_more in rows} | {row[1] for row in rows}
    )
    return [Hop(visits[pk], visits[before], metres, seconds) for pk, before, metres, seconds in rows]


def twins(first_on: date) -> list[Twin]:
    """Photos of the period that were used elsewhere too: the same file, or nearly the same picture.

    Looks are compared where one of their four quarters is equal: that finds all that differ in three bits.
    """
    quarter = " OR ".join(
        f"(((a.look >> {16 * n}) & 65535) = ((b.look >> {16 * n}) & 65535))" for n in range(4)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH used AS (
                SELECT p.id, p.sha256, p.added_at, pp.look,
                       coalesce('v' || f.visit_id, 'p' || p.proof_id, 'r' || p.report_id) AS thing,
                       coalesce(fe.name, he.name, re.name, '')
                           || coalesce(fb.name, hb.name, rb.name, '') AS place
                FROM grading_photo p LEFT JOIN grading_photoprint pp ON pp.sha256 = p.sha256
                LEFT JOIN grading_finding f ON f.id = p.finding_id
                LEFT JOIN grading_visit v ON v.id = f.visit_id LEFT JOIN rentals_building fb ON fb.id = v.building_id
                LEFT JOIN communities_estate fe ON fe.id = fb.estate_id
                LEFT JOIN grading_proof pr ON pr.id = p.proof_id LEFT JOIN grading_hazard h ON h.id = pr.hazard_id
                LEFT JOIN rentals_building hb ON hb.id = h.building_id
                LEFT JOIN communities_estate he ON he.id = hb.estate_id
                LEFT JOIN grading_hazardreport r ON r.id = p.report_id LEFT JOIN rentals_unit u ON u.id = r.unit_id
                LEFT JOIN rentals_building rb ON rb.id = u.building_id
                LEFT JOIN communities_estate re ON re.id = rb.estate_id
            ), new AS (SELECT * FROM used WHERE added_at >= %(start)s)
            SELECT a.id, b.id, a.place, b.place, true, a.added_at, b.added_at
            FROM new a JOIN used b ON b.sha256 = a.sha256 AND b.id < a.id AND b.thing <> a.thing
            UNION ALL
            SELECT a.id, b.id, a.place, b.place, false, a.added_at, b.added_at
            FROM new a JOIN used b ON b.id < a.id AND b.thing <> a.thing AND b.sha256 <> a.sha256
             AND ({quarter}) AND bit_count((a.look # b.look)::bit(64)) <= %(alike)s
            ORDER BY 6 DESC, 1 DESC LIMIT %(shown)s
            """,
            {"start": start_of(first_on), "alike": ALIKE, "shown": SHOWN},
        )
        return [Twin(*row) for row in cursor.fetchall()]


def refusals(user: User, first_on: date) -> list[Refusals]:
    """By grid, in the order of the places."""
    since = {"submitted_at__gte": start_of(first_on)}
    place = ("building__community__name", "building__grid__name", "building__grid")
    homes = (
        Visit.objects.visible_to(user)
        .filter(**since, building__units__left_on__isnull=True)
        .order_by()
        .values_list(*place)
        .annotate(n=Count("building__units"))
    )
    refused = dict(
        refused_at(user, first_on).order_by().values_list("visit__building__grid").annotate(n=Count("pk"))
    )
    found = [
        Refusals(community, grid or "", pk or 0, n, refused.get(pk, 0)) for community, grid, pk, n in homes
    ]
    return sorted((row for row in found if row.refused), key=lambda r: (r.community, r.grid))


def refused_at(user: User, first_on: date, grid: int | None = None) -> QuerySet[VisitException]:
    visits = Visit.objects.visible_to(user).filter(submitted_at__gte=start_of(first_on))
    rows = VisitException.objects.filter(visit__in=visits, why=VisitException.Why.REFUSED)
    if grid is None:
        return rows
    return (
        rows.filter(visit__building__grid=grid) if grid else rows.filter(visit__building__grid__isnull=True)
    )


def second_visits(user: User, which: str, first_on: date) -> QuerySet[SecondVisit]:
    """`waiting`, `late`, `confirmed` or `differing`; the buildings, and when they were seen."""
    rows = SecondVisit.objects.visible_to(user).select_related(
        "building__community", "building__estate", "first", "visit", "draw"
    )
    today = timezone.localdate()
    paid = {"visit__submitted_at__gte": start_of(first_on)}
    wanted: dict[str, Callable[[], QuerySet[SecondVisit]]] = {
        "waiting": lambda: rows.filter(visit__isnull=True),
        "late": lambda: rows.filter(visit__isnull=True, due_on__lt=today),
        "confirmed": lambda: rows.filter(**paid, differing__isnull=True),
        "differing": lambda: rows.filter(**paid, differing__isnull=False).distinct(),
    }
    return wanted.get(which, wanted["waiting"])().annotate(others=Count("differing")).order_by("-pk")
