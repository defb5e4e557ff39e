"""What signs say that the office may change: read, checked against every product, and kept by versions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services.people import system_user
from communities import access
from communities.models import Street
from communities.services import places
from core.errors import Invalid
from signage.engine.model import GRADES, StickerTexts
from signage.engine.notices import HazardNotice, NoRentalNotice
from signage.engine.typesetting import Imprint
from signage.models import SignSettings
from signage.sizes import SIZES

TEXTS: Final = ("hotline", "office", "programme", "scan")


def _lines_of(notice: type, name: str) -> str:
    return "\n".join(notice.__dataclass_fields__[name].default)  # type: ignore[attr-defined]


def usual_lines() -> dict[str, str]:
    """The lines of every product before the office changes them, by name; one line of a list a row."""
    asks, reading = StickerTexts().asks, Imprint().reading
    return {
        **{f"ask_{grade}": asks[grade] for grade in GRADES},
        **{f"reading_{grade}": reading[grade] for grade in GRADES},
        "meaning": _lines_of(NoRentalNotice, "meaning"),
        "lifting": _lines_of(NoRentalNotice, "lifting"),
        "objecting": _lines_of(NoRentalNotice, "objecting"),
        "duties": _lines_of(HazardNotice, "duties"),
    }


def in_force() -> SignSettings:
    """The newest version; before the office wrote one, what follows from the street (not saved)."""
    found = SignSettings.objects.first()
    if found is not None:
        return found
    street = Street.objects.first()
    name, hotline = (street.name, street.hotline) if street else ("", "")
    return SignSettings(
        hotline=hotline,
        office=f"{name}办事处" if name else "",
        programme=f"{name}出租屋分级管理",
        scan="扫码查最新等级",
    )


def version_for_a_run(at: datetime) -> SignSettings:
    """The version that a new run is bound to; the first one is kept when the first run needs it."""
    version = in_force()
    if version.pk is None and version.hotline:
        version.by, version.at = system_user(), at
        version.save()
    return version


def lines(version: SignSettings) -> dict[str, str]:
    return usual_lines() | cast("dict[str, str]", version.wording)


def listed(version: SignSettings, name: str) -> tuple[str, ...]:
    """The lines of one list, empty ones left out."""
    return tuple(line.strip() for line in lines(version)[name].splitlines() if line.strip())


def size_of(version: SignSettings, product: str) -> str:
    return str(version.sizes.get(product) or SIZES[product][0])


def sticker_texts(version: SignSettings) -> StickerTexts:
    said = lines(version)
    return StickerTexts(
        programme=version.programme,
        hotline=f"热线 {version.hotline}" if version.hotline else "",
        scan=version.scan,
        asks={grade: said[f"ask_{grade}"] for grade in GRADES},
        logo=_kept(version.logo),
    )


def imprint(version: SignSettings) -> Imprint:
    """Who speaks on the boards."""
    said = lines(version)
    return Imprint(
        office=version.office,
        programme=version.programme,
        hotline=version.hotline,
        scan=version.scan,
        reading={grade: said[f"reading_{grade}"] for grade in GRADES},
        logo=_kept(version.logo),
    )


def _kept(name: str) -> bytes:
    if not name:
        return b""
    with default_storage.open(name) as file:
        return cast(bytes, file.read())


@transaction.atomic
def put_in_force(*, values: Mapping[str, Any], by: User, at: datetime) -> SignSettings:
    """A new version; the hotline of the street, which pages and letters show, is the same from now on.

    Raise Invalid when a size is not one of the product's. Whether the texts fit is asked before, of
    `samples.refuse_misfits`.
    """
    access.authorize(by, Permission.SIGN_SETTINGS)
    sizes = values["sizes"]
    if any(size not in SIZES.get(product, ()) for product, size in sizes.items()):
        raise Invalid(_("This size is not printed. Choose one of the list."))
    version = SignSettings.objects.create(**values, by=by, at=at)
    places.set_hotline(version.hotline)
    return version
