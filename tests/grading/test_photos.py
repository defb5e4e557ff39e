"""Photos: upright, small, without a trace of where and when; nothing else gets in."""

import io
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from grading.services import photos
from grading.services.photos import UnusablePhoto
from tests.factories import picture

GPS = {1: "N", 2: (22.0, 44.0, 12.0), 3: "E", 4: (114.0, 1.0, 30.0)}


def kept(digest: str) -> Image.Image:
    with default_storage.open(photos.stored_name(digest)) as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
    return image


def raw(digest: str) -> bytes:
    with default_storage.open(photos.stored_name(digest)) as file:
        return file.read()


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.mark.parametrize("kind", photos.FORMATS)
def test_each_format_of_phones_is_kept_as_jpeg(kind: str) -> None:
    image = kept(photos.store(picture(kind)))
    assert (image.format, image.size, image.mode) == ("JPEG", (40, 30), "RGB")


def test_the_same_photo_twice_is_one_file_under_one_name() -> None:
    first, second = photos.store(picture(colour="teal")), photos.store(picture(colour="teal"))
    assert first == second != photos.store(picture(colour="navy"))
    assert photos.stored_name(first).endswith(f"{first}.jpg")


def test_place_time_camera_and_comment_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "SecretCamera", "2026:05:12 12:00:00"
    exif.get_ifd(0x8825).update(GPS)
    sent = picture(exif=exif, comment=b"secret words", icc_profile=b"secret profile" * 20)
    assert b"SecretCamera" in sent.read()
    sent.seek(0)
    digest = photos.store(sent)
    assert not kept(digest).getexif()
    assert set(kept(digest).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"Secret", b"secret", b"Exif", b"2026:05", b"GPS"):
        assert trace not in raw(digest)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_photo_stands_upright_whatever_the_camera_noted(orientation: int) -> None:
    image = Image.new("RGB", (40, 20), "white")
    image.paste("red", (0, 0, 8, 4))
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what brings the upright picture to this storage
    stored = image.transpose(Image.Transpose(turns[orientation])) if orientation > 1 else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    stored.save(out, "PNG", exif=exif)
    upright = kept(photos.store(upload(out.getvalue())))
    assert upright.size == (40, 20)
    red, _green, blue = upright.getpixel((1, 1))
    assert (red > 200, blue < 60) == (True, True)


@pytest.mark.parametrize(("size", "to"), [((3200, 1600), (1600, 800)), ((1000, 2000), (800, 1600))])
def test_a_large_photo_is_made_smaller(size: tuple[int, int], to: tuple[int, int]) -> None:
    assert kept(photos.store(picture(size=size))).size == to


def test_transparency_and_palette_become_plain_colour() -> None:
    for mode in ("RGBA", "P", "L", "LA"):
        out = io.BytesIO()
        Image.new(mode, (10, 10)).save(out, "PNG")
        assert kept(photos.store(upload(out.getvalue()))).mode == "RGB"


def bomb(width: int, height: int) -> bytes:
    """A PNG that only says how large it is: decoding it would fail, so it must be refused before."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def test_forty_million_pixels_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(UnusablePhoto) as refused:
        photos.store(upload(bomb(8001, 5000)))
    assert str(refused.value) != str(UnusablePhoto())  # says to lower the resolution


@pytest.mark.parametrize("side", [13_500, 30_000, 2**31 - 1])
def test_a_bomb_of_any_size_is_refused(side: int) -> None:
    with pytest.raises(UnusablePhoto):
        photos.store(upload(bomb(side, side)))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PPM"])
def test_other_pictures_are_refused(kind: str) -> None:
    with pytest.raises(UnusablePhoto):
        photos.store(picture(kind))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a photo",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\xff\xd8\xff",
        b"PK\x03\x04",
    ],
)
def test_other_files_are_refused_whatever_their_name(content: bytes) -> None:
    with pytest.raises(UnusablePhoto):
        photos.store(upload(content))


@pytest.mark.parametrize("kind", photos.FORMATS)
def test_half_a_photo_is_refused(kind: str) -> None:
    whole = picture(kind, (200, 200)).read()
    with pytest.raises(UnusablePhoto):
        photos.store(upload(whole[: len(whole) // 2]))


def test_more_than_fifteen_megabytes_are_refused_unread() -> None:
    with pytest.raises(UnusablePhoto, match="15"):
        photos.store(upload(bytes(photos.LARGEST_FILE + 1)))


def test_names_under_which_nothing_is_kept_are_missing() -> None:
    digest = photos.store(picture())
    assert photos.missing([digest]) == []
    assert photos.missing([digest, "b" * 64, "a" * 64, "b" * 64]) == ["a" * 64, "b" * 64]
