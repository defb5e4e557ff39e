"""The outbox of text messages: what became of each, and what needs a person."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from core.errors import Conflict
from fucheng.flows import notices
from fucheng.web import listing
from fucheng.web.staff import StaffRequest, back_to, staff_page
from letters.models import TextMessage
from letters.services.outbox import is_quiet


@require_safe
@staff_page(Permission.OUTBOX_MANAGE)
def outbox(request: StaffRequest) -> HttpResponse:
    """Newest first, by fate."""
    rows = TextMessage.objects.visible_to(request.user)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    state = request.GET.get("state", "")
    wanted = rows.filter(state=state) if state in TextMessage.State.values else rows
    page = listing.by_key(
        wanted.select_related("notice__landlord", "notice__unit"), request.GET, key="id", descending=True, read=int
    )  # fmt: skip
    here = reverse("office:outbox")
    context = {
        "page": page,
        "fates": [(_("All"), here, not state, sum(counts.values()))]
        + [
            (s.label, f"{here}?state={s.value}", s.value == state, counts.get(s.value, 0))
            for s in TextMessage.State
        ],
        "is_quiet": is_quiet(timezone.now()),
    }
    return render(request, "office/outbox.html", context)


@require_POST
@staff_page(Permission.OUTBOX_MANAGE)
def send_again(request: StaffRequest, pk: int) -> HttpResponse:
    try:
        notices.send_again(message_id=pk, by=request.user, at=timezone.now())
        messages.success(request, _("The message waits in the outbox again."))
    except Conflict as error:
        messages.info(request, str(error))
    return redirect(back_to(request, "/office/outbox/"))
