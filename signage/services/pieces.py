"""What every product shares: fonts, addresses of codes, and what rendering gives back."""

from dataclasses import dataclass

from django.conf import settings

from signage.engine.fonts import FontPaths


@dataclass(frozen=True, slots=True)
class RenderedSign:
    serial: str
    unit_id: int | None
    estate_id: int | None
    grade: str
    page: int
    position: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """One PDF, where each sign stands on it, and what could not be printed and why."""

    pdf: bytes
    pages: int
    title: str
    signs: list[RenderedSign]
    refused: list[tuple[str, str]]


def fonts() -> FontPaths:
    """The two font files that the front-end set-up brings."""
    folder = settings.FONT_DIR
    return FontPaths(folder / "NotoSansSC-Regular.ttf", folder / "NotoSansSC-Bold.ttf")


def url_of(token: str) -> str:
    """The address in a home's QR code."""
    return f"{settings.PUBLIC_BASE_URL}/u/{token}"
