"""Objections of landlords: the list with its days, one objection, its answer; replies hidden for abuse."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from fucheng.flows import objection as flow
from fucheng.web import listing
from fucheng.web.review.forms.decisions import HideForm, ObjectionForm
from fucheng.web.review.forms.reasons import REASONS
from fucheng.web.review.queries import objections
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from grading.models import Reply

READERS = (Permission.OBJECTION_ANSWER, Permission.FIGURES_READ)


@require_safe
@staff_page(*READERS)
def objection_list(request: StaffRequest) -> HttpResponse:
    waiting = request.GET.get("tab") != "answered"
    page = listing.numbered(objections.of(request.user, waiting=waiting), request.GET)
    today = timezone.localdate()
    context = {
        "page": page,
        "rows": objections.rows_of(list(page.object_list), request.user, on=today),
        "waiting": waiting,
    }
    return render(request, "review/objection_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(*READERS)
def objection(request: StaffRequest, pk: int) -> HttpResponse:
    """The objection beside the decision; with POST its answer."""
    today = timezone.localdate()
    file = objections.file_of(request.user, pk, on=today)
    form = ObjectionForm(file.contested, posted(request))
    if request.method == "POST":
        order: dict[str, Any] = {"objection_id": pk, "by": request.user, "at": timezone.now()}

        def answer() -> Any:
            said = form.cleaned_data["answer"]
            if form.cleaned_data["verb"] == "reject":
                return flow.reject(**order, answer=said)
            return flow.uphold(**order, answer=said, hazard_ids=form.cleaned_data["hazards"])

        if carried_out(form, answer):
            messages.success(request, _("Answered. The landlord reads it on the page of the home."))
            return redirect("review:objection", pk)
        file = objections.file_of(request.user, pk, on=today)
    context = {"file": file, "form": form, "today": today, "reasons": REASONS}
    return render(request, "review/objection_detail.html", context, status=status_of(form))


@require_POST
@staff_page(Permission.OBJECTION_ANSWER)
def objection_assign(request: StaffRequest, pk: int) -> HttpResponse:
    chosen = request.POST.get("to", "")
    to = int(chosen) if chosen.isascii() and chosen.isdigit() else 0
    made = flow.assign(objection_id=pk, to=to, by=request.user, at=timezone.now())
    messages.success(request, _("Given to %(name)s.") % {"name": made.assigned_to})
    return redirect("review:objection", pk)


@require_POST
@staff_page(Permission.REPLY_MODERATE)
def reply_hide(request: StaffRequest, pk: int) -> HttpResponse:
    """For abuse only; the reply itself is never changed."""
    reply = Reply.objects.visible_to(request.user).one(pk=pk)
    form = HideForm(request.POST)
    hidden = carried_out(
        form,
        lambda: flow.hide_reply(
            reply_id=pk, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"]
        ),
    )
    if hidden:
        messages.success(request, _("The reply is hidden; the landlord reads why."))
    else:
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    return redirect("review:home", reply.unit_id)
