"""The look of a photo in 64 bits: two pictures of one scene differ in a few of them, whatever their bytes are.

Only photos that this system keeps are compared with each other.
"""

from django.core.files.storage import default_storage
from PIL import Image

from core.outages import is_outage
from grading.models import Photo, PhotoPrint
from grading.services.photos import stored_name

AT_ONCE = 500
PLAIN = 6  # bits set, or not set: a wall or a night without detail looks like every other
SIDE = 8


def look_of(image: Image.Image) -> int | None:
    """Difference hash: is each of 8 x 8 spots brighter than its neighbour to the right; None without detail."""
    small = image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BILINEAR)
    pixels = small.tobytes()
    bits = [
        pixels[row * (SIDE + 1) + column] > pixels[row * (SIDE + 1) + column + 1]
        for row in range(SIDE)
        for column in range(SIDE)
    ]
    if not PLAIN <= sum(bits) <= SIDE * SIDE - PLAIN:
        return None
    value = sum(bit << place for place, bit in enumerate(bits))
    return value - 2**64 if value >= 2**63 else value  # a signed number for the database


def take_missing() -> int:
    """Looks at photos that have no print yet; how many. A file that is gone gets an empty one."""
    known = PhotoPrint.objects.values("sha256")
    digests = list(
        Photo.objects.exclude(sha256__in=known)
        .order_by()
        .values_list("sha256", flat=True)
        .distinct()[:AT_ONCE]
    )
    PhotoPrint.objects.bulk_create(
        (PhotoPrint(sha256=digest, look=_look(stored_name(digest))) for digest in digests),
        ignore_conflicts=True,
    )
    return len(digests)


def _look(name: str) -> int | None:
    try:
        with default_storage.open(name) as file, Image.open(file) as image:
            image.draft("L", (64, 64))
            return look_of(image)
    except OSError as error:  # gone, or no picture; while storage is away nothing is known
        if is_outage(error):
            raise
        return None
