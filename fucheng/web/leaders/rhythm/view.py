"""The rhythm of the visits: overdue by grid, the coming weeks, and what other intervals would cost."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.roles import Permission, Role
from communities.models import Post
from core.errors import Conflict
from fucheng.web.leaders import rows
from fucheng.web.leaders.rhythm.census import Intervals, census
from fucheng.web.leaders.rhythm.costs import costs
from fucheng.web.leaders.rhythm.outlook import outlook
from fucheng.web.staff import StaffRequest, staff_page
from grading.facts import Grade
from grading.services import rule_sets


class IntervalForm(forms.Form):
    """Tries other intervals; nothing is saved. What stands in force fills it at first."""

    green = forms.IntegerField(label=_("Green, days"), min_value=1, max_value=365)
    yellow = forms.IntegerField(label=_("Yellow, days"), min_value=1, max_value=365)
    red = forms.IntegerField(label=_("Red, days"), min_value=1, max_value=365)
    capped = forms.IntegerField(label=_("With an open cap item, days"), min_value=1, max_value=365)


def in_force() -> Intervals | None:
    """Of the version in force; None before any is published."""
    try:
        book = rule_sets.book(rule_sets.for_visit(timezone.localdate()))
    except Conflict:
        return None
    days = book.interval_days
    return Intervals(
        green=days[Grade.GREEN],
        yellow=days[Grade.YELLOW],
        red=days[Grade.RED],
        capped=book.interval_days_capped,
    )


@require_safe
@staff_page(Permission.FIGURES_READ)
def page(request: StaffRequest) -> HttpResponse:
    """Lists of work by place, in the order of the places; no person is named or ranked."""
    now = in_force()
    if now is None:
        return render(request, "leaders/rhythm.html", {"now": None})
    names = ("green", "yellow", "red", "capped")
    current = {name: getattr(now, name) for name in names}
    asked: dict[str, Any] = {name: request.GET[name] for name in names if name in request.GET}
    form = IntervalForm(current | asked if asked else None, initial=current)
    is_tried = form.is_bound and form.is_valid()
    tried = Intervals(**form.cleaned_data) if is_tried else now
    found = census(request.user)
    lines, total = costs(request.user, found, now, tried, _workers(request))
    context = {
        "now": now,
        "outlook": outlook(request.user, found, now, rows.number(request.GET.dict(), "community")),
        "ages": [age.label for age in rows.AGES],
        "form": form,
        "is_tried": is_tried,
        "costs": lines,
        "cost_total": total,
        "community": request.GET.get("community", ""),
    }
    return render(request, "leaders/rhythm.html", context, status=422 if form.errors else 200)


def _workers(request: StaffRequest) -> dict[int, int]:
    """How many people hold a grid worker's post in each community."""
    posts = Post.objects.visible_to(request.user).held_on(timezone.localdate()).filter(role=Role.GRID_WORKER)
    found: dict[int, set[int]] = {}
    for community, user in posts.values_list("community", "user"):
        if community is not None:
            found.setdefault(community, set()).add(user)
    return {community: len(people) for community, people in found.items()}
