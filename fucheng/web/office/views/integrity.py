"""The integrity report: numbers, the list behind each, and the draw of second visits."""

import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from core.errors import OutOfScope
from fucheng.flows import second_visits
from fucheng.web import listing
from fucheng.web.leaders.forms import DayInput
from fucheng.web.office.queries import integrity as queries
from fucheng.web.staff import StaffRequest, carried_out, staff_page, status_of


class DrawForm(forms.Form):
    first_on = forms.DateField(label=gettext_lazy("Visits from"), widget=DayInput)
    last_on = forms.DateField(label=gettext_lazy("to"), widget=DayInput)
    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=200)

    def __init__(self, data: Any = None) -> None:
        today = timezone.localdate()
        last_week = {"first_on": today - timedelta(days=7), "last_on": today - timedelta(days=1), "count": 10}
        super().__init__(data, initial=last_week)


def _days(request: StaffRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(days) for days in queries.PERIODS} else 30


@require_safe
@staff_page(Permission.INTEGRITY_READ)
def report(request: StaffRequest) -> HttpResponse:
    return _report(request, DrawForm())


@require_POST
@staff_page(Permission.SECOND_VISIT_DRAW)
def draw(request: StaffRequest) -> HttpResponse:
    """The seed is made here and kept with the draw, so that anybody may draw the same again."""
    form = DrawForm(request.POST)
    drawn = carried_out(
        form,
        lambda: second_visits.draw(
            by=request.user, at=timezone.now(), seed=secrets.token_hex(8), **form.cleaned_data
        ),
    )
    if drawn is None:
        return _report(request, form)
    count = drawn.second_visits.count()
    said = ngettext(
        "%(n)d second visit was drawn and stands on another worker's list.",
        "%(n)d second visits were drawn and stand on other workers' lists.",
        count,
    )
    messages.success(request, said % {"n": count})
    return redirect("office:integrity")


def _report(request: StaffRequest, form: DrawForm) -> HttpResponse:
    found = queries.report(request.user, _days(request))
    periods = [
        (
            ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
            f"?days={days}",
            days == found.days,
        )
        for days in queries.PERIODS
    ]
    context = {
        "report": found,
        "periods": periods,
        "form": form,
        "most": max((n for _score, n in found.scores), default=0) or 1,
    }
    return render(request, "office/integrity.html", context, status=status_of(form))


Rows = Callable[[StaffRequest, date], Any]
LISTS: dict[str, tuple[Any, Any, Rows]] = {
    "scores": (
        gettext_lazy("Homes with this score"),
        gettext_lazy("Only homes whose grade rests on points: no veto and no cap item is open."),
        lambda request, _first_on: (
            queries.with_score(request.user, _number(request, "score") or 0)
            .select_related("unit__building__community", "assessment")
            .order_by("unit")
        ),
    ),
    "hops": (
        gettext_lazy("From one building to the next faster than on foot"),
        gettext_lazy(
            "A bicycle, a wrong place in the register, two people with one phone, or a visit not paid: "
            "look before you judge."
        ),
        lambda _request, first_on: queries.hops(first_on),
    ),
    "photos": (
        gettext_lazy("One photo used twice"),
        gettext_lazy("Only photos kept here are compared: the same file, or nearly the same picture."),
        lambda _request, first_on: queries.twins(first_on),
    ),
    "refusals": (
        gettext_lazy("Entry refused"),
        "",
        lambda request, first_on: (
            queries.refused_at(request.user, first_on, _number(request, "grid"))
            .select_related("unit__building__community", "visit")
            .order_by("-visit__submitted_at", "pk")
        ),
    ),
    "second": (
        gettext_lazy("Second visits"),
        gettext_lazy("Drawn by lot, paid by another person, judged by the same rules."),
        lambda request, first_on: queries.second_visits(request.user, request.GET.get("which", ""), first_on),
    ),
}


def _number(request: StaffRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


@require_safe
@staff_page(Permission.INTEGRITY_READ)
def report_list(request: StaffRequest, what: str) -> HttpResponse:
    """The rows behind one number."""
    if what not in LISTS:
        raise OutOfScope
    title, lead, rows = LISTS[what]
    days = _days(request)
    found = rows(request, timezone.localdate() - timedelta(days=days - 1))
    context = {
        "what": what,
        "title": title,
        "lead": lead,
        "page": listing.numbered(found, request.GET),
        "days": _("last %(n)d days") % {"n": days},
        "score": _number(request, "score"),
    }
    return render(request, "office/integrity_list.html", context)
