"""`/open-data/`: the page that explains the files, and the files themselves, served from storage."""

from datetime import date

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fucheng.flows import open_data
from fucheng.flows.open_data import Edition
from fucheng.web.public import limits
from fucheng.web.public.views import SHARED, page

LATEST = "latest"
KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
FOR_EVER = "public, max-age=31536000, immutable"  # the files of a day never change
FILES = {
    "buildings": _("Every building and its homes by grade"),
    "communities": _("The same by community"),
    "changes": _("What is not as it was the night before, field by field"),
}
FIELDS = {
    "id": _("stable number of the building; small-… for the small buildings of a community together"),
    "name": _("name of the building, or road and door plate"),
    "community, community_en": _("community in Chinese and English"),
    "estate": _("estate or village, if any"),
    "longitude, latitude": _("WGS-84, where known"),
    "stars": _("stars of the building in force, 0 for none; empty for small buildings"),
    "buildings": _("in communities: how many buildings have rental homes"),
    "homes": _("rental homes in the register"),
    "green, yellow, red": _("homes by the grade in force"),
    "not_graded": _("homes without a grade; homes = green + yellow + red + not_graded"),
    "past_visit": _("homes whose last visit is older than their interval"),
    "what, field, before, after": _(
        "in changes: added, removed or changed, and which field from what to what"
    ),
}


@require_safe
def about(request: HttpRequest) -> HttpResponseBase:
    found = _edition(LATEST)
    files = [
        (name, what, [(kind, found.files[f"{name}.{kind}"]) for kind in KINDS] if found else [])
        for name, what in FILES.items()
    ]
    shown = {
        "edition": found,
        "files": files,
        "fields": FIELDS,
        "licence": open_data.LICENCE,
        "small": open_data.SMALL,
        "kept_days": open_data.KEPT.days,
        "a_minute": limits.FILES_A_MINUTE,
    }
    return page(request, "public/open_data.html", shown)


@require_safe
def file(request: HttpRequest, day: str, name: str) -> HttpResponseBase:
    """One file of a day or of the newest night; 304 for who has it already."""
    if not limits.may_fetch(request):
        return _refusal(429, "Too many requests from this address. Wait a minute.", {"Retry-After": "60"})
    found = _edition(day)
    known = found.files.get(name) if found else None
    if found is None or known is None:
        return _refusal(404, "There is no such file. See /open-data/.", {})
    tag = f'"{known["sha256"][:32]}"'
    asked = {t.strip().removeprefix("W/") for t in request.headers.get("If-None-Match", "").split(",")}
    response: HttpResponseBase
    if tag in asked or "*" in asked:
        response = HttpResponse(status=304)
    else:
        try:
            content = default_storage.open(known["file"])
        except FileNotFoundError:
            return _refusal(404, "This file is no longer kept.", {})
        response = FileResponse(content, content_type=KINDS[name.rpartition(".")[2]])
        response["Content-Length"] = str(known["bytes"])
        response["Content-Disposition"] = f'attachment; filename="fucheng-{found.day}-{name}"'
    response["ETag"] = tag
    response["Cache-Control"] = SHARED if day == LATEST else FOR_EVER
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _refusal(status: int, detail: str, headers: dict[str, str]) -> HttpResponse:
    response = JsonResponse({"status": status, "detail": detail}, status=status, headers=headers)
    response["Cache-Control"] = "no-store"
    return response


def _edition(day: str) -> Edition | None:
    """Looked up once a minute; whatever is no day is no edition."""
    if day == LATEST:
        return _known("")
    try:
        return _known(date.fromisoformat(day).isoformat())
    except ValueError:
        return None


def _known(day: str) -> Edition | None:
    kept = cache.get(f"public.open-data.{day}")
    if kept is None and (found := open_data.edition(day)):
        kept = found.__dict__
        cache.set(f"public.open-data.{day}", kept, 60)
    return Edition(**kept) if kept else None
