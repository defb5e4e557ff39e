"""Boards and notices: reads what they say today and hands it to the engine's templates."""

import io
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

import pikepdf
from django.conf import settings
from django.db.models import Count, Max, Q

from communities.models import Street
from core.dates import day_of
from grading.models import RuleItem, Standing
from rentals.models import Building
from signage.engine import boards as engine
from signage.engine.qrtable import UrlTooLong
from signage.models import PrintItem, PrintRun
from signage.services.pieces import Rendered, RenderedSign, Target, fonts, url_of

Draw = Callable[[], bytes]


def board_url() -> str:
    """Where the code of an estate board leads: the public start page."""
    return f"{settings.PUBLIC_BASE_URL}/"


def no_rental_notices(run: PrintRun, first: int, last: int, *, on: date) -> Rendered:
    """One A3 page for each red home."""
    items = run.items.filter(ordinal__range=(first, last), refused="").select_related(
        "unit__building__community",
        "unit__public_token",
        "unit__standing__assessment__rule_set",
    )
    street = Street.objects.get()
    pages = [(item, partial(_notice, item, street, on)) for item in items.order_by("ordinal")]
    return _bound(pages, title=f"{first}–{last}")


def _notice(item: PrintItem, street: Street, on: date) -> bytes:
    unit = item.unit
    if unit is None:
        raise ValueError("a no-rental notice is of a home")
    standing: Standing = unit.standing
    reasons, deadline = _reasons(standing)
    decided = day_of(standing.graded_at) if standing.graded_at else on
    notice = engine.NoRentalNotice(
        serial=item.serial,
        number=f"{street.name.removesuffix('街道')}租禁〔{on.year}〕{int(item.serial[2:])}号",
        url=url_of(unit.public_token.token, item.serial),
        community=f"{unit.building.community.name}社区",
        address=unit.address,
        unit_code=unit.code,
        reasons=reasons,
        decided_on=decided.isoformat(),
        deadline_on=deadline,
        printed_on=on.isoformat(),
        office=f"{street.name}办事处",
        hotline=street.hotline,
        programme=f"{street.name}出租屋分级管理",
    )
    return engine.render_no_rental_notice(notice, fonts())


def _reasons(standing: Standing) -> tuple[tuple[str, ...], str]:
    """The veto faults in public wording, and the latest day by which they must be mended."""
    assessment = standing.assessment
    if assessment is None:
        return (), ""
    codes = list(dict.fromkeys(line["item"] for line in assessment.lines if line["effect"] == "veto"))
    items = RuleItem.objects.filter(rule_set=assessment.rule_set, code__in=codes)
    hazards = [line["hazard"] for line in assessment.lines if line["effect"] == "veto"]
    due = standing.unit.hazards.filter(pk__in=hazards).aggregate(day=Max("due_on"))["day"]
    return tuple(item.fault_zh for item in items), due.isoformat() if due else ""


def estate_boards(run: PrintRun, first: int, last: int, *, on: date) -> Rendered:
    """One A1 page for each estate: every building with its homes by grade."""
    items = run.items.filter(ordinal__range=(first, last), refused="").select_related("estate__community")
    street = Street.objects.get()
    pages = [(item, partial(_board, item, street, on)) for item in items.order_by("ordinal")]
    return _bound(pages, title=f"{first}–{last}")


def _board(item: PrintItem, street: Street, on: date) -> bytes:
    estate = item.estate
    if estate is None:
        raise ValueError("an entrance board is of an estate")
    standing = "units__standing"
    in_register = Q(units__left_on__isnull=True)
    rows = (
        Building.objects.filter(estate=estate)
        .annotate(
            green=Count("units", filter=in_register & Q(**{f"{standing}__grade": "green"})),
            yellow=Count("units", filter=in_register & Q(**{f"{standing}__grade": "yellow"})),
            red=Count("units", filter=in_register & Q(**{f"{standing}__grade": "red"})),
            ungraded=Count("units", filter=in_register & Q(**{f"{standing}__grade": None})),
            visited=Max(f"{standing}__last_visit_at"),
        )
        .order_by("name", "code")
    )
    board = engine.EstateBoard(
        estate=estate.name,
        community=f"{estate.community.name}社区",
        url=board_url(),
        buildings=tuple(
            engine.BoardBuilding(
                name=row.name.removeprefix(estate.name) or row.name,
                green=row.green,
                yellow=row.yellow,
                red=row.red,
                ungraded=row.ungraded,
                last_visit_on=day_of(row.visited).isoformat() if row.visited else "",
            )
            for row in rows
        ),
        as_of=on.isoformat(),
        office=f"{street.name}办事处",
        hotline=street.hotline,
        programme=f"{street.name}出租屋分级管理",
    )
    return engine.render_estate_board(board, fonts())


def _bound(pages: Iterable[tuple[PrintItem, Draw]], *, title: str) -> Rendered:
    """Draws each page and binds them to one PDF; a page that cannot be drawn is set aside with its reason."""
    signs: list[RenderedSign] = []
    refused: list[tuple[str, str]] = []
    with pikepdf.new() as book:
        for item, draw in pages:
            try:
                page = draw()
            except (engine.BoardError, UrlTooLong) as reason:
                refused.append((item.serial, str(reason)))
                continue
            with pikepdf.open(io.BytesIO(page)) as single:
                book.pages.extend(single.pages)
            signs.append(RenderedSign(item.serial, Target.of(item), item.grade, len(signs) + 1, 1))
        out = io.BytesIO()
        book.save(out, deterministic_id=True)
    return Rendered(out.getvalue(), len(signs), title, signs, refused)
