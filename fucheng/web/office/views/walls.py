"""Signs on the walls: what is owed and overdue by place, one tap to print it, handing out, another code."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from communities.models import Community, Grid, Street
from core.errors import DomainError, OutOfScope
from fucheng.flows import print_run, sign_posting
from fucheng.web.office.queries import print_runs, walls
from fucheng.web.staff import StaffRequest, staff_page
from signage.models import PrintRun, Product
from signage.services import targets


@require_safe
@staff_page(Permission.SIGN_PRINT)
def wall_list(request: StaffRequest) -> HttpResponse:
    """By community; by grid when one is asked for, or when the person has only one."""
    places = Community.objects.visible_to(request.user).filter(ends_on__isnull=True)
    asked, only = request.GET.get("community", ""), list(places[:2])
    community = places.one(pk=int(asked)) if asked.isdecimal() else None
    if community is None and len(only) == 1:
        community = only[0]
    day, street = timezone.localdate(), Street.objects.first()
    context = {
        "community": community,
        "walls": walls.walls(request.user, day, community),
        "boards": walls.old_boards(request.user, community),
        "scans": walls.scans_of_late(day) if community is None else [],
        "days": street.sign_days if street else 14,
    }
    return render(request, "office/wall_list.html", context)


@require_POST
@staff_page(Permission.SIGN_PRINT)
def print_owed(request: StaffRequest, pk: int) -> HttpResponse:
    """One tap: exactly what one grid owes and nobody has in hand, stickers and notices each as a run."""
    grid = Grid.objects.visible_to(request.user).select_related("community").one(pk=pk)
    wanted = {"community": grid.community_id, "grid": grid.pk, "owed": True}
    runs = []
    for product in (Product.STICKER, Product.NO_RENTAL):
        if targets.homes_of(product, wanted).exists():
            title = f"{grid} · {product.label} · {timezone.localdate():%Y-%m-%d}"
            runs.append(
                print_run.order(
                    product=product, wanted=wanted, by=request.user, at=timezone.now(), title=title
                )
            )
    if not runs:
        messages.info(request, _("Everything this grid owes is printed already."))
        return redirect(f"{reverse('office:walls')}?community={grid.community_id}")
    return redirect("office:print-run", runs[0].pk)


@require_POST
@staff_page(Permission.SIGN_PRINT)
def hand_out(request: StaffRequest, pk: int) -> HttpResponse:
    """The signs of a run in one grid go to a person."""
    run: PrintRun = print_runs.run_of(request.user, pk)
    key, grid = request.POST.get("to", ""), request.POST.get("grid", "")
    to = User.objects.filter(pk=int(key), kind=User.Kind.STAFF).first() if key.isdecimal() else None
    if to is None:
        raise OutOfScope
    try:
        count = sign_posting.hand_out(
            run_id=run.pk,
            grid_id=int(grid) if grid.isdecimal() else None,
            to=to,
            by=request.user,
            at=timezone.now(),
        )
    except OutOfScope:
        raise
    except DomainError as refused:
        messages.warning(request, str(refused))
    else:
        said = ngettext("%(n)d sign handed out to %(who)s.", "%(n)d signs handed out to %(who)s.", count)
        messages.success(request, said % {"n": count, "who": to})
    return redirect("office:print-run", pk)


@require_POST
@staff_page(Permission.SIGN_RENEW)
def code_renew(request: StaffRequest, pk: int) -> HttpResponse:
    """A stolen or copied sticker: its address leads nowhere from now on."""
    reason = request.POST.get("reason", "")
    try:
        sign_posting.renew_code(unit_id=pk, by=request.user, at=timezone.now(), reason=reason)
    except OutOfScope:
        raise
    except DomainError as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(
            request, _("The code is renewed; the home owes a new sticker, and the old code leads nowhere.")
        )
    return redirect("review:home", pk)
