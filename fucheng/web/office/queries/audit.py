"""The audit trail, filtered; and its short words in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent
from accounts.roles import ROLE_NAMES
from fucheng.web.office.queries.jobs import NAMES
from grading.models import HazardReport, Proof, StarAward, VacancyCheck
from grading.states import (
    CHANGE_STATE_NAMES,
    DELISTING_STATE_NAMES,
    HAND_OVER_STATE_NAMES,
    HAZARD_STATE_NAMES,
    INCIDENT_STATE_NAMES,
    OBJECTION_STATE_NAMES,
    RULE_SET_STATE_NAMES,
    SPOT_CHECK_STATE_NAMES,
    STAR_STATE_NAMES,
    URGENT_STATE_NAMES,
    VACANCY_STATE_NAMES,
    VISIT_REQUEST_STATE_NAMES,
)
from letters.models import Document
from rentals.models import ImportRun
from signage.states import SIGN_STATE_NAMES, TASK_STATE_NAMES

VERBS: dict[str, Any] = {
    "changed": _("changed"),
    "sign-in": _("signed in"),
    "sign-out": _("signed out"),
    "sign-in-failed": _("sign-in failed"),
    "personal-data-revealed": _("looked at personal data"),
    "export": _("exported"),
    "token-renewed": _("code of a sign renewed"),
    "second-visits-drawn": _("second visits drawn"),
    "token-made": _("access token made"),
    "token-revoked": _("access token revoked"),
    "account-created": _("account created"),
    "account-opened": _("account opened"),
    "account-closed": _("account closed"),
    "password-reset": _("password reset"),
    "password-changed": _("password changed"),
    "second-step-on": _("second step turned on"),
    "second-step-off": _("second step turned off"),
    "second-step-closed": _("second step closed after five wrong codes"),
    "recovery-codes-renewed": _("recovery codes renewed"),
    "post-given": _("post given"),
    "job-asked": _("job asked for"),
    "job-cancelled": _("job cancelled"),
    "registry-import-asked": _("registry import asked for"),
    "registry-imported": _("register imported"),
    "registry-import-undone": _("registry import taken back"),
    "draft-made": _("draft of the rules made"),
    "draft-edited": _("draft of the rules edited"),
    "draft-discarded": _("draft of the rules discarded"),
    "signs-settled": _("settings of the signs put in force"),
    "incident-category-saved": _("category of incidents saved"),
    "sampling-share-changed": _("share of spot checks changed"),
    "text-message-again": _("text message sent again"),
    "master-data-added": _("master data added"),
    "master-data-changed": _("master data changed"),
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
    "second_visit_draw": _("draw of second visits"),
    "sign": _("sign"),
    "sign_task": _("task at a door"),
    "unit": _("home"),
    "sign_settings": _("settings of the signs"),
    "printer": _("printer"),
    "print_file": _("print file"),
    "import_run": _("registry import"),
    "job": _("job"),
    "rule_set": _("rule set"),
    "list": _("list"),
    "document": _("document"),
    "objection": _("objection"),
    "reply": _("reply of a landlord"),
    "visit_request": _("request for a visit"),
    "vacancy_check": _("vacancy check"),
    "urgent_red": _("urgent red"),
    "hand_over": _("hand-over to a department"),
    "spot_check": _("spot check"),
    "sampling_share": _("share of spot checks"),
    "star_proposal": _("star proposal"),
    "star_award": _("stars of a building"),
    "incident": _("incident"),
    "incident_category": _("category of incidents"),
    "text_message": _("text message"),
}
FIELDS: dict[str, Any] = {
    "state": _("state"),
    "issued_to_id": _("handed out to"),
    "role": _("post"),
    "community_id": _("community"),
    "grid_id": _("grid"),
    "starts_on": _("from"),
    "ends_on": _("until"),
    "is_active": _("account in use"),
    "is_staff": _("data window"),
    "is_superuser": _("administrator"),
    "must_change_password": _("first password"),
    "effective_on": _("grades from"),
    "item": _("checklist item"),
    "version": _("version"),
    "based_on": _("made from"),
    "kind": _("kind"),
    "file": _("file"),
    "rows": _("rows"),
    "format": _("format"),
    "filter": _("filter"),
    "unit": _("home"),
    "manager": _("manager"),
    "dry_run": _("dry run"),
    "added": _("added"),
    "changed": _("changed"),
    "unchanged": _("unchanged"),
    "missing": _("missing from the file"),
    "bad": _("bad rows"),
    "before": _("before"),
    "after": _("after"),
    "fields": _("fields"),
    "settings": _("settings"),
    "pool": _("visits in the pot"),
    "drawn": _("drawn"),
    "seed": _("seed"),
    "nonce": _("number of the form"),
    "assigned_to_id": _("given to"),
    "hidden_at": _("hidden"),
    "ended_at": _("ended"),
    "ending": _("how it ended"),
    "name": _("name"),
    "offset_x": _("to the right, mm"),
    "offset_y": _("upwards, mm"),
    "gap_x": _("space between columns, mm"),
    "gap_y": _("space between rows, mm"),
    "cut_marks": _("cut marks"),
    "percent": _("share, %"),
    "more_after_false": _("share after a false answer, %"),
}
STATES: dict[str, Mapping[Any, Any]] = {
    "grade_change": CHANGE_STATE_NAMES,
    "hazard": HAZARD_STATE_NAMES,
    "delisting_request": DELISTING_STATE_NAMES,
    "proof": dict(Proof.State.choices),
    "hazard_report": dict(HazardReport.State.choices),
    "sign": SIGN_STATE_NAMES,
    "sign_task": TASK_STATE_NAMES,
    "import_run": dict(ImportRun.State.choices),
    "rule_set": RULE_SET_STATE_NAMES,
    "star_proposal": STAR_STATE_NAMES,
    "urgent_red": URGENT_STATE_NAMES,
    "hand_over": HAND_OVER_STATE_NAMES,
    "spot_check": SPOT_CHECK_STATE_NAMES,
    "vacancy_check": VACANCY_STATE_NAMES,
    "incident": INCIDENT_STATE_NAMES,
    "objection": OBJECTION_STATE_NAMES,
    "visit_request": VISIT_REQUEST_STATE_NAMES,
    "document": dict(Document.State.choices),
}
VALUES: dict[str, Mapping[Any, Any]] = {
    "role": ROLE_NAMES,
    "kind": NAMES,
    "ending": dict(StarAward.End.choices),
}
REASONS: dict[str, Mapping[Any, Any]] = {"vacancy_check": dict(VacancyCheck.Answer.choices)}
"""Where the reason is one of a few words of ours, not a person's own."""
HIDDEN = frozenset({"name"})  # what a stranger typed as a name may be a password


@dataclass(frozen=True, slots=True)
class EventView:
    event: AuditEvent
    verb: str
    subject: str
    reason: str
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


def _field(name: str) -> str:
    return str(FIELDS.get(name, name))


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def view_of(event: AuditEvent) -> EventView:
    before, after = event.before or {}, event.after or {}
    return EventView(
        event=event,
        verb=str(VERBS.get(event.verb, event.verb)),
        subject=str(SUBJECTS.get(event.subject, event.subject)),
        reason=str(REASONS.get(event.subject, {}).get(event.reason, event.reason)),
        moves=[
            (
                _field(name),
                _said(name, before.get(name), event.subject),
                _said(name, after.get(name), event.subject),
            )
            for name in after
            if before.get(name) != after.get(name)
        ],
        details=[
            (_field(name), _said(name, value, event.subject))
            for name, value in event.data.items()
            if name not in HIDDEN
        ],
    )


def _said(name: str, value: Any, subject: str) -> str:
    """A value in words: states by what has them, roles, kinds of jobs, yes and no."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, dict):
        return ", ".join(f"{_field(key)} {_said(key, inner, subject)}" for key, inner in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(_field(str(inner)) for inner in value) or "–"
    words = STATES.get(subject, {}) if name == "state" else VALUES.get(name, {})
    return str(words.get(value, value))
