"""The one way to a stored photo: never a storage address, always through the scope of its hazard."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from accounts.models import User
from core.errors import OutOfScope
from fucheng.web.photos import uploads
from grading.models import Photo
from grading.services.photos import stored_name


@require_safe
@login_required
def photo(request: HttpRequest, pk: int) -> FileResponse:
    """The picture as it was kept (always JPEG); 404 for strangers and other communities."""
    found = Photo.objects.visible_to(cast(User, request.user)).one(pk=pk)
    return _picture(found.sha256, found.file)


@require_safe
@login_required
def kept(request: HttpRequest, token: str) -> FileResponse:
    """A photo that came with a form not yet confirmed, for the one who sent it."""
    digest = uploads.digest_behind(token, cast(User, request.user))
    if not digest:
        raise OutOfScope
    return _picture(digest, stored_name(digest))


def _picture(digest: str, name: str) -> FileResponse:
    try:
        content = default_storage.open(name)
    except FileNotFoundError as error:
        raise OutOfScope from error
    return FileResponse(
        content,
        content_type="image/jpeg",
        filename=f"{digest[:12]}.jpg",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )
