"""What goes into the sticker engine and what comes out: plain frozen values, lengths in millimetres."""

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

Grade = Literal["green", "yellow", "red"]
GRADES: tuple[Grade, ...] = ("green", "yellow", "red")


class GeometryError(ValueError):
    """The sheet cannot be laid out as asked; the message names the measure that does not fit."""


@dataclass(frozen=True, slots=True)
class Sticker:
    """One sign of one home. Dates are drawn as given; nothing here may name a person."""

    serial: str
    url: str
    grade: Grade
    community: str
    address: str
    unit_code: str
    graded_on: str
    printed_on: str


@dataclass(frozen=True, slots=True)
class StickerTexts:
    """Wording that is the same on every sticker of a job; settings of the street office."""

    programme: str = "福城街道出租屋分级管理"
    hotline: str = "热线 0755-12345678"
    scan: str = "扫码查最新等级"
    words: dict[Grade, str] = field(
        default_factory=lambda: {"green": "宽管级", "yellow": "严管级", "red": "禁止级"}
    )
    asks: dict[Grade, str] = field(
        default_factory=lambda: {
            "green": "可以出租",
            "yellow": "整改中",
            "red": "禁止出租",
        }
    )
    graded: str = "评定"
    printed: str = "印制"
    logo: bytes = b""  # a picture; drawn where the sticker has room for it

    def characters(self) -> str:
        """Every character that this wording draws."""
        fixed = (self.programme, self.hotline, self.scan, self.graded, self.printed)
        return "".join((*fixed, *self.words.values(), *self.asks.values()))


@dataclass(frozen=True, slots=True)
class SheetGeometry:
    """A sheet of equal stickers, in mm; the default is A4, 24 up (3 x 8), 64 x 34.

    `offset_x` and `offset_y` move everything right and up: the calibration of one printer.
    """

    page_width: float = 210.0
    page_height: float = 297.0
    sticker_width: float = 64.0
    sticker_height: float = 34.0
    columns: int = 3
    rows: int = 8
    gap_x: float = 2.0
    gap_y: float = 2.0
    offset_x: float = 0.0
    offset_y: float = 0.0
    cut_marks: bool = True
    sheet_note: bool = True

    def __post_init__(self) -> None:
        """Raise GeometryError when the grid is empty or larger than the page."""
        if self.columns < 1 or self.rows < 1:
            raise GeometryError("columns and rows must be at least 1")
        if self.margin_x < 0 or self.margin_y < 0:
            raise GeometryError("the grid of stickers is larger than the page")

    @property
    def per_page(self) -> int:
        """Stickers on a full sheet."""
        return self.columns * self.rows

    @property
    def margin_x(self) -> float:
        """Left and right margin of the centred grid, mm."""
        grid = self.columns * self.sticker_width + (self.columns - 1) * self.gap_x
        return (self.page_width - grid) / 2

    @property
    def margin_y(self) -> float:
        """Top and bottom margin of the centred grid, mm."""
        grid = self.rows * self.sticker_height + (self.rows - 1) * self.gap_y
        return (self.page_height - grid) / 2

    def origins(self) -> list[tuple[float, float]]:
        """Lower left corners, mm from the lower left of the page; row by row from the top."""
        step_x, step_y = (
            self.sticker_width + self.gap_x,
            self.sticker_height + self.gap_y,
        )
        top = self.page_height - self.margin_y - self.sticker_height + self.offset_y
        left = self.margin_x + self.offset_x
        return [
            (left + column * step_x, top - row * step_y)
            for row in range(self.rows)
            for column in range(self.columns)
        ]


# The three sizes of the sticker: a sheet of 24, a sheet of 8, one on a page of A6.
STICKER_SHEETS: Final[dict[str, SheetGeometry]] = {
    "64x34": SheetGeometry(),
    "99x67": SheetGeometry(sticker_width=99, sticker_height=67, columns=2, rows=4),
    "a6": SheetGeometry(
        page_width=148, page_height=105, sticker_width=148, sticker_height=105, columns=1, rows=1,
        cut_marks=False, sheet_note=False,
    ),
}  # fmt: skip


class Placement(NamedTuple):
    """Where a sticker was drawn: page and position both count from 1."""

    serial: str
    page: int
    position: int


class Refusal(NamedTuple):
    """A sticker that was not drawn; `reason` is "<code>: <detail>" with the codes listed in `sheets`."""

    serial: str
    reason: str

    @property
    def code(self) -> str:
        """The part a program may branch on, for example `missing_glyph`."""
        return self.reason.partition(": ")[0]

    @property
    def detail(self) -> str:
        """The part for people, for example the character."""
        return self.reason.partition(": ")[2]


@dataclass(frozen=True, slots=True)
class RenderedSheets:
    """A finished PDF and the account of every sticker that was asked for."""

    pdf: bytes
    pages: int
    positions: list[Placement]
    refused: list[Refusal]
