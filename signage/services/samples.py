"""What a version of the settings would look like on every product, with made-up homes; and what does not fit."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid
from signage.engine import boards as board
from signage.engine import notices
from signage.engine.calibration import Calibration, render_calibration
from signage.engine.model import GRADES, Sticker
from signage.engine.preview import png_of_page
from signage.engine.qrtable import TOKEN_LENGTH
from signage.engine.sheets import render_stickers
from signage.engine.typesetting import BoardError, Imprint, on_paper
from signage.models import Printer, Product, SignSettings
from signage.services import wording
from signage.services.boards.press import board_url
from signage.services.pieces import fonts, url_of
from signage.sizes import SIZES, sheet_of

_DAY, _SERIAL, _VILLAGE, _COMMUNITY = date(2026, 5, 12), "FC0000001", "示例新村", "示例社区"
_DAY_WORDS = "2026年5月12日"
_CODE = "4403060140010100001000001"
_ADDRESS = "深圳市龙华区福城街道示例新村12号301房"
_DRAWN_FROM = re.compile(r'does-not-fit: ([^"\n]*)')


@dataclass(frozen=True, slots=True)
class Misfit:
    """A product on which the texts do not fit or cannot be drawn, and which text it is."""

    product: str
    what: str


def pdf(product: str, version: SignSettings) -> bytes:
    """One sheet or board; raise BoardError or ValueError that names the text that does not fit."""
    size = wording.size_of(version, product)
    if product == Product.STICKER:
        return _stickers(version, size)
    return on_paper(_DRAW[product](version, wording.imprint(version)), size)


def picture(product: str, version: SignSettings) -> bytes:
    """PNG of its first page; raise as `pdf`."""
    return png_of_page(pdf(product, version), 1, 700)


def misfits(version: SignSettings) -> list[Misfit]:
    """The products that could not be printed with this version."""
    found = []
    for product in SIZES:
        try:
            pdf(product, version)
        except (BoardError, ValueError) as error:
            found.append(Misfit(product, what_is_wrong(error)))
    return found


def refuse_misfits(version: SignSettings) -> None:
    """Raise Invalid that names each product and the words that do not fit on it."""
    found = misfits(version)
    if found:
        words = "; ".join(f"{Product(m.product).label}: {m.what}" for m in found)
        raise Invalid(_("This cannot be printed. %(what)s") % {"what": words})


def what_is_wrong(error: Exception) -> str:
    """The refusal of the engine, for people: the words that do not fit, or the character that is missing."""
    said = str(error)
    if "missing_glyph: " in said:
        return _("The font lacks this character: %(what)s") % {"what": said.partition("missing_glyph: ")[2]}
    found = _DRAWN_FROM.search(said)
    return _("Too long: %(what)s") % {"what": found.group(1) if found else said}


def calibration(printer: Printer, size: str, *, on: date) -> bytes:
    """The sheet by which a printer is set: a ruler of 100 mm, the frames of the stickers, what to do."""
    sheet = sheet_of(size, printer)
    return render_calibration(
        Calibration(
            url=settings.PUBLIC_BASE_URL + "/",
            printer=printer.name,
            sheet=sheet,
            origins=tuple(sheet.origins()),
            printed_on=on.isoformat(),
        ),
        fonts(),
    )


def _stickers(version: SignSettings, size: str) -> bytes:
    sheet = sheet_of(size)
    texts = wording.sticker_texts(version)
    url = url_of("0" * TOKEN_LENGTH, _SERIAL)
    stickers = [
        Sticker(
            f"FC{n:07d}", url, GRADES[n % 3], _COMMUNITY, _ADDRESS, _CODE, _DAY.isoformat(), _DAY.isoformat()
        )
        for n in range(min(sheet.per_page, 24))
    ]
    return render_stickers(stickers, sheet, texts, fonts()).pdf


def _no_rental(version: SignSettings, imprint: Imprint) -> bytes:
    notice = notices.NoRentalNotice(
        serial=_SERIAL,
        number="福城租禁〔2026〕1号",
        url=url_of("0" * TOKEN_LENGTH, _SERIAL),
        community=_COMMUNITY,
        address=_ADDRESS,
        unit_code=_CODE,
        reasons=("疏散通道被堵塞，安全出口上锁。", "电动自行车在室内停放、充电。"),
        decided_on=_DAY_WORDS,
        deadline_on="2026年6月12日前",
        printed_on=_DAY.isoformat(),
        meaning=wording.listed(version, "meaning"),
        lifting=wording.listed(version, "lifting"),
        objecting=wording.listed(version, "objecting"),
        imprint=imprint,
    )
    return notices.render_no_rental_notice(notice, fonts())


def _hazard_notice(version: SignSettings, imprint: Imprint) -> bytes:
    hazards = (
        notices.ListedHazard("疏散楼梯间被杂物堵塞，安全出口上锁。", "2026年5月26日", "消防"),
        notices.ListedHazard("楼道内电动自行车停放充电。", "2026年6月12日"),
    )
    notice = notices.HazardNotice(
        serial=_SERIAL,
        number="福城隐挂〔2026〕1号",
        url=board_url(),
        community=_COMMUNITY,
        building=f"{_VILLAGE}12号",
        address="",
        building_code=_CODE[:19],
        hazards=hazards,
        listed_on=_DAY_WORDS,
        deadline_on="2026年6月12日前",
        printed_on=_DAY.isoformat(),
        duties=wording.listed(version, "duties"),
        imprint=imprint,
    )
    return notices.render_hazard_notice(notice, fonts())


def _star_plaque(_version: SignSettings, imprint: Imprint) -> bytes:
    plaque = notices.StarPlaque(
        serial=_SERIAL,
        url=board_url(),
        community=_COMMUNITY,
        building=f"{_VILLAGE}12号",
        stars=3,
        awarded_on=_DAY_WORDS,
        valid_until="2027年5月11日",
        printed_on=_DAY.isoformat(),
        imprint=imprint,
    )
    return notices.render_star_plaque(plaque, fonts())


def _building_board(_version: SignSettings, imprint: Imprint) -> bytes:
    rooms = tuple(
        board.Room(f"{floor}0{door}", "red" if floor == door == 2 else "yellow" if door == 4 else "green")
        for floor in range(1, 8)
        for door in range(1, 6)
    )
    made = board.BuildingBoard(
        serial=_SERIAL,
        building=f"{_VILLAGE}12号",
        address="",
        community=_COMMUNITY,
        building_code=_CODE[:19],
        url=board_url(),
        rooms=rooms,
        as_of=_DAY.isoformat(),
        last_visit_on=_DAY.isoformat(),
        stars=3,
        imprint=imprint,
    )
    return board.render_building_board(made, fonts())


def _estate_board(_version: SignSettings, imprint: Imprint) -> bytes:
    made = board.EstateBoard(
        _SERIAL, _VILLAGE, _COMMUNITY, board_url(), _buildings(18), _DAY.isoformat(), imprint
    )
    return board.render_estate_board(made, fonts())


def _village_board(_version: SignSettings, imprint: Imprint) -> bytes:
    made = board.VillageBoard(
        _SERIAL, _VILLAGE, _COMMUNITY, board_url(), _buildings(120), _DAY.isoformat(), imprint
    )
    return board.render_village_board(made, fonts())


def _buildings(count: int) -> tuple[board.BoardBuilding, ...]:
    return tuple(
        board.BoardBuilding(f"{n}号", 8 + n % 9, n % 4, int(n % 13 == 0), 0, _DAY.isoformat())
        for n in range(1, count + 1)
    )


_DRAW: dict[str, Callable[[SignSettings, Imprint], bytes]] = {
    Product.NO_RENTAL: _no_rental,
    Product.BUILDING_BOARD: _building_board,
    Product.HAZARD_NOTICE: _hazard_notice,
    Product.STAR_PLAQUE: _star_plaque,
    Product.ESTATE_BOARD: _estate_board,
    Product.VILLAGE_BOARD: _village_board,
}
