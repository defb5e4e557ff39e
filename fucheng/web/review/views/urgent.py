"""The panel puts a home into red at once; another member confirms or lifts it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Permission
from core.dates import day_of
from fucheng.flows import urgent_red
from fucheng.web.photos import uploads
from fucheng.web.review.forms.decisions import EndUrgentForm, UrgentForm
from fucheng.web.review.queries import case, homes
from fucheng.web.review.views.cases import case_page
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from grading.models import UrgentRed
from grading.services import rule_sets, urgent

END = {"confirm": urgent_red.confirm, "lift": urgent_red.lift}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.GRADE_DECIDE_RED)
def urgent_new(request: StaffRequest, pk: int) -> HttpResponse:
    """Danger, reason, and photos if there are any; the home is red with the answer."""
    unit, at = homes.home_of(request.user, pk), timezone.now()
    form = UrgentForm(urgent.causes(rule_sets.for_visit(day_of(at))), posted(request))
    received = uploads.receive(request, "photos", request.user)
    if request.method == "POST" and not received.errors:
        made = carried_out(
            form,
            lambda: urgent_red.put_into_red(
                unit_id=pk,
                item_code=form.cleaned_data["item"],
                by=request.user,
                at=at,
                reason=form.cleaned_data["reason"],
                photo_digests=received.digests,
            ),
        )
        if made:
            said = _("The home is red now. Another member of the panel confirms or lifts it by %(day)s.")
            messages.success(request, said % {"day": f"{made.confirm_by:%Y-%m-%d}"})
            return redirect("review:change", made.change_id)
    context = {"unit": unit, "form": form, "received": received, "file": homes.home_file(unit, on=day_of(at))}
    status = 422 if received.errors else status_of(form)
    return render(request, "review/urgent_new.html", context, status=status)


@require_POST
@staff_page(Permission.GRADE_DECIDE_RED)
def urgent_end(request: StaffRequest, pk: int) -> HttpResponse:
    found = UrgentRed.objects.visible_to(request.user).one(pk=pk)
    form = EndUrgentForm(request.POST)
    order: dict[str, Any] = {"urgent_id": pk, "by": request.user, "at": timezone.now()}
    ended = carried_out(
        form, lambda: END[form.cleaned_data["verb"]](**order, reason=form.cleaned_data["reason"])
    )
    if ended is None:
        return case_page(request, case.change_in_full(request.user, found.change_id), form)
    words = {
        "confirm": _("Confirmed. The home stays red until it is delisted."),
        "lift": _("Lifted. Both decisions stay in the history."),
    }
    messages.success(request, words[form.cleaned_data["verb"]])
    return redirect("review:panel")
