"""One page of figures, one list page for all lists, one map."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.roles import Permission
from communities import access
from communities.models import Community
from core import replica
from core.errors import OutOfScope
from fucheng.web import exporting, listing
from fucheng.web.leaders import forms, geography, period, queries, rows, words
from fucheng.web.leaders.board import Board
from fucheng.web.leaders.columns import GradeColumn, Screen
from fucheng.web.leaders.lists import SCREENS
from fucheng.web.listing import KeyPage
from fucheng.web.staff import StaffRequest, staff_page

SHORT = 16  # characters of a column that stays on one line


@require_GET
@staff_page(Permission.FIGURES_READ)
def board(request: StaffRequest) -> HttpResponse:
    """The figures at once, as last counted; the page then asks for `?fresh=1` when they are not fresh."""
    chosen = period.from_query(request.GET, timezone.localdate())
    found = queries.figures(request.user, chosen, fresh="fresh" in request.GET)
    clean = listing.without(request.GET, "fresh")
    shown = {
        "board": Board(found, chosen),
        "found": found,
        "is_fresh": queries.is_fresh(found),
        "period": chosen,
        "choices": [(key, label) for key, label in period.CHOICES.items() if key != "custom"],
        "form": forms.PeriodForm(chosen),
        "fresh_url": f"?{listing.with_(clean, fresh=1)}",
        "is_wall": "wall" in request.GET,
        "reach": reach(request),
    }
    template = "leaders/board.html#figures" if request.htmx else "leaders/board.html"
    response = render(request, template, shown)
    patch_cache_control(response, private=True, no_store=True)
    return response


def reach(request: StaffRequest) -> str:
    """The names of the communities in scope; empty for the whole street."""
    scope = access.scope_of(request.user)
    if scope.whole_street:
        return ""
    places = Community.objects.visible_to(request.user)
    return ", ".join(words.place_name(place) for place in places)


def _screen(name: str) -> Screen:
    if name not in SCREENS:
        raise OutOfScope
    return SCREENS[name]


@require_GET
@staff_page(Permission.FIGURES_READ)
def list_page(request: StaffRequest, screen: str) -> HttpResponse:
    found = _screen(screen)
    wanted = request.GET.dict()
    page = _page_of(found, request.user, request.GET, wanted)
    shown = {
        "screen": found,
        "page": page,
        "table": [(found.url(row), _cells(found, row)) for row in page.rows],
        "form": forms.list_form(screen, request.user, wanted, rows.period_of(wanted)),
        "words": found.list.words(request.user, wanted),
    }
    return render(request, "leaders/list.html", shown)


@replica.reading
def _page_of(screen: Screen, user: User, query: QueryDict, wanted: exporting.Wanted) -> KeyPage[Any]:
    source = screen.list.rows(user, wanted)
    return listing.by_key(
        source,
        query,
        key="pk",
        read=int,
        descending=screen.newest_first,
        counted=source.select_related(None),
    )


def _cells(screen: Screen, row: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": column.title,
            "kind": "grade" if isinstance(column, GradeColumn) else column.kind,
            "is_code": str(column.of(row)).isdigit(),
            "is_short": column.kind == "text" and column.width <= SHORT,
            "is_stale": isinstance(column, GradeColumn) and column.is_stale(row),
            "value": column.raw(row) if isinstance(column, GradeColumn) else column.of(row),
        }
        for column in screen.list.columns
    ]


@require_POST
@staff_page(Permission.EXPORT)
def list_export(request: StaffRequest, screen: str) -> HttpResponseBase:
    found = _screen(screen)
    known = {"from", "to", *found.filters}
    wanted = {
        name: value
        for name, value in request.GET.items()
        if name in known and isinstance(value, str) and value
    }
    return exporting.export(request, found.list, wanted)


@require_GET
@staff_page(Permission.FIGURES_READ)
def map_page(request: StaffRequest) -> HttpResponse:
    shown = {
        "tiles": settings.MAP_TILE_URL,
        "counts": geography.counts(request.user),
        "reach": reach(request),
    }
    return render(request, "leaders/map.html", shown)


@require_GET
@staff_page(Permission.FIGURES_READ)
def map_data(request: StaffRequest) -> JsonResponse:
    response = JsonResponse(geography.buildings(request.user))
    patch_cache_control(response, private=True, max_age=60)
    return response
