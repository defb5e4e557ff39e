"""In which sizes each product is printed, and the sheets of the stickers on a given printer. No database."""

from dataclasses import replace
from typing import Final

from signage.engine.model import STICKER_SHEETS, SheetGeometry
from signage.models import Printer, Product

# The first is the usual one.
SIZES: Final[dict[str, tuple[str, ...]]] = {
    Product.STICKER: tuple(STICKER_SHEETS),
    Product.NO_RENTAL: ("a3", "a4"),
    Product.BUILDING_BOARD: ("a3", "a2"),
    Product.HAZARD_NOTICE: ("a3", "a4"),
    Product.STAR_PLAQUE: ("a4", "a3"),
    Product.ESTATE_BOARD: ("a1", "a0"),
    Product.VILLAGE_BOARD: ("a0", "a1"),
}
SIZE_NAMES: Final = {
    "64x34": "64 × 34 mm (24)",
    "99x67": "99 × 67 mm (8)",
    "a6": "A6 (1)",
    "a4": "A4",
    "a3": "A3",
    "a2": "A2",
    "a1": "A1",
    "a0": "A0",
}


def sheet_of(size: str, printer: Printer | None = None) -> SheetGeometry:
    """The sheet of a sticker size, moved and spaced as the printer needs it; raise GeometryError."""
    sheet = STICKER_SHEETS[size]
    if printer is None:
        return sheet
    moved = replace(sheet, offset_x=float(printer.offset_x), offset_y=float(printer.offset_y))
    if moved.per_page == 1:
        return moved
    return replace(moved, gap_x=float(printer.gap_x), gap_y=float(printer.gap_y), cut_marks=printer.cut_marks)
