"""Everything about one home, and one building."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts.models import User
from fucheng.web.review.queries import case, documents
from fucheng.web.stars import BuildingStars, stars_of
from grading import history
from grading.models import (
    DelistingRequest,
    GradeChange,
    GradePeriod,
    Hazard,
    Objection,
    Photo,
    PhotoClearance,
    Reply,
    Standing,
    VacancyCheck,
    Visit,
    Watch,
)
from grading.services import explaining, photo_clearances
from grading.services.explaining import Explanation
from grading.states import OPEN_CHANGE_STATES, OPEN_DELISTING_STATES
from letters.models import Document
from rentals.models import Building, Unit
from signage.models import Sign


@dataclass(frozen=True, slots=True)
class HomeFile:
    unit: Unit
    standing: Standing
    explanation: Explanation | None
    due: dict[int, date]
    hazards: list[Hazard]
    visits: list[Visit]
    periods: list[GradePeriod]
    changes: list[GradeChange]
    signs: list[Sign]
    documents: list[Document]
    delisting: DelistingRequest | None
    notice: Sign | None
    watch: Watch | None
    vacancy: list[VacancyCheck]
    objection: Objection | None
    reply: Reply | None
    is_stale: bool
    is_sign_owed: bool

    @property
    def open_change(self) -> GradeChange | None:
        return next((change for change in self.changes if change.state in OPEN_CHANGE_STATES), None)

    @property
    def open_hazards(self) -> int:
        return sum(hazard.state != "closed" for hazard in self.hazards)


def home_of(user: User, pk: int) -> Unit:
    """The home, also one that left the register; OutOfScope for another community's."""
    rows = Unit.objects.visible_to(user).select_related(
        "building__community",
        "building__grid",
        "building__estate",
        "landlord",
        "manager",
        "standing__assessment__rule_set",
        "public_token",
    )
    return rows.one(pk=pk)


def home_file(unit: Unit, *, on: date) -> HomeFile:
    """Flat queries, the same number for every home."""
    standing = unit.standing
    hazards = case.hazards_of(unit)
    signs = list(
        Sign.objects.filter(unit=unit).select_related("run", "posted_by").order_by("-printed_at", "-pk")[:20]
    )
    hangs = any(s.state == "posted" and s.product == "sticker" and s.grade == standing.grade for s in signs)
    return HomeFile(
        unit=unit,
        standing=standing,
        explanation=explaining.explain(standing.assessment) if standing.assessment else None,
        due=case.due_days(hazards),
        hazards=hazards,
        visits=case.visits_of(unit, limit=10),
        periods=case.periods_of(unit),
        changes=case.changes_of(unit),
        documents=documents.documents_of(unit.pk),
        signs=signs,
        delisting=next((row for row in case.requests_of(unit) if row.state in OPEN_DELISTING_STATES), None),
        notice=case.notice_owed_down(unit),
        watch=case.watch_of(unit),
        vacancy=case.vacancy_of(unit),
        objection=Objection.objects.filter(unit=unit).order_by("-filed_at").first(),
        reply=case.reply_of(unit),
        is_stale=standing.is_stale_on(on),
        is_sign_owed=standing.grade is not None and not hangs,
    )


def end_of(day: date) -> datetime:
    """The last moment of a day in Shenzhen."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, timezone.get_default_timezone())
    return midnight - timedelta(microseconds=1)


def grade_on(unit: Unit, day: date) -> GradePeriod | None:
    """The grade in force at the end of a day; None when the home was not graded then."""
    return history.periods_at(end_of(day)).filter(unit=unit).select_related("change__decided_by").first()


@dataclass(frozen=True, slots=True)
class BuildingPhoto:
    """A photo of an open hazard of the common parts, and the newest look at it."""

    photo: Photo
    look: PhotoClearance | None
    is_next: bool  # on the notice, were it printed now

    @property
    def is_cleared(self) -> bool:
        return self.look is not None and self.look.shows_nobody


@dataclass(frozen=True, slots=True)
class BuildingFile:
    building: Building
    standings: list[Standing]
    hazards: list[Hazard]
    photos: list[BuildingPhoto]
    visits: list[Visit]
    stale: int
    stars: BuildingStars

    @property
    def counts(self) -> dict[str, int]:
        return Counter(standing.grade or "none" for standing in self.standings)


def building_file(user: User, pk: int, *, on: date) -> BuildingFile:
    """A building with its homes, the hazards of the common parts and its last visits."""
    building = Building.objects.visible_to(user).select_related("community", "grid", "estate").one(pk=pk)
    homes = Standing.objects.filter(unit__building=building, unit__left_on__isnull=True)
    standings = list(homes.select_related("unit").order_by("unit__code")[:1000])
    hazards = Hazard.objects.filter(Q(building=building), ~Q(state="closed")).select_related("item", "unit")
    return BuildingFile(
        building=building,
        standings=standings,
        hazards=list(hazards.order_by("unit__code", "item_code")[:200]),
        photos=_photos(building),
        visits=list(Visit.objects.filter(building=building).select_related("by")[:10]),
        stale=sum(standing.is_stale_on(on) for standing in standings),
        stars=stars_of(building.pk, on=on),
    )


def _photos(building: Building) -> list[BuildingPhoto]:
    """Those that could hang on the hazard notice, the newest first: of listed hazards that are not mended."""
    found = (
        Photo.objects.of_common_parts()
        .of_open_faults()
        .filter(finding__hazard__building=building, finding__hazard__listed_at__isnull=False)
        .select_related("finding__hazard__item", "taken_by")
        .prefetch_related(Prefetch("clearances", PhotoClearance.objects.select_related("by")))
        .order_by("-added_at", "-pk")[:60]
    )
    next_one = photo_clearances.newest_of_listed([building.pk]).get(building.pk)
    return [
        BuildingPhoto(photo, next(iter(photo.clearances.all()), None), photo.pk == next_one)
        for photo in found
    ]
