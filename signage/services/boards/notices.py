"""What hangs for one home or building: no-rental notice, hazard notice, star plaque."""

from datetime import date

from django.core.files.storage import default_storage
from django.db.models import Max, QuerySet

from core.dates import chinese_day, day_of
from grading.models import Hazard, Photo, RuleItem, Standing, StarAward
from grading.services import photo_clearances
from rentals.models import Building
from signage.engine import notices
from signage.engine.typesetting import BoardError
from signage.models import PrintItem
from signage.services import wording
from signage.services.boards.press import Press, Says, address_of, award_of, placed, url_of_item
from signage.services.pieces import fonts


def no_rental(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    unit = placed(item.unit)
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
        decided_on=chinese_day(day_of(standing.graded_at) if standing.graded_at else press.on),
        deadline_on=f"{chinese_day(deadline)}前" if deadline else "",
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


def hazard_notice(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    building = placed(item.building)
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
        address=address_of(building),
        building_code=building.code,
        hazards=tuple(
            notices.ListedHazard(
                h.item.fault_zh, chinese_day(h.due_on) if h.due_on else "", h.item.department
            )
            for h in hazards
        ),
        listed_on=chinese_day(day_of(listed)),
        deadline_on=f"{chinese_day(max(due))}前" if due else "",
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


def star_plaque(item: PrintItem, press: Press) -> tuple[bytes, Says]:
    building = placed(item.building)
    award = award_of(building, press.on)
    if award is None:
        raise BoardError("no_stars: the building has no star in force")
    plaque = notices.StarPlaque(
        serial=item.serial,
        url=url_of_item(item),
        community=f"{building.community.name}社区",
        building=building.name or building.code,
        stars=award.stars,
        awarded_on=chinese_day(day_of(award.awarded_at)),
        valid_until=chinese_day(award.valid_until),
        printed_on=press.on.isoformat(),
        imprint=press.imprint,
    )
    says = {"stars": award.stars, "award": award.pk}
    return notices.render_star_plaque(plaque, fonts()), says


def starred_on(day: date) -> QuerySet[Building]:
    """Buildings with stars in force on a day."""
    return Building.objects.filter(pk__in=StarAward.objects.in_force_on(day).values("building"))
