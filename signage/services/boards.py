"""Boards and notices: reads what they say today and hands it to the engine's templates."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import pikepdf
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, Max, Q, QuerySet

from communities.models import Estate, ResidentsCommittee, Street
from core.dates import day_of
from grading.models import Hazard, Photo, RuleItem, Standing, StarAward
from grading.services import photo_clearances
from rentals.models import Building, Unit
from signage.engine import boards as engine
from signage.engine import notices
from signage.engine.qrtable import UrlTooLong
from signage.engine.typesetting import BoardError, Imprint, on_paper
from signage.models import PrintItem, PrintRun, Product, SignSettings
from signage.services import wording
from signage.services.pieces import Rendered, RenderedSign, Target, fonts, natural, url_of

Says = dict[str, Any]
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Press:
    """What is the same for all boards of a run."""

    version: SignSettings
    imprint: Imprint
    street: str
    on: date

    def number(self, kind: str, serial: str) -> str:
        """The number of a posted notice: 福城租禁〔2026〕12号."""
        return f"{self.street.removesuffix('街道')}{kind}〔{self.on.year}〕{int(serial[2:])}号"


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


# ---- where the codes lead ----------------------------------------------------------------------------------


def building_url(building_id: int | None) -> str:
    """The public page of a building."""
    return f"{settings.PUBLIC_BASE_URL}/find/{building_id}/"


def board_url(estate_id: int | None = None) -> str:
    """Where the code of a board leads: the buildings of its estate, or the search for a safe home."""
    return f"{settings.PUBLIC_BASE_URL}/find/" + (f"?estate={estate_id}" if estate_id else "")


def url_of_item(item: PrintItem) -> str:
    """What the code of a printed board must say."""
    if item.unit_id is not None and item.unit is not None:
        return url_of(item.unit.public_token.token, item.serial)
    return building_url(item.building_id) if item.building_id else board_url(item.estate_id)


# ---- notices of one home or building -----------------------------------------------------------------------


def _no_rental(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    unit = _placed(item.unit)
    standing: Standing = unit.standing
    reasons, deadline = _reasons(standing)
    notice = notices.NoRentalNotice(
        serial=item.serial,
        number=press.number("租禁", item.serial),
        url=url_of_item(item),
        community=f"{unit.building.community.name}社区",
        address=unit.address,
        unit_code=unit.code,
        reasons=reasons,
        decided_on=in_words(day_of(standing.graded_at) if standing.graded_at else press.on),
        deadline_on=f"{in_words(deadline)}前" if deadline else "",
        printed_on=press.on.isoformat(),
        meaning=wording.listed(press.version, "meaning"),
        lifting=wording.listed(press.version, "lifting"),
        objecting=wording.listed(press.version, "objecting"),
        imprint=press.imprint,
    )
    return notices.render_no_rental_notice(notice, fonts()), {}


def _reasons(standing: Standing) -> tuple[tuple[str, ...], date | None]:
    """The veto faults in public wording, and the latest day by which they must be mended."""
    assessment = standing.assessment
    if assessment is None:
        return (), None
    vetoes = [line for line in assessment.lines if line["effect"] == "veto"]
    items = RuleItem.objects.filter(rule_set=assessment.rule_set, code__in={line["item"] for line in vetoes})
    hazards = standing.unit.hazards.filter(pk__in=[line["hazard"] for line in vetoes])
    return tuple(item.fault_zh for item in items), hazards.aggregate(day=Max("due_on"))["day"]


def listed_hazards() -> QuerySet[Hazard]:
    """Hazards of common parts that stand on the building's notice: listed and not mended."""
    return Hazard.objects.filter(listed_at__isnull=False).exclude(state="closed")


def _hazard_notice(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    building = _placed(item.building)
    hazards = list(
        listed_hazards().filter(building=building).select_related("item").order_by("due_on", "item_code")
    )
    if not hazards:
        raise BoardError("not_listed: no listed hazard is open any more")
    picture = _picture(item.photo, hazards)
    due = [hazard.due_on for hazard in hazards if hazard.due_on]
    listed = min(hazard.listed_at for hazard in hazards if hazard.listed_at)
    notice = notices.HazardNotice(
        serial=item.serial,
        number=press.number("隐挂", item.serial),
        url=url_of_item(item),
        community=f"{building.community.name}社区",
        building=building.name or building.code,
        address=_address_of(building),
        building_code=building.code,
        hazards=tuple(
            notices.ListedHazard(h.item.fault_zh, in_words(h.due_on), h.item.department) for h in hazards
        ),
        listed_on=in_words(day_of(listed)),
        deadline_on=f"{in_words(max(due))}前" if due else "",
        printed_on=press.on.isoformat(),
        photo=picture,
        duties=wording.listed(press.version, "duties"),
        imprint=press.imprint,
    )
    shown = {"photo": item.photo_id} if picture else {}
    return notices.render_hazard_notice(notice, fonts()), {"hazards": sorted(h.pk for h in hazards)} | shown


def _picture(photo: Photo | None, hazards: list[Hazard]) -> bytes:
    """The photo that the item was frozen with. Empty when since then its mark was taken back, its hazard was
    mended, or its file is gone.
    """
    is_told = photo is not None and photo.finding is not None and photo.finding.hazard in hazards
    if photo is None or not is_told or not photo_clearances.is_cleared(photo):
        return b""
    try:
        with default_storage.open(photo.file) as stored:
            content: bytes = stored.read()
    except FileNotFoundError:
        return b""
    return content


def _star_plaque(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    building = _placed(item.building)
    award = _award_of(building, press.on)
    if award is None:
        raise BoardError("no_stars: the building has no star in force")
    plaque = notices.StarPlaque(
        serial=item.serial,
        url=url_of_item(item),
        community=f"{building.community.name}社区",
        building=building.name or building.code,
        stars=award.stars,
        awarded_on=in_words(day_of(award.awarded_at)),
        valid_until=in_words(award.valid_until),
        printed_on=press.on.isoformat(),
        imprint=press.imprint,
    )
    says = {"stars": award.stars, "award": award.pk}
    return notices.render_star_plaque(plaque, fonts()), says


def starred_on(day: date) -> QuerySet[Building]:
    """Buildings with stars in force on a day."""
    return Building.objects.filter(pk__in=StarAward.objects.in_force_on(day).values("building"))


def _award_of(building: Building, day: date) -> StarAward | None:
    return StarAward.objects.in_force_on(day).filter(building=building).first()


# ---- boards of many homes ----------------------------------------------------------------------------------


def _building_board(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    building = _placed(item.building)
    homes = Unit.objects.filter(building=building, left_on__isnull=True)
    rows = list(homes.values_list("room", "code", "standing__grade"))
    rooms = sorted(
        (engine.Room(room or code[-6:], grade or "ungraded") for room, code, grade in rows),
        key=lambda room: natural(room.name),
    )
    if not rooms:
        raise BoardError("no_homes: the building has no rental home")
    visited = Standing.objects.filter(unit__in=homes).aggregate(at=Max("last_visit_at"))["at"]
    award = _award_of(building, press.on)
    stars = award.stars if award else 0
    board = engine.BuildingBoard(
        serial=item.serial,
        building=building.name or building.code,
        address=_address_of(building),
        community=f"{building.community.name}社区",
        building_code=building.code,
        url=url_of_item(item),
        rooms=tuple(rooms),
        as_of=press.on.isoformat(),
        last_visit_on=day_of(visited).isoformat() if visited else "",
        stars=stars,
        imprint=press.imprint,
    )
    says = {grade: sum(room.grade == grade for room in rooms) for grade in engine.COUNTED}
    return engine.render_building_board(board, fonts()), says | {"stars": stars}


def _estate_board(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    estate = _placed(item.estate)
    buildings = _counted(Building.objects.filter(estate=estate), estate.name)
    board = engine.EstateBoard(
        serial=item.serial,
        estate=estate.name,
        community=f"{estate.community.name}社区",
        url=url_of_item(item),
        buildings=buildings,
        as_of=press.on.isoformat(),
        imprint=press.imprint,
    )
    return engine.render_estate_board(board, fonts()), engine.totals_of(buildings)


def _village_board(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    place: Estate | ResidentsCommittee = item.estate or _placed(item.committee)
    if isinstance(place, Estate):
        name, community = place.name, f"{place.community.name}社区"
        inside = Building.objects.filter(estate=place)
    else:
        served = list(place.communities.all())
        name, community = f"{place.name}居委会", "、".join(f"{c.name}社区" for c in served)
        inside = Building.objects.filter(community__in=served)
    buildings = _counted(inside, name)
    if not buildings:
        raise BoardError("no_homes: no building with rental homes")
    board = engine.VillageBoard(
        serial=item.serial,
        place=name,
        community=community,
        url=url_of_item(item),
        buildings=buildings,
        as_of=press.on.isoformat(),
        imprint=press.imprint,
    )
    return engine.render_village_board(board, fonts()), engine.totals_of(buildings)


def _counted(buildings: "QuerySet[Building]", place: str) -> tuple[engine.BoardBuilding, ...]:
    """Buildings with rental homes, by name as people count: 2号 before 10号."""
    grade, here = "units__standing__grade", Q(units__left_on__isnull=True)
    rows = buildings.annotate(
        homes=Count("units", filter=here),
        green=Count("units", filter=here & Q(**{grade: "green"})),
        yellow=Count("units", filter=here & Q(**{grade: "yellow"})),
        red=Count("units", filter=here & Q(**{grade: "red"})),
        visited=Max("units__standing__last_visit_at", filter=here),
    ).filter(homes__gt=0)
    found = [
        engine.BoardBuilding(
            name=row.name.removeprefix(place) or row.name or row.code,
            green=row.green,
            yellow=row.yellow,
            red=row.red,
            ungraded=row.homes - row.green - row.yellow - row.red,
            last_visit_on=day_of(row.visited).isoformat() if row.visited else "",
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda building: natural(building.name)))


def _address_of(building: Building) -> str:
    """Road and door plate, where the register has them and they say more than the name."""
    address = f"{building.road}{building.doorplate}"
    return "" if address in building.name else address


def in_words(day: date | None) -> str:
    """2026年5月1日, as documents write it; "" for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _placed(place: Place | None) -> Place:
    """The place that the product stands at; `printitem_of_one_place` and the product's list keep it there."""
    if place is None:
        raise ValueError("this product is of another kind of place")
    return place


Draw = Callable[[PrintItem, Press], tuple[bytes, Says]]
_OF_BUILDING = ("building__community",)
DRAWN: dict[str, tuple[tuple[str, ...], Draw]] = {
    Product.NO_RENTAL: (
        ("unit__building__community", "unit__public_token", "unit__standing__assessment__rule_set"),
        _no_rental,
    ),
    Product.BUILDING_BOARD: (_OF_BUILDING, _building_board),
    Product.HAZARD_NOTICE: ((*_OF_BUILDING, "photo__finding__hazard"), _hazard_notice),
    Product.STAR_PLAQUE: (_OF_BUILDING, _star_plaque),
    Product.ESTATE_BOARD: (("estate__community",), _estate_board),
    Product.VILLAGE_BOARD: (("estate__community", "committee"), _village_board),
}
