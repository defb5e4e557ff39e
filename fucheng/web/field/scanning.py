"""From a scanned code to a home: only door codes of this system are followed."""

import io
import re
from typing import Any
from urllib.parse import urlsplit

import zxingcpp
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from core.errors import Invalid
from core.text import TOKEN_LENGTH
from grading.services.photos import LARGEST_FILE, LARGEST_PIXELS

_PATH = re.compile(rf"/u/([0-9A-Za-z]{{{TOKEN_LENGTH}}})/?")


class NotADoorCode(Invalid):
    code = "not-a-door-code"
    message = _("This is not a door code of this system. Scan the code on the sign at the home's door.")


class NoCodeFound(Invalid):
    code = "no-code-found"
    message = _("No code could be read in the photo. Take it from closer by, with the whole code in it.")


def token_of(text: str, request: HttpRequest) -> str:
    """The token in the address of a door code; NotADoorCode for any other host, path or text."""
    try:
        address = urlsplit(text.strip())
    except ValueError as error:
        raise NotADoorCode from error
    hosts = {urlsplit(settings.PUBLIC_BASE_URL).netloc, request.get_host()}
    match = _PATH.fullmatch(address.path)
    if address.scheme not in ("https", "http") or address.netloc not in hosts or match is None:
        raise NotADoorCode
    return match[1]


def read_photo(upload: "UploadedFile[Any]") -> str:
    """The text of the QR code in a photo; the way for phones whose browser cannot scan by itself."""
    if upload.size is None or upload.size > LARGEST_FILE:
        raise NoCodeFound
    try:
        image = Image.open(io.BytesIO(upload.read()), formats=("JPEG", "PNG", "WEBP"))
        if image.width * image.height > LARGEST_PIXELS:
            raise NoCodeFound
        image.draft("L", (2000, 2000))
        grey = ImageOps.exif_transpose(image).convert("L")
        grey.thumbnail((2000, 2000))
    except NoCodeFound:
        raise
    except Exception as error:
        raise NoCodeFound from error
    codes = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if not codes:
        raise NoCodeFound
    return str(codes[0].text)
