"""Photos: decoded under limits, turned upright, re-encoded without any metadata, named by their content."""

import hashlib
import io
import warnings
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from core.errors import Invalid

LARGEST_FILE = 15 * 2**20
LARGEST_PIXELS = 40_000_000
LONG_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")


class UnusablePhoto(Invalid):
    code = "photo"
    message = _(
        "This file is not a usable photo. Take a photo with the camera, or choose a JPEG, PNG or WebP."
    )


def store(upload: "UploadedFile[bytes]") -> str:
    """Keeps a photo and returns the SHA-256 of what is kept; UnusablePhoto says what to do."""
    if upload.size is None or upload.size > LARGEST_FILE:
        raise UnusablePhoto(_("The photo is larger than 15 MB. Take it again with a lower resolution."))
    jpeg = _reencode(upload.read())
    digest = hashlib.sha256(jpeg).hexdigest()
    name = stored_name(digest)
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(jpeg))
    return digest


def stored_name(digest: str) -> str:
    return f"photos/{digest[:2]}/{digest}.jpg"


def missing(digests: Iterable[str]) -> list[str]:
    """Those of the SHA-256 names under which nothing is kept: a receipt must not promise them."""
    return sorted(d for d in set(digests) if not default_storage.exists(stored_name(d)))


def _reencode(raw: bytes) -> bytes:
    """At most 1600 px, upright, pasted on a fresh canvas so that no EXIF, GPS or comment survives."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            image = Image.open(io.BytesIO(raw), formats=FORMATS)
            if image.width * image.height > LARGEST_PIXELS:
                raise UnusablePhoto(
                    _("The photo has too many pixels. Take it again with a lower resolution.")
                )
            image.draft("RGB", (LONG_SIDE, LONG_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except UnusablePhoto:
        raise
    except Exception as error:
        raise UnusablePhoto from error
    upright.thumbnail((LONG_SIDE, LONG_SIDE))
    canvas = Image.new("RGB", upright.size)
    canvas.paste(upright)
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()
