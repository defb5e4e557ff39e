"""Whether a photo may hang in public: somebody looked at it and it shows nobody."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.triggers import append_only
from grading.models.visits import Photo
from grading.triggers import clearance_done_by_their_post, cleared_by_another_in_common_parts


class PhotoClearance(models.Model):
    """One look at a photo of a building's common parts. The newest row of a photo counts; no row: never looked at.

    A photo that hangs on a building shows nobody (Personal Information Protection Law, arts. 25 and 26).
    """

    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="clearances")
    shows_nobody = models.BooleanField(help_text="false takes an earlier look back")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]
        triggers: ClassVar = [
            *append_only(),
            clearance_done_by_their_post(),
            cleared_by_another_in_common_parts(),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} {self.shows_nobody}"
