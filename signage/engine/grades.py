"""The look of the three grades: colour, ink on it, and a drawn symbol. Never colour alone.

Colours follow the safety meaning of GB 2894-2025 (green safe, yellow warn, red prohibit) and keep text
at contrast 5 or more; shapes (circle, triangle, octagon) carry the grade when printed in grey.
"""

from math import cos, pi, sin
from typing import Final, NamedTuple

from signage.engine.model import Grade


class Look(NamedTuple):
    """`colour` fills frame and band, `ink` is the text on it; both #rrggbb."""

    colour: str
    ink: str


LOOKS: Final[dict[Grade, Look]] = {
    "green": Look("#0b7a3b", "#ffffff"),
    "yellow": Look("#ffcc00", "#000000"),
    "red": Look("#b01818", "#ffffff"),
}
# Bezier handle of a quarter circle, as a share of the radius.
_KAPPA = 0.5523


def rgb(colour: str) -> str:
    """Operands of the PDF colour operators for #rrggbb."""
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.3g}" for i in (1, 3, 5))


def luminance(colour: str) -> float:
    """Relative luminance 0-1 (WCAG 2.2), which is what a grey printer keeps of a colour."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio 1-21 of two colours (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def polygon(points: list[tuple[float, float]]) -> str:
    """A closed path through points."""
    first, *rest = points
    lines = "".join(f"{x:.3f} {y:.3f} l " for x, y in rest)
    return f"{first[0]:.3f} {first[1]:.3f} m {lines}h "


def circle(x: float, y: float, radius: float) -> str:
    """A circle as four Bezier curves."""
    k = radius * _KAPPA
    curves = (
        (x + radius, y + k, x + k, y + radius, x, y + radius),
        (x - k, y + radius, x - radius, y + k, x - radius, y),
        (x - radius, y - k, x - k, y - radius, x, y - radius),
        (x + k, y - radius, x + radius, y - k, x + radius, y),
    )
    body = "".join(" ".join(f"{v:.3f}" for v in curve) + " c " for curve in curves)
    return f"{x + radius:.3f} {y:.3f} m {body}h "


def rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    """A box with round corners."""
    r, k, x2, y2 = radius, radius * (1 - _KAPPA), x + width, y + height
    return (
        f"{x + r:.3f} {y:.3f} m {x2 - r:.3f} {y:.3f} l "
        f"{x2 - k:.3f} {y:.3f} {x2:.3f} {y + k:.3f} {x2:.3f} {y + r:.3f} c {x2:.3f} {y2 - r:.3f} l "
        f"{x2:.3f} {y2 - k:.3f} {x2 - k:.3f} {y2:.3f} {x2 - r:.3f} {y2:.3f} c {x + r:.3f} {y2:.3f} l "
        f"{x + k:.3f} {y2:.3f} {x:.3f} {y2 - k:.3f} {x:.3f} {y2 - r:.3f} c {x:.3f} {y + r:.3f} l "
        f"{x:.3f} {y + k:.3f} {x + k:.3f} {y:.3f} {x + r:.3f} {y:.3f} c h "
    )


def octagon(x: float, y: float, radius: float) -> str:
    """A regular octagon with level top and bottom; `radius` reaches its sides."""
    outer = radius / cos(pi / 8)
    turns = [pi / 8 + i * pi / 4 for i in range(8)]
    return polygon([(x + outer * cos(a), y + outer * sin(a)) for a in turns])


def symbol(grade: Grade, x: float, y: float, radius: float) -> str:
    """Drawing operators of the symbol on a field of the grade colour, centre (x, y)."""
    look = LOOKS[grade]
    field, mark = rgb(look.ink), rgb(look.colour)
    if grade == "green":
        r = radius
        tick = f"{x - 0.46 * r:.3f} {y - 0.02 * r:.3f} m {x - 0.12 * r:.3f} {y - 0.38 * r:.3f} l "
        tick += f"{x + 0.5 * r:.3f} {y + 0.36 * r:.3f} l "
        return f"{field} rg {circle(x, y, r)}f {mark} RG {0.24 * r:.3f} w 1 J 1 j {tick}S 0 J 0 j "
    if grade == "yellow":
        r, low = radius * 0.98, y - 0.8 * radius
        corners = [(x - r, low), (x + r, low), (x, y + 0.88 * radius)]
        bar = polygon(
            [
                (x - 0.14 * r, y + 0.36 * r),
                (x + 0.14 * r, y + 0.36 * r),
                (x + 0.085 * r, y - 0.3 * r),
                (x - 0.085 * r, y - 0.3 * r),
            ]
        )
        return (
            f"{field} rg {field} RG {0.16 * r:.3f} w 1 j {polygon(corners)}B 0 j "
            f"{mark} rg {bar}f {circle(x, y - 0.53 * r, 0.125 * r)}f "
        )
    bar = rounded(x - 0.6 * radius, y - 0.17 * radius, 1.2 * radius, 0.34 * radius, 0.05 * radius)
    return f"{field} rg {octagon(x, y, radius)}f {mark} rg {bar}f "
