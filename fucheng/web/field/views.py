"""Finding a building, its page, scanning, and what hangs on its doors. Visits are in `visiting`."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from core.errors import DomainError
from fucheng.flows import sign_posting, vacancy
from fucheng.web.field import places, queries, scanning
from fucheng.web.field.beat import beat_of
from fucheng.web.field.due import Due, round_of
from fucheng.web.field.hanging import place_in, say_posted
from fucheng.web.staff import StaffRequest, staff_page
from grading.models import VacancyCheck
from signage.models import Sign
from signage.serials import typed_serial
from signage.services import posting


@require_safe
@staff_page(Permission.VISIT_SUBMIT)
def home(request: StaffRequest) -> HttpResponse:
    """Search, scan, and the work of the day; with `?q=` what the search found."""
    today, text = timezone.localdate(), request.GET.get("q", "").strip()
    if text:
        found = queries.search(request.user, text, today)
        return render(request, "field/search.html", {"q": text, "rows": found, "today": today})
    return render(request, "field/home.html", {"work": queries.work(request.user, today), "today": today})


@require_safe
@staff_page(Permission.VISIT_SUBMIT)
def due_list(request: StaffRequest) -> HttpResponse:
    """All buildings with work, a page at a time in walking order; `late=1` only those past their day."""
    today, all_grids = timezone.localdate(), request.GET.get("grids") == "all"
    only_late = request.GET.get("late") == "1"
    key = request.GET.get("after", "")
    found = round_of(request.user, today, all_grids=all_grids)
    behind = _wanted(found.behind(int(key) if key.isdecimal() else None), only_late=only_late)
    shown = behind[: queries.PAGE]
    context = {
        "rows": queries.rows_of_due(request.user, shown, today),
        "total": len(found.due),
        "late": len(_wanted(found.due, only_late=True)),
        "last": shown[-1].building_id if len(behind) > queries.PAGE else None,
        "is_first": "after" not in request.GET,
        "all_grids": all_grids,
        "only_late": only_late,
        "beat": beat_of(request.user),
        "today": today,
    }
    return render(request, "field/due_list.html", context)


def _wanted(due: list[Due], *, only_late: bool) -> list[Due]:
    return [row for row in due if row.late_since is not None] if only_late else due


@require_safe
@staff_page(Permission.VISIT_SUBMIT, Permission.SIGN_POST)
def building(request: StaffRequest, pk: int) -> HttpResponse:
    place = places.place(request.user, pk, timezone.localdate())
    key = request.GET.get("home", "")
    scanned = place.home(int(key)) if key.isdecimal() else None
    return render(request, "field/building.html", {"place": place, "scanned": scanned, "today": place.day})


@require_http_methods(["GET", "POST"])
@staff_page(Permission.VISIT_SUBMIT)
def scan(request: StaffRequest) -> HttpResponse:
    """Opens the building behind a door code; in the posting mode hangs the sign that was scanned or typed."""
    is_posting = request.GET.get("mode") == "post"
    context = {"posting": is_posting, "typed": request.POST.get("code", "")}
    if request.method != "POST":
        return render(request, "field/scan.html", context)
    try:
        photo = request.FILES.get("photo")
        text = scanning.read_photo(photo) if photo else request.POST.get("code", "")
        return redirect(_hung_by(request, text) if is_posting else _place_of(request, text))
    except DomainError as error:
        return render(request, "field/scan.html", context | {"error": error}, status=error.status)


def _place_of(request: StaffRequest, text: str) -> str:
    """The page of the building to which a code or serial belongs."""
    unit = _scanned(request, text).unit
    if unit is None:
        raise scanning.NotADoorCode
    return f"{reverse('field:building', args=[unit.building_id])}?home={unit.pk}"


def _scanned(request: StaffRequest, text: str) -> scanning.Scanned:
    """By a serial that was typed, or by the address in a code."""
    if serial := typed_serial(text):
        sign = Sign.objects.reached_by(request.user).select_related("unit").one(serial=serial)
        return scanning.Scanned(sign.unit, sign)
    code = scanning.code_in(text, request)
    return scanning.Scanned(posting.unit_in_scope(code.token, request.user), None, code.serial)


def _hung_by(request: StaffRequest, text: str) -> str:
    """Hangs the sign and returns to the camera; a board goes by its own page, for its photo."""
    scanned = _scanned(request, text)
    sign = scanned.sign
    if sign is None and scanned.unit is not None:
        sign = posting.find(scanned.unit, scanned.serial)
    if sign is None:
        raise scanning.NotADoorCode
    if sign.needs_photo:
        return reverse("field:sign", args=[sign.pk])
    try:
        hung = sign_posting.post(
            sign_id=sign.pk, by=request.user, at=timezone.now(), place=place_in(request.POST)
        )
    except posting.AlreadyPosted as already:  # scanned twice
        messages.info(request, str(already))
    else:
        say_posted(request, hung)
    return f"{reverse('field:scan')}?mode=post"


@require_POST
@staff_page(Permission.SIGN_POST)
def building_post_signs(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything in hand for the building now hangs; pressed twice it hangs once."""
    count = sign_posting.post_building(building_id=pk, by=request.user, at=timezone.now())
    if count:
        said = ngettext("%(count)d sign is on the wall.", "%(count)d signs are on the wall.", count)
        messages.success(request, said % {"count": count})
    else:
        messages.info(request, _("All signs of this building hang already."))
    return redirect("field:building", pk=pk)


@require_POST
@staff_page(Permission.VISIT_SUBMIT)
def vacancy_answer(request: StaffRequest, pk: int) -> HttpResponse:
    """One tap: empty, let, or could not tell."""
    check = VacancyCheck.objects.visible_to(request.user).select_related("unit").one(pk=pk)
    try:
        vacancy.answer(check_id=pk, answer=request.POST.get("answer", ""), by=request.user, at=timezone.now())
        messages.success(request, TOLD[request.POST["answer"]] % {"home": check.unit})
    except DomainError as error:
        messages.info(request, str(error))
    return redirect("field:building", pk=check.unit.building_id)


TOLD = {
    "empty": gettext_lazy("Recorded: %(home)s is empty."),
    "let": gettext_lazy("Recorded: %(home)s is let. It was handed to the department."),
    "unclear": gettext_lazy("Recorded: nobody could tell at %(home)s. Look again on the next working day."),
}
