"""Who says that a photo of the common parts shows nobody, and takes it back."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import Conflict
from grading.models import Photo, PhotoClearance


@transaction.atomic
def clear(*, photo_id: int, by: User, at: datetime) -> PhotoClearance:
    """The photo may hang on the building; said by another person than the one who took it."""
    photo = _looked_at(photo_id, by)
    if photo.taken_by_id == by.pk:
        raise Conflict(_("You took this photo yourself: another person says whether it shows nobody."))
    if is_cleared(photo):
        raise Conflict(_("This photo is marked already as showing nobody."))
    return PhotoClearance.objects.create(photo=photo, shows_nobody=True, by=by, at=at)


@transaction.atomic
def take_back(*, photo_id: int, by: User, at: datetime) -> PhotoClearance:
    """From now on the photo is printed no more; a notice that hangs with it is out of date."""
    photo = _looked_at(photo_id, by)
    if not is_cleared(photo):
        raise Conflict(_("This photo carries no mark; there is nothing to take back."))
    return PhotoClearance.objects.create(photo=photo, shows_nobody=False, by=by, at=at)


def is_cleared(photo: Photo) -> bool:
    return Photo.objects.cleared().filter(pk=photo.pk).exists()


def newest_of_listed(building_ids: Iterable[int]) -> dict[int, int]:
    """Building to the newest cleared photo of its hazards that are listed and not mended."""
    building = "finding__hazard__building"
    found = (
        Photo.objects.of_common_parts()
        .of_open_faults()
        .cleared()
        .filter(finding__hazard__listed_at__isnull=False, **{f"{building}__in": building_ids})
    )
    newest = found.order_by(building, "-added_at", "-pk").distinct(building)
    return dict(newest.values_list(building, "pk"))


def _looked_at(photo_id: int, by: User) -> Photo:
    """Photos of homes are no candidates: for this verb they do not exist."""
    rows = Photo.objects.visible_to(by).of_common_parts().select_related("finding__visit__building")
    photo = rows.lock(photo_id)
    community = photo.finding.visit.building.community_id if photo.finding else None
    access.authorize(by, Permission.PHOTO_CLEAR, community_id=community)
    return photo
