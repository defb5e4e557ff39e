"""One grade change: everything about the case, and its decision."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from communities import access
from fucheng.flows import grade_change
from fucheng.web.review.forms.decisions import DecisionForm
from fucheng.web.review.forms.reasons import REASONS
from fucheng.web.review.queries import case, queue, urgent
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from fucheng.web.templatetags.desk import home_line
from grading.models import GradeChange
from grading.states import OPEN_CHANGE_STATES, ChangeState

DECIDE = {"approve": grade_change.approve, "return": grade_change.return_, "review": grade_change.review}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.REGISTER_READ)
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """The case; with POST its decision, after which the next case comes up."""
    found = case.change_in_full(request.user, pk)
    form = DecisionForm(posted(request))
    if request.method == "POST":
        order: dict[str, Any] = {"change_id": pk, "by": request.user, "at": timezone.now()}
        decided = carried_out(
            form, lambda: DECIDE[form.cleaned_data["verb"]](**order, reason=form.cleaned_data["reason"])
        )
        if decided:
            return _decided(request, decided)
        found = case.change_in_full(request.user, pk)
    return case_page(request, found, form)


def case_page(request: StaffRequest, found: GradeChange, form: Form) -> HttpResponse:
    """The whole case, with what one of its forms has to say."""
    file = case.case_file(found)
    context = {
        "change": found,
        "case": file,
        "form": form,
        "verbs": [verb for verb in verbs_for(request, found) if verb == "return" or not file.held],
        "barred": queue.barred(found, request.user),
        "is_open": found.state in OPEN_CHANGE_STATES,
        "reasons": REASONS,
        "today": timezone.localdate(),
        "next": queue.next_waiting(request.user, found) if _decides(request) else None,
        "ends_urgent": urgent.may_end(request.user, file.urgent),
    }
    return render(request, "review/change_detail.html", context, status=status_of(form))


def _decides(request: StaffRequest) -> bool:
    can_decide = access.can(request.user, Permission.GRADE_DECIDE)
    return can_decide or access.can(request.user, Permission.GRADE_DECIDE_RED)


def verbs_for(request: StaffRequest, found: GradeChange) -> list[str]:
    """What this person may do now, the usual answer first."""
    if queue.barred(found, request.user):
        return []
    if found.state == ChangeState.PROPOSED and found.touches_red:
        return ["review", "return"]
    return ["approve", "return"]


def _decided(request: StaffRequest, decided: GradeChange) -> HttpResponse:
    words = {
        ChangeState.APPROVED: _("Approved. The new grade is in force; its sticker is now owed."),
        ChangeState.RETURNED: _("Returned. The home keeps its grade until new facts come."),
        ChangeState.WITH_PANEL: _("Handed on to the panel."),
    }
    home = home_line(decided.unit)
    said = _("%(home)s: %(said)s") % {"home": home, "said": words[ChangeState(decided.state)]}
    following = queue.next_waiting(request.user, decided)
    if following is None:
        messages.success(request, said)
        return redirect("review:queue")
    messages.success(request, said + _(" Below is the next case."))
    return redirect("review:change", following.pk)
