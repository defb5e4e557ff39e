"""The logo of the office: re-encoded as PNG, small, named by its content."""

import hashlib
import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from core.errors import Invalid

LARGEST_FILE = 5 * 2**20
LONG_SIDE = 600


def store(upload: "UploadedFile[bytes]") -> str:
    """Keeps a logo and returns its name in storage; Invalid says what to do."""
    if upload.size is None or upload.size > LARGEST_FILE:
        raise Invalid(_("The logo is larger than 5 MB. Save it smaller."))
    try:
        image = Image.open(io.BytesIO(upload.read()), formats=("PNG", "JPEG", "WEBP"))
        drawn = ImageOps.exif_transpose(image).convert("RGBA")
    except Exception as error:
        raise Invalid(_("This file is not a usable logo. Choose a PNG, JPEG or WebP.")) from error
    drawn.thumbnail((LONG_SIDE, LONG_SIDE))
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    name = f"logos/{hashlib.sha256(out.getvalue()).hexdigest()}.png"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(out.getvalue()))
    return name
