"""Work lists as counts, and the lines of the inbox in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from fucheng.web.office.queries import jobs as job_views
from grading.models import DelistingRequest, GradeChange, Hazard, HazardReport, Proof, StarProposal
from grading.models.rule_sets import GRADE_NAMES
from grading.states import OPEN_DELISTING_STATES
from jobs.models import Job
from letters.models import Document, Notice, TextMessage

Topic = Notice.Topic
Count = Callable[[User, date], int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One work list of this person: how much waits there."""

    label: str | Promise
    url: str
    count: int
    icon: str


@dataclass(frozen=True, slots=True)
class Line:
    notice: Notice
    text: str
    reason: str
    url: str
    icon: str


LISTS: tuple[tuple[Permission, str, Any, str, Count], ...] = (
    (
        Permission.GRADE_DECIDE,
        "review:queue",
        gettext_lazy("Grade changes to decide"),
        "gavel",
        lambda user, _day: GradeChange.objects.visible_to(user).awaiting_community().count(),
    ),
    (
        Permission.GRADE_DECIDE_RED,
        "review:panel",
        gettext_lazy("Cases for the panel"),
        "users-group",
        lambda user, _day: GradeChange.objects.visible_to(user).awaiting_panel().count(),
    ),
    (
        Permission.STAR_DECIDE,
        "review:stars",
        gettext_lazy("Stars to decide"),
        "star",
        lambda user, _day: StarProposal.objects.visible_to(user).awaiting_panel().count(),
    ),
    (
        Permission.HAZARD_VERIFY,
        "review:proofs",
        gettext_lazy("Proofs to check"),
        "photo-check",
        lambda user, _day: Proof.objects.visible_to(user).filter(state=Proof.State.SENT).count(),
    ),
    (
        Permission.HAZARD_VERIFY,
        "review:reports",
        gettext_lazy("Reports to answer"),
        "message-report",
        lambda user, _day: HazardReport.objects.visible_to(user).filter(state="new").count(),
    ),
    (
        Permission.GRADE_REVIEW,
        "review:delistings",
        gettext_lazy("Delisting requests under way"),
        "arrow-back-up",
        lambda user, _day: DelistingRequest.objects.visible_to(user).filter(state__in=OPEN_DELISTING_STATES).count(),
    ),
    (
        Permission.VISIT_SUBMIT,
        "field:home",
        gettext_lazy("Hazards overdue"),
        "alarm",
        lambda user, day: Hazard.objects.visible_to(user).overdue_on(day).count(),
    ),
    (
        Permission.DOCUMENT_DELIVER,
        "field:documents",
        gettext_lazy("Documents to deliver"),
        "mail-forward",
        lambda user, _day: Document.objects.visible_to(user).undelivered().count(),
    ),
    (
        Permission.OUTBOX_MANAGE,
        "office:outbox",
        gettext_lazy("Text messages that need a person"),
        "message-exclamation",
        lambda user, _day: TextMessage.objects.visible_to(user).filter(state="unclear").count(),
    ),
)  # fmt: skip


def waiting(user: User, day: date) -> list[Waiting]:
    """The lists of this person's posts; one count each, empty for landlords."""
    return [
        Waiting(label, reverse(name), count(user, day), icon)
        for permission, name, label, icon, count in LISTS
        if access.can(user, permission)
    ]


def notices(user: User) -> QuerySet[Notice]:
    return Notice.objects.visible_to(user).order_by("-at", "-pk")


def unread(user: User) -> int:
    return Notice.objects.visible_to(user).unread().count()


ICONS = {
    Topic.HAZARDS: "alert-triangle",
    Topic.GRADE: "home-check",
    Topic.PROOF_ACCEPTED: "circle-check",
    Topic.PROOF_REFUSED: "circle-x",
    Topic.REQUEST: "progress-check",
    Topic.DEADLINE: "clock-exclamation",
    Topic.OVERDUE: "alarm",
    Topic.COMING: "calendar-event",
    Topic.STARS: "star",
    Topic.STARS_END: "star-off",
    Topic.RETURNED: "arrow-back-up",
    Topic.OBJECTION: "message-exclamation",
    Topic.ANSWER: "building-bank",
    Topic.JOB: "list-check",
}


def line_of(notice: Notice, user: User) -> Line:
    """What happened, in one sentence, with where to go."""
    data: dict[str, Any] = dict(notice.data)
    data["grade"] = str(GRADE_NAMES.get(data.get("grade", ""), ""))
    if not (get_language() or "zh").startswith("zh"):
        data["fault"] = data.get("fault_en", "")
    data["job_name"] = str(job_views.NAMES.get(data.get("kind", ""), ""))
    data["job_state"] = str(dict(Job.State.choices).get(data.get("state", ""), ""))
    texts = {
        Topic.HAZARDS: _("%(place)s: faults found at a visit: %(count)s; the first deadline is %(due)s."),
        Topic.GRADE: _("%(place)s is now %(grade)s. You may object until %(until)s."),
        Topic.PROOF_ACCEPTED: _("%(place)s: your proof for “%(fault)s” was accepted."),
        Topic.PROOF_REFUSED: _("%(place)s: your proof for “%(fault)s” was not accepted."),
        Topic.REQUEST: _("%(place)s: your request for delisting has moved on."),
        Topic.DEADLINE: _("%(place)s: “%(fault)s” must be mended by %(due)s."),
        Topic.OVERDUE: _(
            "%(place)s: “%(fault)s” was to be mended by %(due)s. Mend it now and send the proof."
        ),
        Topic.COMING: _(
            "%(place)s: somebody comes by %(due)s to look again, as you asked. Be there, please."
        ),
        Topic.STARS: ngettext(
            "%(place)s has %(stars)s star until %(until)s.",
            "%(place)s has %(stars)s stars until %(until)s.",
            data.get("stars", 1),
        ),
        Topic.STARS_END: _("%(place)s has lost its stars: %(stars)s."),
        Topic.RETURNED: _("%(place)s: the proposal after your visit was returned."),
        Topic.OBJECTION: _("%(place)s: an objection is yours to answer by %(until)s."),
        Topic.ANSWER: _("%(place)s: %(department)s has answered about “%(fault)s”."),
        Topic.JOB: _("%(job_name)s: %(job_state)s."),
    }
    topic = Topic(notice.topic)
    if topic == Topic.GRADE and "count" in data:
        texts[topic] = _(
            "%(count)s of your homes are graded: %(green)s green, %(yellow)s yellow. You may object until %(until)s."
        )
    return Line(notice, texts[topic] % data, data.get("reason", ""), _url(notice, user), ICONS[topic])


def _url(notice: Notice, user: User) -> str:
    if notice.user_id is not None:
        return _staff_url(notice, user)
    return (
        reverse("landlords:home", args=[notice.unit_id]) if notice.unit_id else reverse("landlords:home-list")
    )


def _staff_url(notice: Notice, user: User) -> str:
    data = notice.data
    if "change" in data:
        return reverse("review:change", args=[data["change"]])
    if "objection" in data:
        return reverse("review:objection", args=[data["objection"]])
    if "job" in data:
        return reverse("office:job", args=[data["job"]]) if access.can(user, Permission.JOBS_READ) else ""
    if notice.topic == Topic.ANSWER and access.can(user, Permission.HAZARD_VERIFY) and notice.unit_id:
        return reverse("review:home", args=[notice.unit_id])
    return ""
