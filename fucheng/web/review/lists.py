"""Lists of these desks that leave as CSV or XLSX."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fucheng.web.exporting import Column, List
from fucheng.web.review.forms.filters import RegisterFilter
from fucheng.web.review.queries import register
from rentals.models import Unit


def _homes(user: User, wanted: Mapping[str, str]) -> register.Homes:
    """The homes of the register page with the same filter."""
    asked = RegisterFilter(user, wanted).wanted
    found = register.homes(user, asked, on=timezone.localdate())
    return found.select_related("building__community", "building__grid", "standing", "landlord").order_by(
        "code"
    )


def _words(user: User, wanted: Mapping[str, str]) -> list[tuple[str, str]]:
    form = RegisterFilter(user, wanted)
    return [(str(form.fields[name].label), form.said(name)) for name in form.wanted]


def _grade(unit: Unit) -> str:
    return unit.standing.get_grade_display() or str(_("Not graded"))


def _visit(unit: Unit) -> str:
    if unit.standing.last_visit_at is None:
        return str(_("Never visited"))
    return str(_("Visit overdue")) if unit.standing.is_stale_on(timezone.localdate()) else ""


REGISTER = List(
    name="review-register",
    title=_("Register"),
    columns=(
        Column(_("Code"), "code", width=28),
        Column(_("Community"), "building.community.name"),
        Column(_("Grid"), "building.grid.name"),
        Column(_("Building"), "building.name", width=18),
        Column(_("Address"), "address", width=44),
        Column(_("Floor"), "floor"),
        Column(_("Room"), "room"),
        Column(_("Category"), lambda unit: unit.get_category_display()),
        Column(_("Area in ㎡"), "area_m2", kind="number"),
        Column(_("Landlord"), lambda unit: unit.landlord.masked_name if unit.landlord else ""),
        Column(_("Grade"), _grade),
        Column(_("Graded"), "standing.graded_at", kind="moment"),
        Column(_("Last visit"), "standing.last_visit_at", kind="moment"),
        Column(_("Next visit by"), "standing.next_visit_on", kind="date"),
        Column(_("Visit"), _visit),
    ),
    rows=_homes,
    words=_words,
)
