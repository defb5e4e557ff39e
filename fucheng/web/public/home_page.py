"""The page of one home, put together from its parts."""

import time
from functools import cache, lru_cache
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from core.dates import day_of
from fucheng.web.public.moulds import KEPT, Reading, cast
from fucheng.web.public.queries import NOBODY, PublicHazard, PublicHome
from grading.services import tallies
from grading.services.tallies import Tally
from signage.serials import code_of
from signage.services.scans import DeadSign


class Place(NamedTuple):
    """What a home shares with many others."""

    community: str
    community_en: str
    street: str
    street_en: str
    hotline: str
    dialled: str


def shown(home: PublicHome, reading: Reading, dead: DeadSign | None = None) -> SafeString:
    """`dead`: the print that was scanned counts no more."""
    hazards = home.hazards
    shape = {
        "home": Place(
            home.community, home.community_en, home.street, home.street_en, home.hotline, home.dialled
        ),
        "grade": home.grade,
        "is_stale": home.is_stale,
        "found": len(hazards),
        "green_from": home.green_from,
    }
    own = {
        "address": home.address,
        "code": home.code,
        "graded_on": home.graded_on,
        "last_visit_on": home.last_visit_on,
        "visit_due_on": home.visit_due_on,
        "pending_since": home.pending_since,
        "objection_since": home.objection_since,
        "urgent_since": home.urgent_since,
        "reply": home.reply,
        "score": str(home.score),
        "hazards": mark_safe("".join([_hazard(hazard, reading) for hazard in hazards])),  # noqa: S308
        "mended": "; ".join([en if reading.is_english else zh for zh, en in home.mended]),
        "dead_serial": dead.serial if dead else None,
        "dead_on": f"{day_of(dead.ended_at):%Y-%m-%d}" if dead else None,
        "bars": _bars(home, reading),
        "report_url": _report_url().replace(NOBODY, home.token),
        "building_url": f"{_find_url()}{home.building_id}/",
    }
    asked = {"n": code_of(dead.serial)} if dead else {}
    return cast("public/home.html", reading, shape, own, asked)


def _hazard(hazard: PublicHazard, reading: Reading) -> SafeString:
    own = {"found_on": hazard.found_on, "due_on": hazard.due_on}
    return cast(
        "public/parts/hazard.html", reading, {"hazard": hazard._replace(found_on="", due_on=None)}, own
    )


def _bars(home: PublicHome, reading: Reading) -> SafeString:
    """Of the building and, where there is one, of its estate: a minute old at most, as it may have thousands of homes."""
    bars = _bar(home.building, home.in_building, home.stars, reading)
    if not home.estate_id:
        return bars
    minute = int(time.time() + home.estate_id) // 60  # not all estates at one moment
    return bars + _bar(home.estate, _of_estate(home.estate_id, minute), None, reading)


@lru_cache(maxsize=512)
def _of_estate(estate_id: int, _minute: int) -> Tally:
    return tallies.of_estate(estate_id, timezone.localdate())


@lru_cache(maxsize=KEPT)
def _bar(name: str, tally: Tally, stars: int | None, reading: Reading) -> SafeString:
    """The parts that there are, with where each begins and how wide it is, in percent."""
    own = {"name": name, "homes": str(tally.homes), "late": str(tally.late or "")}
    share, before = 100 / tally.homes, 0
    for grade in ("green", "yellow", "red", "ungraded"):
        if n := getattr(tally, grade):
            own |= {f"n_{grade}": str(n), f"x_{grade}": f"{before * share:.1f}"}
            own[f"width_{grade}"] = f"{n * share:.1f}"
            before += n
    return cast("public/parts/bar.html", reading, {"stars": stars}, own)


@cache
def _report_url() -> str:
    """With nobody's token in it; to ask the resolver for each home takes longer than its whole statement."""
    return reverse("public:report", args=[NOBODY])


@cache
def _find_url() -> str:
    return reverse("public:find")
