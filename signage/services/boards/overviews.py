"""Boards of many homes: of a building its rooms, of an estate or a committee its buildings."""

from django.db.models import Count, Max, Q, QuerySet

from communities.models import Estate, ResidentsCommittee
from core.dates import day_of
from grading.models import Standing
from rentals.models import Building, Unit
from signage.engine import boards as engine
from signage.engine.typesetting import BoardError
from signage.models import PrintItem
from signage.services.boards.press import Press, Says, address_of, award_of, placed, url_of_item
from signage.services.pieces import fonts, natural


def building_board(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    building = placed(item.building)
    homes = Unit.objects.filter(building=building, left_on__isnull=True)
    rows = list(homes.values_list("room", "code", "standing__grade"))
    rooms = sorted(
        (engine.Room(room or code[-6:], grade or "ungraded") for room, code, grade in rows),
        key=lambda room: natural(room.name),
    )
    if not rooms:
        raise BoardError("no_homes: the building has no rental home")
    visited = Standing.objects.filter(unit__in=homes).aggregate(at=Max("last_visit_at"))["at"]
    award = award_of(building, press.on)
    stars = award.stars if award else 0
    board = engine.BuildingBoard(
        serial=item.serial,
        building=building.name or building.code,
        address=address_of(building),
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


def estate_board(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    estate = placed(item.estate)
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


def village_board(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    place: Estate | ResidentsCommittee = item.estate or placed(item.committee)
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
