"""Stickers, boards and notices as PDF. Pure Python: no Django, no database, no clock, no network."""

from signage.engine.fonts import FontPaths, FontSubset, StickerFonts
from signage.engine.model import (
    Grade,
    Placement,
    Refusal,
    RenderedSheets,
    SheetGeometry,
    Sticker,
    StickerTexts,
)
from signage.engine.sheets import render_stickers

__all__ = [
    "FontPaths",
    "FontSubset",
    "Grade",
    "Placement",
    "Refusal",
    "RenderedSheets",
    "SheetGeometry",
    "Sticker",
    "StickerFonts",
    "StickerTexts",
    "render_stickers",
]
