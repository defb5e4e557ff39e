"""Stars of buildings: candidates to propose, proposals to decide, awards in force."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from core.errors import DomainError, Invalid
from fucheng.flows import stars as flow
from fucheng.web import listing
from fucheng.web.review.forms.decisions import StarDecisionForm, StarProposalForm, StarWithdrawalForm
from fucheng.web.review.forms.filters import PlaceFilter
from fucheng.web.review.forms.reasons import REASONS
from fucheng.web.review.queries import stars
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from grading.models import StarAward

READERS = (Permission.STAR_PROPOSE, Permission.STAR_DECIDE, Permission.FIGURES_READ)
TABS: dict[str, Any] = {
    "candidates": gettext_lazy("Candidates"),
    "waiting": gettext_lazy("Waiting for the panel"),
    "awarded": gettext_lazy("With stars"),
    "decided": gettext_lazy("Decided"),
}


@require_safe
@staff_page(*READERS)
def star_list(request: StaffRequest) -> HttpResponse:
    """Four views of the same matter; the panel begins with what waits for it."""
    user = request.user
    first = "candidates" if stars.proposes(user) else "waiting"
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else first
    form = PlaceFilter(user, request.GET)
    rows = _rows(user, tab, form.wanted)
    page = listing.numbered(rows, request.GET)
    found = list(page.object_list)
    rest = listing.without(request.GET, "page", "tab")
    context = {
        "tab": tab,
        "form": form,
        "page": page,
        "rows": stars.candidate_rows(found) if tab == "candidates" else found,
        "can_propose": tab == "candidates" and stars.proposes(user),
        "reasons": REASONS,
        "tab_links": [
            (label, f"?{listing.with_(rest, tab=name)}", name == tab) for name, label in TABS.items()
        ],
    }
    return render(request, "review/star_list.html", context)


def _rows(user: User, tab: str, wanted: dict[str, Any]) -> Any:
    today = timezone.localdate()
    if tab == "candidates":
        return stars.candidates(user, wanted, on=today)
    if tab == "awarded":
        return stars.awards(user, wanted, on=today)
    return stars.proposals(user, wanted, waiting=tab == "waiting")


@require_POST
@staff_page(Permission.STAR_PROPOSE)
def stars_propose(request: StaffRequest) -> HttpResponse:
    """One reason for the ticked buildings, or for all candidates of the filter."""
    form = StarProposalForm(request.POST)
    query = QueryDict(request.POST.get("query", "").encode())
    try:
        if not form.is_valid():
            raise Invalid(_("Give a reason; the panel and the landlord will read it."))
        asked = _chosen(request, query)
        made = flow.propose(
            building_ids=asked, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"]
        )
        words = ngettext(
            "%(n)s building proposed; the panel decides.",
            "%(n)s buildings proposed; the panel decides.",
            len(made),
        )
        messages.success(request, words % {"n": len(made)})
        if len(made) < len(asked):
            messages.warning(request, _("The others are no candidates any more."))
    except DomainError as refused:
        if refused.status == 404:
            raise
        messages.error(request, str(refused))
    back = listing.without(query, "page").urlencode()
    return redirect(f"{reverse('review:stars')}?{back}" if back else "review:stars")


def _chosen(request: StaffRequest, query: QueryDict) -> list[int]:
    if request.POST.get("all") == "1":
        wanted = PlaceFilter(request.user, query).wanted
        return [c.building_id for c in stars.candidates(request.user, wanted, on=timezone.localdate())]
    ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    if not ids:
        raise Invalid(_("Tick at least one building."))
    return ids


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(*READERS)
def star_proposal(request: StaffRequest, pk: int) -> HttpResponse:
    """The proposal beside its conditions; with POST the panel's decision."""
    today = timezone.localdate()
    file = stars.proposal_file(request.user, pk, on=today)
    form = StarDecisionForm(posted(request))
    if request.method == "POST":
        order: dict[str, Any] = {"proposal_id": pk, "by": request.user, "at": timezone.now()}

        def decide() -> Any:
            verb = flow.approve if form.cleaned_data["verb"] == "approve" else flow.refuse
            return verb(**order, reason=form.cleaned_data["reason"])

        if done := carried_out(form, decide):
            messages.success(request, _decided(done))
            return redirect("review:star-proposal", pk)
        file = stars.proposal_file(request.user, pk, on=today)
    context = {"file": file, "form": form, "reasons": REASONS}
    return render(request, "review/star_proposal.html", context, status=status_of(form))


def _decided(done: Any) -> str:
    if not isinstance(done, StarAward):
        return _("Refused. Nothing changes for the building.")
    if done.ended_at is not None:
        return _("The stars are withdrawn; the landlords were told, and the plaque comes off the wall.")
    return _(
        "The stars are in force; the paper is being made, the landlords were told, and a plaque is owed."
    )


@require_POST
@staff_page(Permission.STAR_PROPOSE)
def star_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Proposes to withdraw the stars of a building; the panel decides."""
    form = StarWithdrawalForm(request.POST)
    made = carried_out(
        form,
        lambda: flow.propose_withdrawal(
            building_id=pk, by=request.user, at=timezone.now(), **form.cleaned_data
        ),
    )
    if made is None:
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    else:
        messages.success(request, _("Proposed; the panel decides."))
    return redirect("review:building", pk)
