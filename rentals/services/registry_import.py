"""The registry import as a verb: check a file, say what it would change, change it, take it back.

One run is one transaction. The file is parsed in a child process, staged by COPY and merged by SQL; no
row of it passes through a model. What it changes is found again in `ImportChange`: `changed` and
`missing` per home (25 characters), and for taking back also `building` (19 characters), `person` and `place`.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from communities.models import Community
from core.dates import day_of
from core.errors import Conflict
from core.text import mask_identity, mask_phone
from rentals.models import ImportRun
from rentals.registry.check import RegistryCheck
from rentals.registry.problems import BrokenWorkbook, Problem
from rentals.registry.reader import Limits, Reader, open_registry
from rentals.registry.report import write_error_workbook
from rentals.services import registry_merge as merge
from rentals.services import registry_staging as staging
from rentals.services import registry_write

PROBLEMS_KEPT = 1_000
_ONE_AT_A_TIME = 0x0F00_0001
_MASKS: dict[str, Callable[[str], str]] = {
    "owner_id_number": mask_identity,
    "owner_phone": mask_phone,
    "manager_phone": mask_phone,
}


class NotWaiting(Conflict):
    message = _("This import has run already.")


@dataclass(slots=True)
class _Outcome:
    """What reading and staging found."""

    check: RegistryCheck
    problems: list[Problem]
    people: tuple[staging.People, staging.People]
    reader: Reader


def _quiet(_rows: int) -> None:
    """Nobody asked for progress."""


@transaction.atomic
def ask_import(
    *, path: Path, file: str, file_name: str, dry_run: bool, on_error: str, by: User, at: datetime
) -> ImportRun:
    """Register an import of the local file `path`, kept in storage as `file`. Raises NotAllowed."""
    access.authorize(by, Permission.REGISTER_IMPORT)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    run = ImportRun.objects.create(
        file=file,
        file_name=file_name,
        file_sha256=digest,
        dry_run=dry_run,
        on_error=on_error,
        by=by,
        created_at=at,
    )
    audit.record(
        "registry-import-asked", by=by, subject="import_run", subject_id=run.pk, data={"dry_run": dry_run}
    )
    return run


@transaction.atomic
def run_import(
    *, run_id: int, path: Path, by: User, at: datetime, say: Callable[[int], None] = _quiet,
    errors_to: Path | None = None, limits: Limits | None = None,
) -> ImportRun:  # fmt: skip
    """Carry out a waiting run with the local file `path`; `say` hears the number of rows read so far.

    Ends as DONE, CHECKED (dry run) or REFUSED (unreadable file, or bad rows under all-or-nothing; nothing is
    changed). With `errors_to` and anything to say, the error workbook is written there. Raises NotAllowed,
    OutOfScope, NotWaiting.
    """
    run = ImportRun.objects.visible_to(by).lock(run_id)
    access.authorize(by, Permission.REGISTER_IMPORT)
    if run.state != ImportRun.State.WAITING:
        raise NotWaiting
    audit.act_as(by)
    run.finished_at = at
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        try:
            found = _merge(cursor, run, path, by=by, at=at, say=say, limits=limits)
        except BrokenWorkbook as broken:
            run.state = ImportRun.State.REFUSED
            run.problems = [_kept(broken.problem())]
            found = None
    if found is not None and errors_to is not None and any(p.row for p in found.problems):
        # A copy of the whole file to mend; where there are only remarks, the rows they are about.
        write_error_workbook(found.reader, found.problems, errors_to, at=at, all_rows=run.bad > 0)
    run.save()
    figures = {
        name: getattr(run, name) for name in ("rows", "added", "changed", "unchanged", "missing", "bad")
    }
    audit.record(
        "registry-imported",
        by=by,
        subject="import_run",
        subject_id=run.pk,
        data={"state": run.state} | figures,
    )
    return run


def tidy_search() -> None:
    """After an import: addresses that came in are found as fast as the others."""
    with connection.cursor() as cursor:
        registry_write.tidy_search(cursor)


def _merge(
    cursor: Any,
    run: ImportRun,
    path: Path,
    *,
    by: User,
    at: datetime,
    say: Callable[[int], None],
    limits: Limits | None,
) -> _Outcome:
    """Read, compare, and write unless it is a dry run or refused. A broken file leaves nothing behind."""
    day = day_of(at)
    active = (
        Community.objects.visible_to(by)
        .filter(starts_on__lte=day)
        .filter(Q(ends_on=None) | Q(ends_on__gt=day))
    )
    communities = {community.name: community.pk for community in active}
    keys = sorted(communities.values())
    with transaction.atomic():
        found = _read(cursor, path, frozenset(communities), say, limits)
    present = found.check.present
    refused = bool(found.check.refused) and run.on_error == ImportRun.OnError.ALL_OR_NOTHING
    staging.find_people(cursor, keep=not (refused or run.dry_run))
    figures = merge.differences(
        cursor, present=present, communities=keys, refused_codes=found.check.refused_codes
    )
    _count(run, found, figures)
    if refused or run.dry_run:
        run.state = ImportRun.State.REFUSED if refused else ImportRun.State.CHECKED
        merge.record_changes(cursor, run_id=run.pk, present=present)
        return found
    merge.drop_unneeded_people(cursor, present)
    merge.record_people(cursor, run_id=run.pk)
    for people in found.people:
        staging.save_people(cursor, people, at=at)
    merge.record_changes(cursor, run_id=run.pk, present=present)
    registry_write.write(cursor, run_id=run.pk, present=present, communities=keys)
    run.state = ImportRun.State.DONE
    return found


def _read(
    cursor: Any, path: Path, communities: frozenset[str], say: Callable[[int], None], limits: Limits | None
) -> _Outcome:
    with open_registry(path, limits) as reader, _collector_paused():
        check = RegistryCheck(reader.sheet, communities=communities)
        people = staging.stage(cursor, check.good_rows(reader.chunks()), check.retracted, say)
        problems = [*check.problems, *people[0].remarks, *people[1].remarks]
        return _Outcome(check, sorted(problems, key=lambda p: p.row), people, reader)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Millions of short-lived texts without cycles: looking for cycles among them costs a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _count(run: ImportRun, found: _Outcome, figures: merge.Figures) -> None:
    """rows = added + changed + unchanged + bad; a row that is there twice with the same values is
    unchanged.
    """
    run.rows, run.bad = found.check.rows, len(found.check.refused)
    run.added, run.changed, run.missing = figures.added, figures.changed, figures.missing
    run.unchanged = run.rows - run.bad - run.added - run.changed
    errors = [problem for problem in found.problems if not problem.is_remark]
    remarks = [problem for problem in found.problems if problem.is_remark]
    run.problems = [_kept(problem) for problem in errors[:PROBLEMS_KEPT]]
    run.remarks = [_kept(problem) for problem in remarks[:PROBLEMS_KEPT]]


def _kept(problem: Problem) -> dict[str, Any]:
    """A problem as it is stored: personal numbers masked, as everywhere outside the error workbook."""
    mask = _MASKS.get(problem.column, str)
    return {
        "row": problem.row, "column": problem.column, "value": mask(problem.value),
        "code": problem.code, "params": problem.params,
    }  # fmt: skip
