"""From frozen items to PDF bytes: reads what a sign says today and hands it to the engine."""

from datetime import date
from typing import cast

from django.db import connection

from signage.engine.model import Grade, Sticker
from signage.engine.sheets import render_stickers
from signage.models import PrintFile, PrintRun, Product
from signage.services import boards, wording
from signage.services.boards.press import url_of_item
from signage.services.pieces import Rendered, RenderedSign, Target, fonts, url_of
from signage.sizes import sheet_of


def render(run: PrintRun, first: int, last: int, *, on: date) -> Rendered:
    """Items first..last of a run as one PDF."""
    if run.product == Product.STICKER:
        return _stickers(run, first, last, on)
    return boards.render(run, first, last, on=on)


def _stickers(run: PrintRun, first: int, last: int, on: date) -> Rendered:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.serial, t.token, i.grade, c.name, u.address, u.code, i.unit_id,
                   to_char(s.graded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')
            FROM signage_printitem i
            JOIN rentals_unit u ON u.id = i.unit_id
            JOIN rentals_building b ON b.id = u.building_id
            JOIN communities_community c ON c.id = b.community_id
            JOIN signage_publictoken t ON t.unit_id = u.id
            JOIN grading_standing s ON s.unit_id = u.id
            WHERE i.run_id = %s AND i.ordinal BETWEEN %s AND %s AND i.refused = '' ORDER BY i.ordinal
            """,
            [run.pk, first, last],
        )
        rows = cursor.fetchall()
    printed = on.isoformat()
    version = run.sign_settings or wording.in_force()
    sheets = render_stickers(
        [
            Sticker(
                serial,
                url_of(token, serial),
                cast(Grade, grade),
                f"{community}社区",
                address,
                code,
                graded,
                printed,
            )
            for serial, token, grade, community, address, code, _unit, graded in rows
        ],
        sheet_of(run.size or wording.size_of(version, run.product), run.printer),
        wording.sticker_texts(version),
        fonts(),
        start_at=run.start_at if first == 1 else 1,
    )
    of_serial = {row[0]: row for row in rows}
    return Rendered(
        pdf=sheets.pdf,
        pages=sheets.pages,
        title=f"{rows[0][3]} {first}–{last}",
        signs=[
            RenderedSign(p.serial, Target(of_serial[p.serial][6]), of_serial[p.serial][2], p.page, p.position)
            for p in sheets.positions
        ],
        refused=[(r.serial, r.reason) for r in sheets.refused],
    )


def urls_on_first_page(run: PrintRun, file: PrintFile) -> set[str]:
    """What the codes of a file's first page must say."""
    first = run.signs.filter(page=1, serial__in=_serials_of_part(run, file)).values("serial")
    items = run.items.filter(serial__in=first).select_related("unit__public_token")
    return {url_of_item(item) for item in items}


def _serials_of_part(run: PrintRun, file: PrintFile) -> list[str]:
    chunk = run.job.chunks.get(seq=file.seq).payload if run.job else {"first": 1, "last": 0}
    part = run.items.filter(ordinal__gte=chunk["first"], ordinal__lte=chunk["last"])
    return list(part.values_list("serial", flat=True))
