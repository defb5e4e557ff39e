"""The audit trail, filtered; and its short words in the reader's language."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent

VERBS: dict[str, Any] = {
    "changed": _("changed"),
    "sign-in": _("signed in"),
    "sign-out": _("signed out"),
    "sign-in-failed": _("sign-in failed"),
    "personal-data-revealed": _("looked at personal data"),
    "export": _("exported"),
    "token-made": _("access token made"),
    "token-revoked": _("access token revoked"),
    "account-created": _("account created"),
    "account-opened": _("account opened"),
    "account-closed": _("account closed"),
    "password-reset": _("password reset"),
    "password-changed": _("password changed"),
    "post-given": _("post given"),
    "job-asked": _("job asked for"),
    "job-cancelled": _("job cancelled"),
    "registry-import-asked": _("registry import asked for"),
    "registry-imported": _("register imported"),
    "registry-import-undone": _("registry import taken back"),
}
SUBJECTS: dict[str, Any] = {
    "user": _("person"),
    "post": _("post"),
    "landlord": _("landlord"),
    "grade_change": _("grade change"),
    "hazard": _("hazard"),
    "hazard_report": _("hazard report"),
    "proof": _("proof"),
    "delisting_request": _("delisting request"),
    "sign": _("sign"),
    "print_file": _("print file"),
    "import_run": _("registry import"),
    "job": _("job"),
    "rule_set": _("rule set"),
    "list": _("list"),
}
HIDDEN = frozenset({"name"})  # what a stranger typed as a name may be a password


@dataclass(frozen=True, slots=True)
class EventView:
    event: AuditEvent
    verb: str
    subject: str
    moves: list[tuple[str, str, str]]
    details: list[tuple[str, str]]


def events(wanted: dict[str, Any]) -> QuerySet[AuditEvent]:
    """Newest first is the caller's order; here only the filter."""
    rows = AuditEvent.objects.select_related("actor")
    for name, lookup in (("verb", "verb"), ("subject", "subject"), ("subject_id", "subject_id")):
        if wanted.get(name):
            rows = rows.filter(**{lookup: wanted[name]})
    if wanted.get("person"):
        rows = rows.filter(actor__name=wanted["person"])
    if wanted.get("from_on"):
        rows = rows.filter(at__gte=_midnight(wanted["from_on"]))
    if wanted.get("until_on"):
        rows = rows.filter(at__lt=_midnight(wanted["until_on"] + timedelta(days=1)))
    return rows


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def view_of(event: AuditEvent) -> EventView:
    before, after = event.before or {}, event.after or {}
    return EventView(
        event=event,
        verb=str(VERBS.get(event.verb, event.verb)),
        subject=str(SUBJECTS.get(event.subject, event.subject)),
        moves=[
            (name, _said(before.get(name)), _said(after.get(name)))
            for name in after
            if before.get(name) != after.get(name)
        ],
        details=[(name, _said(value)) for name, value in event.data.items() if name not in HIDDEN],
    )


def _said(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
