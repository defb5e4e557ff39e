"""What each kind of document says. Chinese only: it is the language in which the office writes.

Every document carries its reasons line by line with the sum that the pages show (grading.services.explaining),
what it is not (a penalty), and how and until when to object. Plain data in, `OfficialDocument` out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from communities.models import Community, Street
from core.dates import chinese_day
from grading.facts import Because, Effect
from grading.models import RuleItem
from grading.services.explaining import ExplainedLine, Explanation
from grading.services.sources import laws_zh
from letters.engine.official import OfficialDocument, Paragraph
from rentals.models import Building, Landlord, Unit

OBJECT_WITHIN = timedelta(days=21)  # and answered within 21
GRADE_WORDS = {"green": "宽管级", "yellow": "严管级", "red": "禁止级"}
ORDINALS = "一二三四五六七八九"
MARKS = {
    "rectify": "租整",
    "no_rental": "租告",
    "delisting": "租摘",
    "objection": "租复",
    "star": "租星",
    "star_end": "租撤",
}

# What a document is objected to, and what holds until the objection is answered.
OF_GRADE = ("所列事实、检查项或者评定", "原评定")
OF_STARS = ("所列事实或者条件", "本决定")
OF_ANSWER = ("所列事实或者理由", "原评定")


def building_words(building: Building) -> str:
    """With its estate: `1栋` alone is the name of many."""
    estate = building.estate.name if building.estate else ""
    return f"{estate}{str(building).removeprefix(estate)}"


@dataclass(frozen=True)
class Place:
    """Where a document goes and who speaks: read once, whatever the kind."""

    street: Street
    community: Community
    building: Building
    unit: Unit | None
    landlord: Landlord | None

    @classmethod
    def of_unit(cls, unit: Unit) -> "Place":
        """Load `building__community__street` and `landlord` with the home."""
        community = unit.building.community
        return cls(community.street, community, unit.building, unit, unit.landlord)

    @property
    def office(self) -> str:
        return f"{self.street.city}{self.street.district}{self.street.name}办事处"

    @property
    def short_name(self) -> str:
        return self.street.name.removesuffix("街道")

    @property
    def addressee(self) -> str:
        if self.landlord is not None:
            return self.landlord.name
        return "业主（管理人）" if self.unit else f"{self.building_words}各业主、管理人"

    @property
    def building_words(self) -> str:
        return building_words(self.building)

    @property
    def words(self) -> str:
        """The address with its code, in a sentence."""
        if self.unit is not None:
            return f"{self.unit.address}（房屋编码{self.unit.code}）"
        return f"{self.community.name}社区{self.building_words}公共部位（楼栋编码{self.building.code}）"


@dataclass(frozen=True)
class Fault:
    """One line of the reasons: what was found where, when, under which item and law, what follows, until when."""

    item: RuleItem | None
    item_code: str
    in_common_parts: bool
    since: date
    consequence: str
    due_on: date | None
    note: str = ""

    @property
    def text(self) -> str:
        where = "，公共部位" if self.in_common_parts else ""
        words = self.item.fault_zh if self.item else "检查项"
        said = f"{words}（检查项{self.item_code}{where}，{chinese_day(self.since)}发现）"
        if self.note:
            said += f"，现场记录：{self.note}"
        parts = [said, *filter(None, [self.consequence, self._deadline])]
        return "；".join(parts) + f"。依据：{_sources(self.item)}。"

    @property
    def _deadline(self) -> str:
        if self.due_on is None:
            return ""
        first = {
            RuleItem.Deadline.AT_ONCE: "应当立即整改，至迟",
            RuleItem.Deadline.STOP: "应当立即停止出租，",
        }
        lead = first.get(RuleItem.Deadline(self.item.deadline), "") if self.item else ""
        return f"{lead}请于{chinese_day(self.due_on)}前整改完毕"


@dataclass(frozen=True)
class ObjectionAnswer:
    """Plain data of an answered objection; whoever keeps objections hands it over."""

    reference: str
    received_on: date
    objection: str
    is_upheld: bool
    reasons: Sequence[str]
    outcome: str


def faults_of(explanation: Explanation, notes: Mapping[int, str]) -> list[Fault]:
    """The lines of the sum, in its order."""
    return [
        Fault(
            item=line.item,
            item_code=line.item_code,
            in_common_parts=line.in_common_parts,
            since=line.since,
            consequence=consequence_of_line(line),
            due_on=None if line.closed_on else line.due_on,
            note=notes.get(line.hazard_id or 0, ""),
        )
        for line in explanation.lines
    ]


def consequence_of_line(line: ExplainedLine) -> str:
    """What a line of the sum does, as the pages say it (ExplainedLine.does, ends)."""
    words = consequence_of(line.effect, line.points)
    if line.because is Because.RELAPSE:
        words = "同一问题反复出现，升级为一票否决"
    if line.because is Because.REFUSAL:
        words = "逾期拒不整改，升级为一票否决"
    if line.because is Because.SET_ASIDE:
        return "经异议复核不予认定，不扣分"
    if line.happened_on and line.until:
        words += f"，观察至{chinese_day(line.until)}"
    elif line.closed_on and line.until:
        words += f"，已于{chinese_day(line.closed_on)}整改，自{chinese_day(line.until)}起不再计入"
    return words


def consequence_of(effect: Effect, points: int) -> str:
    if effect is Effect.VETO:
        return "一票否决，消除前评定为禁止级"
    if effect is Effect.CAP:
        return "限级，消除前最高评定为严管级"
    return f"扣{points}分" if points else "同一检查项只扣一次分"


def _sources(item: RuleItem | None) -> str:
    return "、".join(laws_zh(item.sources if item else ()))


def sum_of(explanation: Explanation) -> str:
    """`100－H 5－F 25（共扣28分，按上限25分计）＝70分`."""
    parts = [
        f"－{d.dimension}类{d.counted}分" + (f"（共{d.lost}分，按上限计）" if d.lost > d.counted else "")
        for d in explanation.dimensions
        if d.lost
    ]
    if not parts:
        return f"综合得分：{explanation.score}分，没有扣分项。"
    return f"综合得分：{explanation.full}分{''.join(parts)}＝{explanation.score}分。"


def rectification(
    place: Place, faults: Sequence[Fault], explanation: Explanation | None, *, found_on: date, on: date
) -> OfficialDocument:
    """限期整改通知书: hazards with their deadlines, and what they do to the grade."""
    effect = "上述问题消除前，按照《出租屋分级标准》计入本房屋的等级评定。"
    if explanation is not None:
        effect += f"{sum_of(explanation)}按现有记录测算为{GRADE_WORDS[explanation.grade]}，等级以审批生效的评定为准。"
    sections = [
        ("发现的问题和整改期限", [fault.text for fault in faults]),
        (
            "整改和复核",
            [
                (
                    "整改完成后，可以登录业主网页上传整改材料，也可以送交社区工作站，由工作人员核实；"
                    "一票否决的问题须现场复查。"
                ),
                "逾期未整改的，将加密巡查、调整等级，并依法移送有关部门处理。",
            ],
        ),
        ("对等级的影响", [effect]),
    ]
    intro = f"{chinese_day(found_on)}，我办工作人员对{place.words}进行检查，发现存在下列问题，请按期整改。"
    return _document(place, "出租屋限期整改通知书", intro, sections, on=on, what="通知书")


def no_rental(
    place: Place,
    faults: Sequence[Fault],
    explanation: Explanation,
    *,
    reason: str,
    in_force: date,
    is_urgent: bool,
) -> OfficialDocument:
    """禁止出租告知书: the letter that goes with the notice on the wall."""
    sections = [
        (
            "评定理由",
            [*(fault.text for fault in faults), f"{sum_of(explanation)}评定小组意见：{_sentence(reason)}"],
        ),
        (
            "评定后的要求",
            [
                "自评定之日起不得出租；已经出租的，应当妥善安排租户搬离并停止使用，依法处理租金和押金。",
                "禁止出租告示牌悬挂期间，请勿遮挡、涂改或者自行摘除。",
            ],
        ),
        (
            "解除办法",
            [
                "按期消除上述问题后，登录业主网页或者到社区工作站申请摘牌，工作人员在三个工作日内现场复查。",
                "复查合格并经社区复核、街道评定小组批准后，调整等级并摘除告示牌。",
            ],
        ),
    ]
    panel = f"{place.street.name}出租屋分类分级评定小组"
    ways = f"因情况紧急，经{panel}决定，" if is_urgent else f"经现场检查、社区复核和{panel}评定，"
    intro = f"{ways}{place.words}自{chinese_day(in_force)}起评定为禁止级，禁止出租。现将有关事项告知如下。"
    if is_urgent:
        intro += "本决定由评定小组另一成员在三个工作日内复核确认或者撤销。"
    return _document(place, "出租屋禁止出租告知书", intro, sections, on=in_force, what="告知书")


def delisting(
    place: Place,
    faults: Sequence[Fault],
    explanation: Explanation,
    *,
    to_grade: str,
    reason: str,
    on: date,
    is_second_look: bool,
) -> OfficialDocument:
    """摘牌决定书: the home leaves the red list; the notice comes off the wall."""
    left = [fault.text for fault in faults] or ["复查未发现尚未消除的问题。"]
    sections = [
        ("决定理由", [f"评定小组意见：{_sentence(reason)}", *left, sum_of(explanation)]),
        (
            "决定事项",
            [
                f"自{chinese_day(on)}起，该出租屋由禁止级调整为{GRADE_WORDS[to_grade]}，可以出租。",
                "禁止出租告示牌由工作人员摘除，请勿自行处理；门口标贴按新的等级更换。",
                "仍有问题尚未消除的，请按上列期限继续整改；同一问题再次出现的，将重新评定。",
            ],
        ),
    ]
    intro = (
        f"经现场复查、社区复核和{place.street.name}出租屋分类分级评定小组批准，对{place.words}作出如下决定。"
    )
    return _document(place, "出租屋摘牌决定书", intro, sections, on=on, what="决定书")


def objection_answer(place: Place, answer: ObjectionAnswer, *, on: date) -> OfficialDocument:
    """异议答复书, by somebody who took no part in the inspection or the decision."""
    word = "异议成立" if answer.is_upheld else "异议不成立"
    sections = [
        ("你提出的异议", [_sentence(answer.objection)]),
        ("核查情况和理由", [_sentence(reason) for reason in answer.reasons]),
        ("答复意见", [f"{word}。{_sentence(answer.outcome)}"]),
    ]
    intro = (
        f"你于{chinese_day(answer.received_on)}就{place.words}的评定提出的异议（编号{answer.reference}）收悉。"
        "经未参与该次检查和评定的人员核查，现答复如下。"
    )
    return _document(place, "出租屋评定异议答复书", intro, sections, on=on, what="答复书", about=OF_ANSWER)


def star_award(
    place: Place, stars: int, reasons: Sequence[str], *, valid_until: date, on: date
) -> OfficialDocument:
    """授牌决定书: stars belong to a building. `reasons` are the published conditions and how they are met."""
    sections = [
        ("授牌理由", list(reasons)),
        (
            "决定事项",
            [
                f"授予{place.building_words}{_title_of(stars)}称号并颁发牌匾。",
                f"有效期至{chinese_day(valid_until)}；期满前仍符合条件的，由社区重新提名。",
                "不再符合公布条件，或者发生治安消防事件的，按程序撤销称号并收回牌匾。",
            ],
        ),
    ]
    intro = (
        f"经{place.community.name}社区提名、{place.street.name}出租屋分类分级评定小组评定，"
        f"{place.building_words}（楼栋编码{place.building.code}）符合星级楼栋条件，决定如下。"
    )
    return _document(place, "星级楼栋授牌决定书", intro, sections, on=on, what="决定书", about=OF_STARS)


def star_withdrawal(
    place: Place, stars: int, *, cause: str, reason: str, answer: str, award_number: str, on: date
) -> OfficialDocument:
    """撤销星级决定书: `reason` is the proposal's, `answer` the panel's; the stars were given by `award_number`."""
    sections = [
        (
            "撤销理由",
            [
                f"撤销事由：{_sentence(cause)}",
                f"提请意见：{_sentence(reason)}",
                f"评定小组意见：{_sentence(answer)}",
            ],
        ),
        (
            "决定事项",
            [
                f"自{chinese_day(on)}起，撤销{place.building_words}{_title_of(stars)}称号，{award_number}授牌决定书同时失效。",
                "星级牌匾由工作人员收回，请勿自行摘除或者继续使用。",
                "本决定不改变楼内各出租屋的等级；重新符合公布条件的，由社区重新提名。",
            ],
        ),
    ]
    intro = (
        f"{place.building_words}（楼栋编码{place.building.code}）出现应当撤销星级称号的情形。"
        f"经{place.street.name}出租屋分类分级评定小组评定，决定如下。"
    )
    return _document(place, "星级楼栋撤销称号决定书", intro, sections, on=on, what="决定书", about=OF_STARS)


def _title_of(stars: int) -> str:
    return f"“{ORDINALS[stars - 1]}星级安全文明楼栋”"


def _document(
    place: Place,
    title: str,
    intro: str,
    sections: Iterable[tuple[str, Sequence[str]]],
    *,
    on: date,
    what: str,
    about: tuple[str, str] | None = None,
) -> OfficialDocument:
    rights = _rights(place, on, what, about)
    paragraphs = [Paragraph("text", intro)]
    for ordinal, (heading, lines) in zip(ORDINALS, [*sections, ("说明和异议", rights)], strict=False):
        paragraphs.append(Paragraph("head", f"{ordinal}、{heading}"))
        paragraphs += [
            Paragraph("item", line if len(lines) == 1 else f"{number}．{line}")
            for number, line in enumerate(lines, 1)
        ]
    return OfficialDocument(
        office=place.office,
        title=title,
        addressee=place.addressee,
        paragraphs=tuple(paragraphs),
        dated=on.isoformat(),
        note=f"咨询和异议电话：{place.street.hotline}",
        copies=f"{place.community.name}社区工作站",
    )


def _rights(place: Place, on: date, what: str, about: tuple[str, str] | None) -> list[str]:
    """What every document must say: it is no penalty, and how and until when to object.

    The landlord's page takes one objection to the grade of a home; `about` says what else is objected to, in
    writing, and what holds meanwhile.
    """
    until = chinese_day(on + OBJECT_WITHIN)
    ways = f"到{place.community.name}社区工作站书面提出异议"
    if about is None:
        about, ways = OF_GRADE, f"登录业主网页，或者{ways}"
    said, meanwhile = about
    return [
        (
            f"对本{what}{said}有异议的，可以在{until}前（作出之日起21日内）{ways}，说明理由并附材料；"
            f"我办自收到之日起21日内，由未参与检查和评定的人员答复。异议处理期间，{meanwhile}继续有效。"
        ),
        "出租屋分类分级是街道对出租屋安全状况的管理信息，不是行政处罚，不代替有关部门依法作出的决定。",
    ]


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith(("。", "！", "？", ".", "!", "?")) else f"{text}。"
