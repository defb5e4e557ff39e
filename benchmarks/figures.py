"""A measured figure, its target, and how both are shown and kept."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`at_most`, `at_least`, `exactly`: the target. One of `full_size` is judged on the whole street only."""

    what: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    exactly: float | None = None
    full_size: bool = False

    @property
    def target(self) -> str:
        for sign, bound in (("<=", self.at_most), (">=", self.at_least), ("=", self.exactly)):
            if bound is not None:
                return f"{sign} {number(bound)}"
        return ""

    def is_met(self) -> bool | None:
        """None when nothing was promised."""
        if not self.target:
            return None
        return (
            (self.at_most is None or self.value <= self.at_most)
            and (self.at_least is None or self.value >= self.at_least)
            and (self.exactly is None or self.value == self.exactly)
        )

    def verdict(self, *, is_full: bool) -> str:
        met = self.is_met()
        if met is None:
            return ""
        if self.full_size and not is_full:
            return "(small)"
        return "met" if met else "MISSED"


def number(value: float) -> str:
    if isinstance(value, int) or value == int(value) or abs(value) >= 1000:
        return f"{round(value):,}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def table(title: str, figures: list[Figure], *, is_full: bool) -> str:
    width = max(len(figure.what) for figure in figures)
    lines = [title]
    for figure in figures:
        shown = f"{number(figure.value):>12} {figure.unit:<7}{figure.target:>10}"
        lines.append(f"  {figure.what:<{width}} {shown}  {figure.verdict(is_full=is_full)}".rstrip())
    return "\n".join(lines)


def kept(figure: Figure, *, is_full: bool) -> dict[str, Any]:
    """The row of the JSON file."""
    row = {name: value for name, value in asdict(figure).items() if value not in (None, "", False)}
    return row | {"value": round(figure.value, 3), "verdict": figure.verdict(is_full=is_full)}


def percentile(values: list[float], share: float) -> float:
    """The nearest-rank percentile; `values` in any order."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, -(-int(len(ranked) * share * 1000) // 1000) - 1))]
