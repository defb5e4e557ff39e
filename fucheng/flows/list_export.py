"""A list as a file: what can be exported, the audit row of each export, and long ones as a job.

Pages describe their lists (`List`); a worker learns of them by loading the addresses. The filter and the
scope of the asker are frozen in the job, so the file holds what was asked for and never more.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from operator import attrgetter
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core import replica, tables
from core.errors import Invalid, NotAllowed, OutOfScope
from jobs import services as jobs
from jobs.models import Chunk, Job
from jobs.tasks import ring_workers

KEPT = timedelta(days=7)
SAY_EVERY = 20_000  # rows
Wanted = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """`value` is an attribute path (`building.community.name`) or a function of the row.

    Personal data goes in masked: `masked_name`, `masked_phone`, never `name` or `phone` of a person.
    """

    title: str | Promise
    value: str | Callable[[Any], Any]
    kind: tables.Kind = "text"
    width: int = 16

    def of(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        try:
            return attrgetter(self.value)(row)
        except (AttributeError, ObjectDoesNotExist):  # a home without landlord, a building without grid
            return None


@dataclass(frozen=True)
class List:
    """One list that can be exported. `rows(user, wanted)` is scoped by `visible_to`, filtered and ordered.

    `words(user, wanted)` tells the filter to people, line by line. Making one announces it by its name.
    The file of a list of figures is read from the replica, where there is one.
    """

    name: str
    title: str | Promise
    columns: Sequence[Column]
    rows: Callable[[User, Wanted], QuerySet[Any]]
    words: Callable[[User, Wanted], Sequence[tuple[str, str]]]
    is_figures: bool = False

    def __post_init__(self) -> None:
        _LISTS[self.name] = self

    def headings(self) -> list[tables.Heading]:
        return [tables.Heading(str(c.title), c.kind, c.width) for c in self.columns]

    def source(self) -> replica.Source:
        return replica.source() if self.is_figures else replica.primary()

    def cells(self, user: User, wanted: Wanted, source: replica.Source) -> Iterator[list[Any]]:
        """Row by row, from one statement, so that the file is one moment."""
        for row in self.rows(user, wanted).using(source.alias).iterator(chunk_size=2000):
            yield [column.of(row) for column in self.columns]

    def count(self, user: User, wanted: Wanted) -> int:
        return self.rows(user, wanted).order_by().count()


_LISTS: dict[str, List] = {}


def list_named(name: str) -> List:
    if name not in _LISTS:
        import_module(settings.ROOT_URLCONF)
    return _LISTS[name]


@transaction.atomic(durable=True)
def note(lst: List, *, wanted: Wanted, by: User, rows: int, file_format: str) -> None:
    """The audit row of a file that is sent at once, written before its first byte."""
    _audit(lst, wanted, by, rows, file_format)


def _audit(lst: List, wanted: Wanted, by: User, rows: int, file_format: str) -> None:
    data = {"filter": dict(wanted), "rows": rows, "format": file_format}
    audit.record("export", by=by, subject="list", subject_id=lst.name, data=data)


def write_xlsx(
    lst: List,
    file: IO[bytes],
    *,
    wanted: Wanted,
    by: User,
    at: datetime,
    say: Callable[[int], None] | None = None,
) -> int:
    """The workbook: a first sheet that says what this is, then the rows; how many rows."""
    source = lst.source()
    about = [
        (_("List"), str(lst.title)),
        *((str(name), str(words)) for name, words in lst.words(by, wanted)),
        (_("As of"), f"{timezone.localtime(min(at, source.at)):%Y-%m-%d %H:%M}"),
        (_("Made by"), by.display_name or by.name),
        (
            _("How to handle it"),
            _("For official use only. Personal data is masked. Delete this file when it has served."),
        ),
    ]
    return tables.write_xlsx(
        file,
        lst.headings(),
        _counted(lst.cells(by, wanted, source), say),
        title=str(lst.title),
        about_title=_("About"),
        about=about,
    )


def _counted(rows: Iterable[list[Any]], say: Callable[[int], None] | None) -> Iterator[list[Any]]:
    for number, row in enumerate(rows, 1):
        if say and number % SAY_EVERY == 0:
            say(number)
        yield row


@transaction.atomic(durable=True)
def ask(*, name: str, wanted: Wanted, by: User, at: datetime, language: str) -> Job:
    """A workbook as a job; asking again while it is made gives the same job."""
    access.authorize(by, Permission.EXPORT)
    total = list_named(name).count(by, wanted)
    if total > tables.MOST_ROWS:
        raise Invalid(_("A workbook cannot hold so many rows. Narrow the filter, or take CSV."))
    params = {
        "list": name,
        "wanted": dict(wanted),
        "language": language,
        "total": total,
        "at": at.isoformat(),
        "scope": _scope(by),
    }
    key = jobs.key_of(by.pk, name, sorted(wanted.items()))
    job, is_new = jobs.ask(kind=ListExport.kind, params=params, by=by, at=at, dedupe_key=key)
    if is_new:
        transaction.on_commit(lambda: ring_workers(job.pk))
    return job


def _scope(user: User) -> list[int | None]:
    """The communities a person reaches now; [None] for the whole street."""
    scope = access.scope_of(user)
    return [None] if scope.whole_street else [*sorted(scope.community_ids)]


def one(job_id: int, *, by: User) -> Job:
    """The person's own export; OutOfScope for others', or when the posts no longer reach what is in it."""
    job = Job.objects.filter(pk=job_id, kind=ListExport.kind, requested_by=by).first()
    now = _scope(by)
    if job is None or not (now == [None] or set(job.params["scope"]) <= set(now)):
        raise OutOfScope
    access.authorize(by, Permission.EXPORT)
    return job


def is_kept(job: Job, *, at: datetime) -> bool:
    """Whether the file is still there: seven days, not longer (trust.md D6)."""
    return bool(job.result.get("file")) and job.finished_at is not None and at - job.finished_at < KEPT


def purge(*, at: datetime) -> int:
    """Deletes the files of exports older than seven days; how many jobs lost theirs."""
    old = Job.objects.filter(kind=ListExport.kind, finished_at__lt=at - KEPT, result__file__gt="")
    for job in old:
        folder = f"exports/{job.pk}"
        for file in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{file}")
        Job.objects.filter(pk=job.pk).update(result=job.result | {"file": ""})
    return len(old)


class ListExport:
    """One chunk; a second attempt writes another file, and only the accepted one is named in the result."""

    kind = "lists.export"
    in_order = False
    in_transaction = False

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        return [(job.params["total"], {})]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        lst, by = list_named(job.params["list"]), job.requested_by
        if _scope(by) != job.params["scope"] or not access.can(by, Permission.EXPORT):
            raise NotAllowed
        with (
            translation.override(job.params["language"]),
            tempfile.NamedTemporaryFile(suffix=".xlsx") as file,
        ):
            rows = write_xlsx(
                lst,
                file,
                wanted=job.params["wanted"],
                by=by,
                at=datetime.fromisoformat(job.params["at"]),
                say=lambda n: jobs.say(job.pk, _("%(n)d rows written") % {"n": n}),
            )
            file.seek(0, os.SEEK_SET)
            name = default_storage.save(f"exports/{job.pk}/{chunk.lease_token}.xlsx", File(file))
        return {"file": name, "rows": rows}

    def finish(self, job: Job) -> dict[str, Any]:
        """The audit row commits together with the end of the job."""
        result = job.chunks.get().result
        _audit(list_named(job.params["list"]), job.params["wanted"], job.requested_by, result["rows"], "xlsx")
        purge(at=timezone.now())
        return {"file": result["file"], "rows": result["rows"]}
