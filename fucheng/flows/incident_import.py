"""Incidents of police and fire service: a file as a job, one by the interface, doubtful ones by a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.errors import DomainError, Invalid
from core.text import fold
from fucheng.flows import aftermath
from fucheng.flows.registry_import import local_copy
from grading.models import Incident, IncidentCategory
from grading.services import incidents, stars
from grading.services.incidents import Report
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers
from rentals.registry.columns import Column
from rentals.registry.problems import BrokenWorkbook
from rentals.registry.read_child import TYPED
from rentals.registry.reader import Limits, open_registry

COLUMNS = (
    Column("来源", "source", True, ("警情来源", "数据来源"), hint="公安 / 消防"),
    Column("编号", "number", True, ("警情编号", "案件编号", "接警编号"), hint="同一来源内唯一"),
    Column("类别", "category", True, ("警情类别", "事件类别"), hint="见类别表"),
    Column("发生时间", "happened_at", True, ("时间", "案发时间"), hint="2026-05-12 21:30"),
    Column("地点", "place", True, ("地址", "发生地点", "案发地点"), hint="原文照录"),
    Column("严重程度", "severity", False, ("程度",), hint="一般 / 较重 / 严重"),
    Column("房屋编码", "code", False, ("楼栋编码", "编码"), hint="25 位或 19 位，可不填"),
    Column("出租人有责", "fault", False, ("业主有责",), hint="是 / 否"),
)
SOURCES = {"公安": "police", "消防": "fire", "police": "police", "fire": "fire"}
SEVERITIES = {"": "minor", "一般": "minor", "较重": "serious", "严重": "grave"}
LIMITS = Limits(file_bytes=10 << 20, zip_total=100 << 20, rows=20_000)
SHOWN = 200  # problems kept with the job


@transaction.atomic(durable=True)
def upload(*, file: "UploadedFile[bytes]", by: User, at: datetime) -> Job:
    """Keeps the file and asks for its import."""
    access.authorize(by, Permission.INCIDENT_IMPORT)
    if not file.size:
        raise Invalid(_("The file is empty. Save it again where it comes from, and upload that."))
    if file.size > LIMITS.file_bytes:
        raise Invalid(_("The file is larger than 10 MB. Split it by month and upload the parts."))
    name = Path(file.name or "incidents.xlsx").name
    kept = default_storage.save(f"incidents/{at:%Y%m%d-%H%M%S}-{get_valid_filename(name)}", file)
    job, _is_new = jobs.ask(
        kind=IncidentImport.kind, params={"file": kept, "name": name}, by=by, at=at, dedupe_key=kept
    )
    transaction.on_commit(lambda: ring_workers(job.pk))
    return job


@transaction.atomic(durable=True)
def receive(report: Report, *, by: User, at: datetime) -> tuple[Incident, bool]:
    """One incident from a machine; sent twice it is one."""
    audit.act_as(by)
    incident, is_new = incidents.receive(report, by=by, at=at)
    if is_new:
        _assess([incident], by=by, at=at)
    return incident, is_new


@transaction.atomic(durable=True)
def confirm(*, incident_id: int, building_id: int, unit_id: int | None, by: User, at: datetime) -> Incident:
    """The person who says where it was stands behind the change that follows, and does not decide it."""
    audit.act_as(by)
    incident = incidents.confirm(
        incident_id=incident_id, building_id=building_id, unit_id=unit_id, by=by, at=at
    )
    _assess([incident], by=by, at=at)
    return incident


@transaction.atomic(durable=True)
def put_aside(*, incident_id: int, by: User, at: datetime) -> Incident:
    audit.act_as(by)
    return incidents.put_aside(incident_id=incident_id, by=by, at=at)


def _assess(received: Sequence[Incident], *, by: User, at: datetime) -> None:
    """The homes of the buildings where an incident counts, through the rules in force."""
    buildings = sorted({i.building_id for i in received if i.hazard_id and i.building_id})
    if buildings:
        aftermath.of_checks(buildings, checked_by=by, at=at)
        stars.follow_facts(buildings, at=at)


class IncidentImport:
    """One file, one chunk, one transaction; bad rows are told with their row number, good ones are kept."""

    kind = "grading.incident_import"
    in_order = True
    in_transaction = True

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        return [(1, {})]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        at, by = timezone.now(), job.requested_by
        audit.act_as(by)
        received: list[Incident] = []
        known, problems = 0, []
        for row, told in _rows(job.params["file"]):
            try:
                incident, is_new = incidents.receive(report_of(told), by=by, at=at, job=job)
            except DomainError as refused:
                problems.append({"row": row, "text": str(refused)})
                continue
            known += not is_new
            if is_new:
                received.append(incident)
        _assess(received, by=by, at=at)
        return {"new": len(received), "known": known, "bad": len(problems), "problems": problems[:SHOWN]}

    def finish(self, job: Job) -> dict[str, Any]:
        result: dict[str, Any] = job.chunks.get().result
        return result


def _rows(file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Sheet row number and cells by field; Invalid when the file cannot be read."""
    try:
        with local_copy(file) as path, open_registry(path, LIMITS, COLUMNS) as reader:
            places = reader.sheet.columns
            for rows in reader.chunks():
                for number, *cells in rows:
                    yield int(number), {name: cells[place] for name, place in places.items()}
    except BrokenWorkbook as broken:
        raise Invalid(str(broken.problem().text())) from broken


def report_of(told: dict[str, str]) -> Report:
    """A row as a report; Invalid names the first cell that cannot be understood."""
    cell = {name: fold(text.removeprefix(TYPED)) for name, text in told.items()}
    return Report(
        source=_one_of(SOURCES, cell["source"], "来源"),
        number=_filled(cell["number"], "编号")[:40],
        category=_category(cell["category"]),
        happened_at=_moment(cell["happened_at"]),
        place=_filled(cell["place"], "地点")[:255],
        severity=_one_of(SEVERITIES, cell.get("severity", ""), "严重程度"),
        code=cell.get("code", "").upper()[:25],
        is_landlord_at_fault=cell.get("fault", "") in ("是", "有", "1", "TRUE"),
    )


def _filled(text: str, column: str) -> str:
    if not text:
        raise Invalid(_("%(column)s is empty.") % {"column": column})
    return text


def _one_of(known: dict[str, str], text: str, column: str) -> str:
    if text not in known:
        words = {"text": text, "column": column, "known": "、".join(word for word in known if word)}
        raise Invalid(_("“%(text)s” is no %(column)s; write one of %(known)s.") % words)
    return known[text]


def _category(text: str) -> str:
    found = (
        IncidentCategory.objects.filter(name_zh=text).first()
        or IncidentCategory.objects.filter(pk=text).first()
    )
    if found is None:
        names = "、".join(IncidentCategory.objects.values_list("name_zh", flat=True))
        words = {"text": text, "column": "类别", "known": names}
        raise Invalid(_("“%(text)s” is no %(column)s; write one of %(known)s.") % words)
    return found.pk


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(
            text.replace("/", "-").replace(" ", "T") if len(text) > 10 else f"{text}T00:00"
        )
    except ValueError:
        found = None
    if found is None:
        raise Invalid(_("“%(text)s” is no time; write it like 2026-05-12 21:30.") % {"text": text})
    return found if timezone.is_aware(found) else timezone.make_aware(found)
