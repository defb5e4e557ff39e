"""Jobs in words: what each does, how far it is, where its result stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import OutOfScope
from fucheng.flows import job_control
from jobs.models import Job

NAMES: dict[str, Any] = {
    "rentals.registry_import": gettext_lazy("Registry import"),
    "grading.bulk_assessment": gettext_lazy("Bulk assessment"),
    "grading.incident_import": gettext_lazy("Incidents"),
    "grading.bulk_decision": gettext_lazy("Decisions on many changes"),
    "grading.what_if": gettext_lazy("What-if of the rules"),
    "signage.print_run": gettext_lazy("Print run"),
    "letters.rendering": gettext_lazy("Making of documents"),
    "lists.export": gettext_lazy("Export of a list"),
    "demo.street": gettext_lazy("Demonstration street"),
    "demo.houses": gettext_lazy("Demonstration street"),
}
READERS: dict[str, tuple[Permission, ...]] = {
    "rentals.registry_import": (Permission.REGISTER_IMPORT, Permission.AUDIT_READ),
    "grading.bulk_assessment": (Permission.GRADE_BULK_ASSESS,),
    "grading.bulk_decision": (Permission.GRADE_DECIDE, Permission.GRADE_DECIDE_RED),
    "grading.what_if": (Permission.RULES_EDIT, Permission.AUDIT_READ),
    "signage.print_run": (Permission.SIGN_PRINT,),
    "letters.rendering": (Permission.DOCUMENT_READ,),
}
"""Who may read the page that a job leads to; a job without an entry leads nowhere."""
RESULTS: dict[str, Any] = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "missing": gettext_lazy("missing from the file"),
    "bad": ngettext_lazy("bad row", "bad rows", "n"),
    "new": gettext_lazy("new"),
    "known": gettext_lazy("known already"),
    "proposed": ngettext_lazy("change proposed", "changes proposed", "n"),
    "homes": gettext_lazy("homes"),
    "moves": gettext_lazy("would move"),
    "decided": ngettext_lazy("change decided", "changes decided", "n"),
    "signs": ngettext_lazy("sign printed", "signs printed", "n"),
    "pages": ngettext_lazy("page", "pages", "n"),
    "refused": gettext_lazy("refused"),
    "made": ngettext_lazy("document made", "documents made", "n"),
}


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as people read it."""

    job: Job
    name: str
    subject: str
    url: str
    figures: list[tuple[str, int]]
    remaining: timedelta | None
    is_unfinished: bool


def visible(user: User) -> QuerySet[Job]:
    return job_control.visible_to(user).select_related("requested_by", "import_run", "print_run")


def job_of(user: User, pk: int) -> Job:
    job = visible(user).filter(pk=pk).first()
    if job is None:
        raise OutOfScope
    return job


def view_of(job: Job, *, at: datetime, reader: User | None = None) -> JobView:
    """With a `reader`, no link to a page that this person may not read."""
    subject, url = _subject(job)
    if reader and not any(access.can(reader, right) for right in READERS.get(job.kind, ())):
        url = ""
    numbers = [
        (RESULTS[k] % {"n": v}, v) for k, v in job.result.items() if k in RESULTS and isinstance(v, int)
    ]
    return JobView(
        job=job,
        name=str(NAMES.get(job.kind, job.kind)),
        subject=subject,
        url=url,
        figures=numbers,
        remaining=_remaining(job, at),
        is_unfinished=job.is_unfinished,
    )


def _subject(job: Job) -> tuple[str, str]:
    """What the job is about, and the page where its result stands."""
    run: Any
    if (run := getattr(job, "import_run", None)) is not None:
        return run.file_name, reverse("office:import", args=[run.pk])
    if (run := getattr(job, "print_run", None)) is not None:
        return run.title, reverse("office:print-run", args=[run.pk])
    if job.kind == "grading.bulk_decision":
        verbs = {"approve": _("Approve"), "return": _("Return"), "review": _("Hand on to the panel")}
        return f"{verbs.get(job.params.get('verb', ''), '')}: {job.params.get('reason', '')}", reverse(
            "review:queue"
        )
    if job.kind == "letters.rendering":
        return str(_("What was owed")), reverse("review:documents")
    if job.kind == "grading.bulk_assessment":
        return str(_("All homes by the rules in force")), reverse("office:assessment")
    if job.kind == "grading.what_if":
        version = job.params["version"]
        return str(_("Version %(version)s") % {"version": version}), reverse(
            "office:rule-what-if", args=[version]
        )
    return "", ""


def _remaining(job: Job, at: datetime) -> timedelta | None:
    """How long it will still take at the pace so far; None before a twentieth is done."""
    if not job.is_unfinished or job.started_at is None or not job.total or job.done * 20 < job.total:
        return None
    took = at - job.started_at
    return took * (job.total - job.done) / job.done
