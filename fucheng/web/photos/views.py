"""The one way to a stored photo: never a storage address, always through the scope of its hazard."""

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from core.errors import OutOfScope
from grading.models import Photo


@require_safe
@login_required
def photo(request: HttpRequest, pk: int) -> FileResponse:
    """The picture as it was kept (always JPEG); 404 for the public, strangers and other communities."""
    found = Photo.objects.visible_to(request.user).one(pk=pk)
    try:
        content = default_storage.open(found.file)
    except FileNotFoundError as error:
        raise OutOfScope from error
    return FileResponse(
        content,
        content_type="image/jpeg",
        filename=f"{found.sha256[:12]}.jpg",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )
