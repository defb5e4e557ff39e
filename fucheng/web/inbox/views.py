"""One page for everybody who signs in."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from fucheng.flows import notices
from fucheng.web import listing
from fucheng.web.inbox import queries

SIZE = 30


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    page = listing.numbered(queries.notices(user), request.GET, size=SIZE)
    context = {
        "page": page,
        "lines": [queries.line_of(notice, user) for notice in page.object_list],
        "waiting": queries.waiting(user, timezone.localdate()),
        "unread": queries.unread(user),
    }
    return render(request, "inbox/inbox.html", context)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    notices.read_all(by=cast(User, request.user), at=timezone.now())
    return redirect("inbox:inbox")
