"""Notices of one thing: the no-rental notice (A3), the hazard notice (A3), the star plaque (A4)."""

from dataclasses import dataclass, field

from signage.engine.fonts import FontPaths
from signage.engine.typesetting import Imprint, star_words, typeset


@dataclass(frozen=True, slots=True)
class NoRentalNotice:
    """What hangs at a home that may not be let. Dates are drawn as given."""

    serial: str
    number: str
    url: str
    community: str
    address: str
    unit_code: str
    reasons: tuple[str, ...]
    decided_on: str
    deadline_on: str
    printed_on: str
    meaning: tuple[str, ...] = (
        "自评定之日起，本房屋禁止出租；已出租的，应妥善安排租户搬离并停止使用。",
        "请勿签订租赁合同、支付租金或者押金。",
        "告示牌解除前，请勿遮挡、涂改、撕毁。",
    )
    lifting: tuple[str, ...] = (
        "按期完成上述问题的整改。",
        "扫码或到社区工作站提交整改完成申请，等候复查。",
        "复查合格并经街道评定小组批准后，等级调整，本牌由工作人员摘除。",
    )
    objecting: tuple[str, ...] = (
        "对评定有异议的，可以自评定之日起扫码或到社区工作站提出，说明理由并附材料。",
        "异议处理期间，禁止级评定继续有效。",
    )
    imprint: Imprint = field(default_factory=Imprint)


@dataclass(frozen=True, slots=True)
class ListedHazard:
    """One hazard of the common parts: what is wrong, by when it must be mended, which department follows it."""

    fault: str
    due_on: str
    department: str = ""


@dataclass(frozen=True, slots=True)
class HazardNotice:
    """What hangs at a building that is listed for its hazards (挂牌公示).

    `photo` is a JPEG that a person has marked as showing nobody, or empty.
    """

    serial: str
    number: str
    url: str
    community: str
    building: str
    address: str
    building_code: str
    hazards: tuple[ListedHazard, ...]
    listed_on: str
    deadline_on: str
    printed_on: str
    photo: bytes = b""
    duties: tuple[str, ...] = (
        "楼栋业主、管理人应按期完成整改；整改完成前采取防范措施，确保人员安全。",
        "请住户保持疏散通道畅通，发现险情立即撤离并拨打 119。",
        "整改合格并经复查确认后，由工作人员摘除本牌；此前请勿遮挡、涂改、撕毁。",
    )
    imprint: Imprint = field(default_factory=Imprint)


@dataclass(frozen=True, slots=True)
class StarPlaque:
    """The stars of a building, one to five."""

    serial: str
    url: str
    community: str
    building: str
    stars: int
    awarded_on: str
    valid_until: str
    printed_on: str
    imprint: Imprint = field(default_factory=Imprint)


def render_no_rental_notice(notice: NoRentalNotice, fonts: FontPaths) -> bytes:
    """One A3 page, upright; raise as `typeset`."""
    return typeset("no_rental.typ", notice, fonts)


def render_hazard_notice(notice: HazardNotice, fonts: FontPaths) -> bytes:
    """One A3 page, upright; raise as `typeset`."""
    return typeset("hazard_notice.typ", notice, fonts, pictures={"photo": notice.photo})


def render_star_plaque(plaque: StarPlaque, fonts: FontPaths) -> bytes:
    """One A4 page, lying; raise as `typeset`."""
    return typeset("star_plaque.typ", plaque, fonts, more={"words": star_words(plaque.stars)})
