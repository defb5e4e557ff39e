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
from fucheng.web.staff import StaffRequest, staff_page
from grading.models import VacancyCheck
from rentals.models import Building, Unit
from signage.models import PublicToken, Sign
from signage.services import tokens


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
    """Opens the building behind a door code; in the posting mode hangs what is in hand for its home."""
    posting = request.GET.get("mode") == "post"
    context = {"posting": posting, "typed": request.POST.get("code", "")}
    if request.method != "POST":
        return render(request, "field/scan.html", context)
    try:
        photo = request.FILES.get("photo")
        text = scanning.read_photo(photo) if photo else request.POST.get("code", "")
        token = scanning.token_of(text, request)
        unit = tokens.unit_of(token)
        Building.objects.visible_to(request.user).one(pk=unit.building_id)
        if posting:
            _say_posted(request, sign_posting.post_unit(token=token, by=request.user, at=timezone.now()))
    except DomainError as error:
        return render(request, "field/scan.html", context | {"error": error}, status=error.status)
    if posting:
        return redirect(f"{reverse('field:scan')}?mode=post")
    return redirect(f"{reverse('field:building', args=[unit.building_id])}?home={unit.pk}")


def _say_posted(request: StaffRequest, signs: list[Sign]) -> None:
    for sign in signs:
        names = {"sign": sign.get_product_display(), "home": sign.unit, "serial": sign.serial}
        messages.success(request, _("Posted: %(sign)s %(serial)s at %(home)s.") % names)


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
@staff_page(Permission.SIGN_POST)
def home_post_sign(request: StaffRequest, pk: int) -> HttpResponse:
    unit = Unit.objects.visible_to(request.user).one(pk=pk)
    token = PublicToken.objects.get(unit=unit).token
    try:
        _say_posted(request, sign_posting.post_unit(token=token, by=request.user, at=timezone.now()))
    except DomainError as error:
        messages.info(request, str(error))
    return redirect(f"{reverse('field:building', args=[unit.building_id])}?home={unit.pk}")


@require_POST
@staff_page(Permission.SIGN_POST)
def sign_take_down(request: StaffRequest, pk: int) -> HttpResponse:
    """A no-rental notice comes off the wall; one that must stay, or is gone already, says so."""
    sign = Sign.objects.visible_to(request.user).select_related("unit").one(pk=pk, unit__isnull=False)
    try:
        sign_posting.take_down(sign_id=pk, by=request.user, at=timezone.now())
        messages.success(
            request, _("Recorded: the notice at %(home)s is off the wall.") % {"home": sign.unit}
        )
    except DomainError as error:
        messages.info(request, str(error))
    return redirect("field:building", pk=sign.unit.building_id if sign.unit else 0)


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
