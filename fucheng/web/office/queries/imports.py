"""An import run in words: its problems, and what it would change or changed, field by field."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import OutOfScope
from fucheng.web import listing
from rentals.models import ImportChange, ImportRun, Landlord, Manager, Unit
from rentals.registry.problems import PROBLEMS, Problem

FIELD_NAMES: dict[str, Any] = {
    "address": _("address"),
    "floor": _("floor"),
    "room": _("room"),
    "category": _("category"),
    "area_m2": _("area in ㎡"),
    "head_count": _("people living here"),
    "landlord": _("landlord"),
    "manager": _("manager"),
    "note": _("note"),
    "left_on": _("left the register on"),
    "community": _("community"),
    "grid": _("grid"),
    "estate": _("estate or village"),
    "building": _("building"),
    "building_name": _("building name"),
    "longitude": _("longitude"),
    "latitude": _("latitude"),
}
CATEGORIES = dict(Unit.Category.choices)
TABS: dict[str, Any] = {
    "bad": _("Bad rows"),
    "changed": _("Changed"),
    "missing": _("Missing from the file"),
    "added": _("Added"),
    "remarks": _("Remarks"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one home, before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    code: str
    home: Unit | None
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str
    count: int


def runs(user: User) -> QuerySet[ImportRun]:
    return ImportRun.objects.visible_to(user).select_related("by", "job", "undone_by")


def run_of(user: User, pk: int) -> ImportRun:
    run = runs(user).filter(pk=pk).first()
    if run is None:
        raise OutOfScope
    return run


def tabs(run: ImportRun) -> list[Tab]:
    counts = {
        "bad": max(run.bad, sum(1 for p in run.problems if p.get("row") == 0)),
        "changed": run.changed,
        "missing": run.missing,
        "added": run.added if run.state == ImportRun.State.DONE else 0,
        "remarks": len(run.remarks),
    }
    return [Tab(name, str(TABS[name]), counts[name]) for name in TABS if counts[name]]


def changes(run: ImportRun, kind: str, query: QueryDict) -> Page[ImportChange]:
    """Homes changed by the run, or missing from its file, by code."""
    rows = ImportChange.objects.filter(run=run, kind=kind)
    total = run.changed if kind == ImportChange.Kind.CHANGED else run.missing
    return listing.numbered(rows.order_by("unit_code", "pk"), query, total=total)


def added(run: ImportRun, query: QueryDict) -> Page[Unit]:
    rows = Unit.objects.filter(added_by=run).select_related("building__community").order_by("pk")
    return listing.numbered(rows, query, total=run.added)


def homes_by_code(codes: Sequence[str]) -> dict[str, Unit]:
    """The homes behind the codes of a page: one query."""
    rows = Unit.objects.filter(code__in=codes).select_related("building__community", "standing")
    return {unit.code: unit for unit in rows}


def change_views(changes: Sequence[ImportChange]) -> list[ChangeView]:
    """Three queries for a page: its homes, landlords and managers, these masked."""
    homes = homes_by_code([change.unit_code for change in changes])
    people: dict[str, dict[int, Landlord] | dict[int, Manager]] = {
        "landlord": Landlord.objects.in_bulk(_keys(changes, "landlord")),
        "manager": Manager.objects.in_bulk(_keys(changes, "manager")),
    }
    return [
        ChangeView(
            change.unit_code,
            homes.get(change.unit_code),
            [
                Difference(
                    str(FIELD_NAMES.get(name, name)),
                    _shown(name, change.before.get(name), people),
                    _shown(name, change.after.get(name), people),
                )
                for name in sorted({*change.before, *change.after}, key=_place_of)
            ],
        )
        for change in changes
    ]


def _place_of(name: str) -> int:
    names = list(FIELD_NAMES)
    return names.index(name) if name in names else len(names)


def _keys(changes: Sequence[ImportChange], role: str) -> set[int]:
    values = [side.get(role) for change in changes for side in (change.before, change.after)]
    return {value for value in values if isinstance(value, int) and value > 0}


def _shown(name: str, value: Any, people: dict[str, Any]) -> str:
    if value in (None, ""):
        return "–"
    if name == "category":
        return str(CATEGORIES.get(value, value))
    if name in people:
        person = people[name].get(value)
        return person.masked_name if person else gettext("new in the register")
    return str(value)


def problem_of(kept: dict[str, Any]) -> Problem:
    """A stored problem, ready to say its words in the reader's language."""
    code = kept["code"] if kept["code"] in PROBLEMS else "broken_file"
    return Problem(kept["row"], kept["column"], kept["value"], code, kept.get("params") or {})
