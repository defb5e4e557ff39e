"""Boards and notices: reads what they say today and hands it to the engine's templates."""

import io
from collections.abc import Callable
from datetime import date

import pikepdf

from communities.models import Street
from signage.engine.qrtable import UrlTooLong
from signage.engine.typesetting import BoardError, on_paper
from signage.models import PrintItem, PrintRun, Product
from signage.services import wording
from signage.services.boards import notices, overviews
from signage.services.boards.press import Press, Says
from signage.services.pieces import Rendered, RenderedSign, Target

Draw = Callable[[PrintItem, Press], tuple[bytes, Says]]
_OF_BUILDING = ("building__community",)
DRAWN: dict[str, tuple[tuple[str, ...], Draw]] = {
    Product.NO_RENTAL: (
        ("unit__building__community", "unit__public_token", "unit__standing__assessment__rule_set"),
        notices.no_rental,
    ),
    Product.BUILDING_BOARD: (_OF_BUILDING, overviews.building_board),
    Product.HAZARD_NOTICE: ((*_OF_BUILDING, "photo__finding__hazard"), notices.hazard_notice),
    Product.STAR_PLAQUE: (_OF_BUILDING, notices.star_plaque),
    Product.ESTATE_BOARD: (("estate__community",), overviews.estate_board),
    Product.VILLAGE_BOARD: (("estate__community", "committee"), overviews.village_board),
}


def render(run: PrintRun, first: int, last: int, *, on: date) -> Rendered:
    """Items first..last of a run of boards, each on pages of its own; one that cannot be drawn is set aside."""
    version = run.sign_settings or wording.in_force()
    street = Street.objects.first()
    press = Press(version, wording.imprint(version), street.name if street else "", on)
    items = run.items.filter(ordinal__range=(first, last), refused="").order_by("ordinal")
    related, draw = DRAWN[run.product]
    paper = run.size or wording.size_of(version, run.product)
    signs: list[RenderedSign] = []
    refused: list[tuple[str, str]] = []
    with pikepdf.new() as book:
        for item in items.select_related(*related):
            try:
                page, says = draw(item, press)
            except (BoardError, UrlTooLong) as reason:
                refused.append((item.serial, str(reason)))
                continue
            start = len(book.pages) + 1
            with pikepdf.open(io.BytesIO(on_paper(page, paper))) as single:
                book.pages.extend(single.pages)
            signs.append(RenderedSign(item.serial, Target.of(item), item.grade, start, 1, says))
        out = io.BytesIO()
        book.save(out, deterministic_id=True)
        return Rendered(out.getvalue(), len(book.pages), f"{first}–{last}", signs, refused)
