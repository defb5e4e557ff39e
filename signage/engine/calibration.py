"""The calibration sheet of a printer: what it prints off is measured on it and typed into its settings."""

from dataclasses import dataclass, field

from signage.engine.fonts import FontPaths
from signage.engine.model import SheetGeometry
from signage.engine.typesetting import Imprint, typeset


@dataclass(frozen=True, slots=True)
class Calibration:
    """`origins`: lower left corners of the stickers, mm from the lower left of the page, offsets included."""

    url: str
    printer: str
    sheet: SheetGeometry
    origins: tuple[tuple[float, float], ...]
    printed_on: str
    imprint: Imprint = field(default_factory=Imprint)


def render_calibration(calibration: Calibration, fonts: FontPaths) -> bytes:
    """One page of the size of the sheet; raise as `typeset`."""
    return typeset("calibration.typ", calibration, fonts)
