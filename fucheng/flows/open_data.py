"""Open data: every night the buildings and their homes by grade, as files that anybody may take.

No home, no token, no person. A building with few homes is not shown by itself: its homes are counted in one row
with the other small ones of the community, so that the sums still are the leaders' figures. The files are made from
rows alone: the same rows give the same bytes, whenever they are written.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.services.people import system_user
from communities.models import Community
from core import tables
from grading.services import tallies
from grading.services.stars import stars_of
from grading.services.tallies import Tally
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers
from rentals.models import Building

SMALL = 5  # homes; a building with fewer is counted with others
KEPT = timedelta(days=90)
LICENCE = "CC BY 4.0"
BUILDING_FIELDS = (
    "id", "name", "community", "community_en", "estate", "longitude", "latitude",
    "stars", "homes", "green", "yellow", "red", "not_graded", "past_visit",
)  # fmt: skip
COMMUNITY_FIELDS = (
    "id", "name", "name_en", "buildings", "homes", "green", "yellow", "red", "not_graded", "past_visit",
)  # fmt: skip
CHANGE_FIELDS = ("id", "name", "community", "what", "field", "before", "after")
Row = dict[str, Any]


@dataclass(frozen=True)
class Edition:
    """What one night left: the day, the day before it that it was compared with, and the files by their names."""

    day: str
    previous_day: str | None
    totals: dict[str, int]
    files: dict[str, dict[str, Any]]  # name: file (in storage), sha256, bytes, rows


@transaction.atomic(durable=True)
def ask(*, at: datetime) -> Job | None:
    """The job of this day; None when the day has its files already."""
    day = timezone.localdate(at)
    if Job.objects.filter(kind=OpenData.kind, state=Job.State.DONE, params__day=day.isoformat()).exists():
        return None
    params = {"day": day.isoformat()}
    job, is_new = jobs.ask(
        kind=OpenData.kind, params=params, by=system_user(), at=at, dedupe_key=day.isoformat()
    )
    if is_new:
        transaction.on_commit(lambda: ring_workers(job.pk))
    return job


def edition(day: str = "") -> Edition | None:
    """Of this day, or the newest."""
    return _newest(_done().filter(params__day=day) if day else _done())


def _newest(done: QuerySet[Job]) -> Edition | None:
    found = done.order_by("-params__day", "-pk").first()
    return Edition(**found.result) if found else None


def _done() -> QuerySet[Job]:
    return Job.objects.filter(kind=OpenData.kind, state=Job.State.DONE, result__files__isnull=False)


class OpenData:
    kind = "open_data"
    in_order = False
    in_transaction = False

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        return [(1, {})]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        day = date.fromisoformat(job.params["day"])
        tally = tallies.by_building(day)
        buildings, communities = _buildings(tally, stars_of(list(tally), on=day)), _communities(tally)
        before = _newest(_done().filter(params__day__lt=job.params["day"]))
        changes = _changes(_rows_of(before, "buildings.json"), buildings) if before else []
        files = {
            **_kept("buildings", BUILDING_FIELDS, buildings),
            **_kept("communities", COMMUNITY_FIELDS, communities),
            **_kept("changes", CHANGE_FIELDS, changes),
        }
        made = Edition(
            day=job.params["day"],
            previous_day=before.day if before else None,
            totals=_numbers(tallies.total(tally.values())),
            files=files,
        )
        index = {"licence": LICENCE, "smallest_building": SMALL, **made.__dict__}
        index["files"] = {name: {k: v for k, v in f.items() if k != "file"} for name, f in files.items()}
        return {**made.__dict__, "files": {**files, "index.json": _keep("json", _json(index), rows=1)}}

    def finish(self, job: Job) -> dict[str, Any]:
        purge(at=timezone.now())
        made: dict[str, Any] = job.chunks.get().result
        return made


def purge(*, at: datetime) -> int:
    """Forgets editions older than 90 days and their files, but none that a younger one has too."""
    old, young = _done().filter(finished_at__lt=at - KEPT), _done().filter(finished_at__gte=at - KEPT)
    still = {file["file"] for job in young for file in job.result["files"].values()}
    for job in old:
        for file in job.result["files"].values():
            if file["file"] not in still:
                default_storage.delete(file["file"])
        Job.objects.filter(pk=job.pk).update(result={})
    return len(old)


def _buildings(tally: Mapping[int, Tally], stars: Mapping[int, int]) -> list[Row]:
    rows: list[Row] = []
    small: defaultdict[Community, list[Tally]] = defaultdict(list)
    for building in Building.objects.select_related("community", "estate").order_by("pk"):
        if building.pk not in tally:
            continue
        if tally[building.pk].homes < SMALL:
            small[building.community].append(tally[building.pk])
            continue
        rows.append(
            {
                "id": str(building.pk),
                "name": building.name or f"{building.road}{building.doorplate}",
                **_place(building.community),
                "estate": building.estate.name if building.estate else "",
                "longitude": _rounded(building.longitude),
                "latitude": _rounded(building.latitude),
                "stars": stars.get(building.pk, 0),
                **_numbers(tally[building.pk]),
            }
        )
    for community in sorted(small, key=lambda found: found.pk):
        row = {"id": f"small-{community.pk}", "name": f"小型楼栋（{len(small[community])}栋）"}
        nowhere = {"estate": "", "longitude": None, "latitude": None, "stars": None}
        rows.append(row | _place(community) | nowhere | _numbers(tallies.total(small[community])))
    return rows


def _place(community: Community) -> Row:
    return {"community": community.name, "community_en": community.name_en}


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 5)


def _numbers(tally: Tally) -> dict[str, int]:
    return {
        "homes": tally.homes,
        "green": tally.green,
        "yellow": tally.yellow,
        "red": tally.red,
        "not_graded": tally.ungraded,
        "past_visit": tally.late,
    }


def _communities(tally: Mapping[int, Tally]) -> list[Row]:
    found: defaultdict[int, list[Tally]] = defaultdict(list)
    for pk, community in Building.objects.values_list("pk", "community"):
        if pk in tally:
            found[community].append(tally[pk])
    return [
        {
            "id": str(c.pk),
            "name": c.name,
            "name_en": c.name_en,
            "buildings": len(found[c.pk]),
            **_numbers(tallies.total(found[c.pk])),
        }
        for c in Community.objects.order_by("pk")
        if c.pk in found
    ]


def _changes(before: list[Row], now: list[Row]) -> list[Row]:
    """What is not as it was the night before, building by building, field by field."""
    old, new = {row["id"]: row for row in before}, {row["id"]: row for row in now}
    changes: list[Row] = []

    def tell(row: Row, what: str, field: str = "", was: object = None, is_: object = None) -> None:
        place = {name: row[name] for name in ("id", "name", "community")}
        changes.append({**place, "what": what, "field": field, "before": was, "after": is_})

    for row in (row for key, row in old.items() if key not in new):
        tell(row, "removed", "homes", row["homes"])
    for key, row in new.items():
        if key not in old:
            tell(row, "added", "homes", None, row["homes"])
            continue
        for field in BUILDING_FIELDS:
            if row[field] != old[key].get(field):
                tell(row, "changed", field, old[key].get(field), row[field])
    return changes


def _kept(name: str, fields: Sequence[str], rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    lines = tables.csv_lines([tables.Heading(f) for f in fields], ([row[f] for f in fields] for row in rows))
    return {
        f"{name}.csv": _keep("csv", "".join(lines).encode(), rows=len(rows)),
        f"{name}.json": _keep("json", _json(rows), rows=len(rows)),
    }


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _keep(kind: str, content: bytes, *, rows: int) -> dict[str, Any]:
    """Under its own fingerprint, so that the same content is one file."""
    digest = hashlib.sha256(content).hexdigest()
    name = f"open-data/{digest}.{kind}"
    if not default_storage.exists(name):
        name = default_storage.save(name, ContentFile(content))
    return {"file": name, "sha256": digest, "bytes": len(content), "rows": rows}


def _rows_of(before: Edition, name: str) -> list[Row]:
    """Nothing where the file is gone: then everything is told as new."""
    try:
        with default_storage.open(before.files[name]["file"]) as file:
            rows: list[Row] = json.load(file)
    except FileNotFoundError:
        return []
    return rows
