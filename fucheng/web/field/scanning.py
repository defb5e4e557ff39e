"""From a scanned code to a home: only door codes of this system are followed."""

import io
import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import zxingcpp
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from core.errors import Invalid
from core.text import TOKEN_LENGTH
from grading.services.photos import LARGEST_FILE, LARGEST_PIXELS
from rentals.models import Unit
from signage.models import Sign
from signage.serials import serial_of

_PATH = re.compile(rf"/u/([0-9A-Za-z]{{{TOKEN_LENGTH}}})/?")


class NotADoorCode(Invalid):
    code = "not-a-door-code"
    message = _("This is not a door code of this system. Scan the code on the sign at the home's door.")


class NoCodeFound(Invalid):
    code = "no-code-found"
    message = _("No code could be read in the photo. Take it from closer by, with the whole code in it.")


@dataclass(frozen=True, slots=True)
class Scanned:
    """A home and a sign as far as a code or a typed serial tells them."""

    unit: Unit | None
    sign: Sign | None
    serial: str = ""


class DoorCode(NamedTuple):
    """What a code on a sign says: the home's token, and which print it is (empty on older ones)."""

    token: str
    serial: str


def code_in(text: str, request: HttpRequest) -> DoorCode:
    """What the address of a door code says; NotADoorCode for any other host, path or text."""
    try:
        address = urlsplit(text.strip())
    except ValueError as error:
        raise NotADoorCode from error
    hosts = {urlsplit(settings.PUBLIC_BASE_URL).netloc, request.get_host()}
    match = _PATH.fullmatch(address.path)
    if address.scheme not in ("https", "http") or address.netloc not in hosts or match is None:
        raise NotADoorCode
    return DoorCode(match[1], serial_of(parse_qs(address.query).get("n", [""])[0]))


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
