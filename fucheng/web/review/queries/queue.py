"""The queue of grade changes: tabs, filters, and which rows this person may decide."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.text import fold
from grading.models import GradeChange, RuleItem
from grading.querysets import GradeChangeQuerySet
from grading.services import rule_sets
from grading.states import ChangeState

Rows = GradeChangeQuerySet[GradeChange]
RED = Q(to_grade="red") | Q(from_grade="red")
DECIDED = (ChangeState.APPROVED, ChangeState.RETURNED)

TABS: dict[str, Any] = {
    "open": _("To decide"),
    "red": _("Touches red"),
    "worse": _("Got worse"),
    "better": _("Got better"),
    "first": _("First grading"),
    "own": _("You inspected"),
    "panel": _("With the panel"),
    "decided": _("Decided"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str
    count: int | None


def _where(tab: str, user: User) -> Q:
    """What a tab holds of the changes that wait."""
    return {
        "red": RED,
        "worse": Q(from_grade="green", to_grade="yellow") | Q(from_grade__isnull=False, to_grade="red"),
        "better": Q(from_grade="yellow", to_grade="green") | Q(from_grade="red"),
        "first": Q(from_grade__isnull=True),
        "own": Q(inspected_by=user) | Q(earlier_inspectors__contains=[user.pk]),
    }.get(tab, Q())


def queue_of(user: User, tab: str, *, panel: bool) -> Rows:
    """The changes of a tab: waiting for the community, or (`panel`) for the panel."""
    rows = GradeChange.objects.visible_to(user)
    if tab == "decided":
        decided = rows.filter(state__in=DECIDED, decided_at__isnull=False)
        return (decided.filter(decided_as="panel") if panel else decided).order_by("-decided_at", "-pk")
    if tab == "panel":
        return rows.awaiting_panel().order_by("proposed_at", "pk")
    rows = rows.awaiting_panel() if panel else rows.awaiting_community()
    return rows.filter(_where(tab, user)).order_by("proposed_at", "pk")


def tabs(user: User, *, panel: bool) -> list[Tab]:
    """Tabs with how many wait in each: one query. "Decided" is not counted; it only grows."""
    state = ChangeState.WITH_PANEL if panel else ChangeState.PROPOSED
    waiting = Q(state=state)
    names = [name for name in TABS if not (panel and name in ("panel", "red"))]
    counts = {
        name: Count(
            "pk", filter=Q(state=ChangeState.WITH_PANEL) if name == "panel" else waiting & _where(name, user)
        )
        for name in names
        if name != "decided"
    }
    found = GradeChange.objects.visible_to(user).open().aggregate(**counts)
    return [
        Tab(name, str(TABS[name]), found.get(name))
        for name in names
        if found.get(name) != 0 or name in _ALWAYS
    ]


_ALWAYS = ("open", "red", "panel", "decided")


def filtered(rows: Rows, wanted: dict[str, Any], *, at: datetime) -> Rows:
    """Narrowed to what the filter form says; empty values narrow nothing."""
    if wanted.get("from_grade"):
        none = wanted["from_grade"] == "none"
        rows = rows.filter(Q(from_grade__isnull=True) if none else Q(from_grade=wanted["from_grade"]))
    if wanted.get("to_grade"):
        rows = rows.filter(to_grade=wanted["to_grade"])
    if wanted.get("community"):
        rows = rows.filter(community=wanted["community"])
    if wanted.get("grid"):
        rows = rows.filter(unit__building__grid=wanted["grid"])
    if wanted.get("inspector"):
        rows = rows.filter(inspected_by=wanted["inspector"])
    if wanted.get("age"):
        rows = rows.filter(proposed_at__lt=at - timedelta(days=wanted["age"]))
    if wanted.get("building"):
        rows = rows.filter(_at_building(fold(wanted["building"])))
    return rows


def _at_building(text: str) -> Q:
    if text.isascii() and text.startswith("44") and len(text) >= 10:
        return Q(unit__code__startswith=text.upper())
    return Q(unit__building__name__contains=text) | Q(unit__address__contains=text)


def with_facts(rows: Rows) -> Rows:
    """What a line of the list shows, in one query."""
    return rows.select_related(
        "unit__building__grid",
        "unit__building__community",
        "assessment__rule_set",
        "inspected_by",
        "decided_by",
        "reviewed_by",
        "delisting_request",
    )


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change with its faults in words, and why this person may not decide it (empty: may)."""

    change: GradeChange
    faults: list[RuleItem]
    more: int
    barred: str
    age_days: int


def rows_of(changes: list[GradeChange], user: User, *, at: datetime) -> list[ChangeRow]:
    return [
        ChangeRow(
            change, *_faults(change), barred=barred(change, user), age_days=_days(change.proposed_at, at)
        )
        for change in changes
    ]


def _days(since: datetime, at: datetime) -> int:
    """By the calendar: what came yesterday evening is not from today."""
    return (timezone.localdate(at) - timezone.localdate(since)).days


def _faults(change: GradeChange) -> tuple[list[RuleItem], int]:
    """The first faults of the sum, gravest first; the rule set's items are kept in memory."""
    items = rule_sets.items_of(change.assessment.rule_set)
    order = {"veto": 0, "cap": 1, "points": 2}
    lines = sorted(change.assessment.lines, key=lambda line: order.get(line["effect"], 3))
    codes = list(dict.fromkeys(line["item"] for line in lines if line["item"] in items))
    return [items[code] for code in codes[:2]], max(0, len(codes) - 2)


def barred(change: GradeChange, user: User) -> str:
    """Why this person cannot decide this change now; empty when they can."""
    if change.was_inspected_by(user) and change.state in (ChangeState.PROPOSED, ChangeState.WITH_PANEL):
        return str(_("You inspected this home"))
    if change.state == ChangeState.WITH_PANEL:
        may = access.can(user, Permission.GRADE_DECIDE_RED, community_id=change.community_id)
        return "" if may else str(_("The panel decides"))
    if change.state == ChangeState.PROPOSED:
        may = access.can(user, Permission.GRADE_DECIDE, community_id=change.community_id)
        return "" if may else str(_("The community decides first"))
    return str(_("Decided"))


def next_waiting(user: User, change: GradeChange) -> GradeChange | None:
    """The next older-first change of the same queue that this person may decide."""
    panel = not access.can(user, Permission.GRADE_DECIDE)
    waiting = queue_of(user, "open", panel=panel).not_inspected_by(user).exclude(pk=change.pk)
    later = waiting.filter(
        Q(proposed_at__gt=change.proposed_at) | Q(proposed_at=change.proposed_at, pk__gt=change.pk)
    )
    return later.first() or waiting.first()
