"""Photos of the common parts: which of them show nobody and may hang on the building."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from core.errors import Conflict
from fucheng.flows import photo_clearance
from fucheng.web.staff import StaffRequest, staff_page
from grading.models import Photo


@require_POST
@staff_page(Permission.PHOTO_CLEAR)
def photo_clear(request: StaffRequest, pk: int) -> HttpResponse:
    """One tap: it may hang. With `take_back` the mark is taken away again."""
    photo = (
        Photo.objects.visible_to(request.user).of_common_parts().select_related("finding__visit").one(pk=pk)
    )
    takes_back = "take_back" in request.POST
    verb = photo_clearance.take_back if takes_back else photo_clearance.clear
    try:
        verb(photo_id=pk, by=request.user, at=timezone.now())
    except Conflict as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _taken_back() if takes_back else _cleared())
    building_id = photo.finding.visit.building_id if photo.finding else 0
    return redirect(f"{reverse('review:building', args=[building_id])}#photos")


def _cleared() -> str:
    return _(
        "Marked: it shows nobody. The next hazard notice of this building shows the newest marked photo."
    )


def _taken_back() -> str:
    return _("Taken back: the photo is printed no more. Print a notice that hangs with it again.")
