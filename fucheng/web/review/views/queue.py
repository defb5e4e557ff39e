"""The queue of the community and of the panel, and decisions on many changes at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from communities import access
from core.dates import day_of
from core.errors import Invalid
from fucheng.flows import bulk_decision, grade_change
from fucheng.web import listing
from fucheng.web.review.forms.decisions import DecisionForm
from fucheng.web.review.forms.filters import QueueFilter
from fucheng.web.review.forms.reasons import REASONS
from fucheng.web.review.queries import queue, urgent
from fucheng.web.staff import StaffRequest, staff_page

INLINE = 500  # more are decided by a job


@require_safe
@staff_page(Permission.GRADE_DECIDE, Permission.GRADE_DECIDE_RED)
def community_queue(request: StaffRequest) -> HttpResponse:
    """What the own community has to decide; the panel has a queue of its own."""
    if not access.can(request.user, Permission.GRADE_DECIDE):
        return redirect("review:panel")
    return _queue(request, panel=False)


@require_safe
@staff_page(Permission.GRADE_DECIDE_RED)
def panel_queue(request: StaffRequest) -> HttpResponse:
    return _queue(request, panel=True)


def _queue(request: StaffRequest, *, panel: bool) -> HttpResponse:
    at = timezone.now()
    tab = request.GET.get("tab", "open")
    tabs = queue.tabs(request.user, panel=panel)
    tab = tab if tab in {shown.name for shown in tabs} else "open"
    form = QueueFilter(request.user, request.GET)
    rows = queue.filtered(queue.queue_of(request.user, tab, panel=panel), form.wanted, at=at)
    known = None if form.is_narrowing else next(shown.count for shown in tabs if shown.name == tab)
    rest = listing.without(request.GET, "page", "tab")
    page = listing.numbered(queue.with_facts(rows), request.GET, total=known)
    context = {
        "panel": panel,
        "tab": tab,
        "form": form,
        "page": page,
        "rows": queue.rows_of(list(page.object_list), request.user, at=at),
        "reasons": REASONS,
        "urgent": urgent.unconfirmed(request.user, on=day_of(at)) if panel else [],
        "can_bulk": tab not in ("decided", "own", *(() if panel else ("panel",))),
        "tab_links": [
            (shown.label, f"?{listing.with_(rest, tab=shown.name)}", shown.name == tab, shown.count)
            for shown in tabs
        ],
    }
    return render(request, "review/change_list.html", context)


@require_POST
@staff_page(Permission.GRADE_DECIDE, Permission.GRADE_DECIDE_RED)
def changes_decide(request: StaffRequest) -> HttpResponse:
    """One reason for the ticked changes, or for all that fit the filter; back to the same list."""
    form = DecisionForm({"verb": request.POST.get("action"), "reason": request.POST.get("reason")})
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
        return redirect(_list_url(request))
    order: dict[str, Any] = {**form.cleaned_data, "by": request.user, "at": timezone.now()}
    chosen = _chosen(request)
    if len(chosen) > INLINE:
        job = bulk_decision.ask(change_ids=chosen, **order)
        return redirect("office:job", job.pk)
    decided = grade_change.decide_many(change_ids=chosen, **order)
    _tell(request, form.cleaned_data["verb"], len(decided), len(chosen))
    return redirect(_list_url(request))


def _is_panel(request: StaffRequest) -> bool:
    return request.POST.get("queue") == "panel" and access.can(request.user, Permission.GRADE_DECIDE_RED)


def _list_url(request: StaffRequest) -> str:
    url = reverse("review:panel" if _is_panel(request) else "review:queue")
    query = listing.without(_query(request), "page").urlencode()
    return f"{url}?{query}" if query else url


def _query(request: StaffRequest) -> QueryDict:
    """The filter of the list the form stood on."""
    return QueryDict(request.POST.get("query", "").encode())


def _chosen(request: StaffRequest) -> list[int]:
    """The ticked ids, or the ids of everything that fits the filter and is this person's to decide."""
    if request.POST.get("all") == "1":
        query = _query(request)
        form = QueueFilter(request.user, query)
        rows = queue.queue_of(request.user, query.get("tab", "open"), panel=_is_panel(request))
        rows = queue.filtered(rows, form.wanted, at=timezone.now()).not_inspected_by(request.user)
        if request.POST.get("action") == "review":
            rows = rows.touching_red()
        elif request.POST.get("action") == "approve" and not _is_panel(request):
            rows = rows.not_touching_red()
        return list(rows.values_list("pk", flat=True))
    ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isascii() and pk.isdigit()]
    if not ids:
        raise Invalid(_("Tick at least one change."))
    return ids


def _tell(request: StaffRequest, verb: str, done: int, asked: int) -> None:
    """How many were decided, and why the others were not."""
    words = {
        "approve": ngettext("%(n)s change approved.", "%(n)s changes approved.", done),
        "return": ngettext("%(n)s change returned.", "%(n)s changes returned.", done),
        "review": ngettext(
            "%(n)s change handed on to the panel.", "%(n)s changes handed on to the panel.", done
        ),
    }
    if done:
        messages.success(request, words[verb] % {"n": f"{done:,}"})
    if asked > done:
        left = ngettext(
            "%(n)s change was left as it is: decided by someone else meanwhile, inspected by you, or not for this step.",
            "%(n)s changes were left as they are: decided by someone else meanwhile, inspected by you, "
            "or not for this step.",
            asked - done,
        )
        messages.warning(request, left % {"n": f"{asked - done:,}"})
