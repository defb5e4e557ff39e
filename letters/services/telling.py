"""Who is told what, in the transaction in which it happened. `key` makes the same news one row.

Landlords get a line in the inbox and, where the register knows a phone, a text message in Chinese: 70 characters
where the address allows, no personal data beyond the address. Staff get the line alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from django.db.models import Q

from accounts.models import User
from core.dates import chinese_day, day_of
from grading.models import (
    DelistingRequest,
    GradeChange,
    HandOver,
    Hazard,
    Objection,
    Proof,
    StarAward,
    Visit,
)
from grading.states import OPEN_DELISTING_STATES
from jobs.models import Job
from letters.models import Notice, TextMessage
from letters.services.composing import GRADE_WORDS, OBJECT_WITHIN, building_words
from rentals.models import Building, Landlord, Unit

Topic = Notice.Topic
SIGN = "【福城街道】"
REQUEST_WORDS = {
    "inspected": "已复查，待社区复核",
    "with_panel": "已报评定小组",
    "refused": "未获通过，原因见业主网页",
}


@dataclass(frozen=True)
class News:
    """One line for one person; `sms` is empty for staff."""

    key: str
    topic: Notice.Topic
    unit: Unit | None
    data: dict[str, object]
    landlord: Landlord | None = None
    user: User | None = None
    sms: str = ""


def tell(news: Iterable[News], *, at: datetime) -> int:
    """Writes what is new of it; in the order of the keys, so that two writers cannot block each other."""
    by_key = {line.key: line for line in news}
    told = set(Notice.objects.filter(key__in=by_key).values_list("key", flat=True))
    fresh = [by_key[key] for key in sorted(by_key) if key not in told]
    Notice.objects.bulk_create(
        [
            Notice(
                key=n.key, topic=n.topic, landlord=n.landlord, user=n.user, unit=n.unit, data=n.data, at=at
            )
            for n in fresh
        ],
        ignore_conflicts=True,
    )
    rows = Notice.objects.filter(key__in=[n.key for n in fresh], text_message=None)
    rows = rows.filter(landlord__phone_index__isnull=False)
    TextMessage.objects.bulk_create(
        [TextMessage(notice=row, text=by_key[row.key].sms, not_before=at) for row in rows.order_by("key")],
        ignore_conflicts=True,
    )
    return len(fresh)


def place_of(unit: Unit | None, building: Building) -> str:
    """As short as an address can be said: what stands behind the community, down to the door."""
    if unit is not None:
        return unit.address.rpartition("社区")[2]
    estate = building.estate.name if building.estate else ""
    return f"{estate.removesuffix(str(building))}{str(building).removeprefix(estate)}公共部位"


def owners_of(
    unit_ids: Iterable[int], buildings: Iterable[int]
) -> dict[int | tuple[str, int], list[Landlord]]:
    """Landlords by home, and by building for its common parts, in one query."""
    buildings = set(buildings)
    found: defaultdict[int | tuple[str, int], list[Landlord]] = defaultdict(list)
    wanted = set(unit_ids)
    homes = Unit.objects.filter(Q(pk__in=wanted) | Q(building__in=buildings), landlord__isnull=False)
    for home in homes.in_register().select_related("landlord").order_by("pk"):
        landlord = home.landlord
        if landlord is None:
            continue
        if home.pk in wanted:
            found[home.pk].append(landlord)
        if home.building_id in buildings and landlord not in found["building", home.building_id]:
            found["building", home.building_id].append(landlord)
    return found


def landlords_of(hazard: Hazard, owners: dict[int | tuple[str, int], list[Landlord]]) -> list[Landlord]:
    return owners.get(hazard.unit_id or ("building", hazard.building_id), [])


def of_visit(visit: Visit, opened: Iterable[Hazard], *, at: datetime) -> int:
    """Each landlord once: how many faults with a deadline this visit opened, and the first of the deadlines."""
    opened = [hazard for hazard in opened if hazard.item.effect != "bonus"]
    if not opened:
        return 0
    owners = owners_of(
        [h.unit_id for h in opened if h.unit_id], {h.building_id for h in opened if h.unit_id is None}
    )
    of_landlord: defaultdict[Landlord, list[Hazard]] = defaultdict(list)
    for hazard in opened:
        for landlord in landlords_of(hazard, owners):
            of_landlord[landlord].append(hazard)
    return tell((_hazards_news(visit, who, found) for who, found in of_landlord.items()), at=at)


def _hazards_news(visit: Visit, landlord: Landlord, hazards: Sequence[Hazard]) -> News:
    first = hazards[0]
    due = first.due_on or day_of(visit.submitted_at)
    place = place_of(first.unit, first.building)
    return News(
        key=f"visit:{visit.pk}:{landlord.pk}",
        topic=Topic.HAZARDS,
        landlord=landlord,
        unit=first.unit,
        data={"place": place, "count": len(hazards), "due": due.isoformat()},
        sms=f"{SIGN}{place}检查发现{len(hazards)}处问题，请自{chinese_day(due)}起按期整改，详见业主网页。"
        if len(hazards) > 1
        else f"{SIGN}{place}检查发现：{first.item.fault_zh}，请于{chinese_day(due)}前整改，详见业主网页。",
    )


def of_decisions(change_ids: Sequence[int], *, at: datetime) -> int:
    """Grades now in force to their landlords; what was sent back to whoever had inspected.

    Red is told home by home; a landlord whose homes went green or yellow by one decision is told once.
    """
    changes = GradeChange.objects.filter(pk__in=change_ids)
    approved = changes.filter(state="approved", unit__landlord__isnull=False)
    calm = approved.not_touching_red().order_by("unit__landlord", "pk").values_list("unit__landlord", "pk")
    of_landlord: defaultdict[int, list[int]] = defaultdict(list)
    for landlord_id, pk in calm:
        of_landlord[landlord_id].append(pk)
    alone = [pks[0] for pks in of_landlord.values() if len(pks) == 1]
    several = {landlord: pks for landlord, pks in of_landlord.items() if len(pks) > 1}
    rows = changes.filter(state="returned", inspected_by__isnull=False) | approved.touching_red()
    rows |= approved.filter(pk__in=alone)
    news = [
        _decision_news(change)
        for change in rows.select_related("unit__building", "unit__landlord", "inspected_by").order_by("pk")
    ]
    return tell([*news, *_decisions_news(several)], at=at)


def _decision_news(change: GradeChange) -> News:
    unit = change.unit
    place = place_of(unit, unit.building)
    data: dict[str, object] = {"place": place, "grade": change.to_grade, "reason": change.reason}
    if change.state == "returned":
        data["change"] = change.pk
        return News(f"returned:{change.pk}", Topic.RETURNED, unit, data, user=change.inspected_by)
    until = _object_until(change)
    return News(
        key=f"grade:{change.pk}",
        topic=Topic.GRADE,
        landlord=unit.landlord,
        unit=unit,
        data=data | {"until": until.isoformat()},
        sms=f"{SIGN}{place}评定为{GRADE_WORDS[change.to_grade]}。理由和异议办法（{short(until)}前）见业主网页。",
    )


def _decisions_news(of_landlord: dict[int, list[int]]) -> Iterator[News]:
    """One line a landlord for all the homes that went green or yellow together."""
    landlords = Landlord.objects.in_bulk(of_landlord)
    rows = GradeChange.objects.filter(pk__in=[pk for pks in of_landlord.values() for pk in pks])
    changes = rows.only("to_grade", "reason", "decided_at").in_bulk()
    for landlord_id, pks in of_landlord.items():
        first, grades = changes[pks[0]], Counter(changes[pk].to_grade for pk in pks)
        until = _object_until(first)
        said = "、".join(
            f"{GRADE_WORDS[grade]}{grades[grade]}套" for grade in ("green", "yellow") if grades[grade]
        )
        yield News(
            key=f"grade:{first.pk}",
            topic=Topic.GRADE,
            landlord=landlords[landlord_id],
            unit=None,
            data={
                "count": len(pks),
                "green": grades["green"],
                "yellow": grades["yellow"],
                "reason": first.reason,
                "until": until.isoformat(),
            },
            sms=f"{SIGN}您的{len(pks)}套出租屋已评定：{said}。理由和异议办法（{short(until)}前）见业主网页。",
        )


def _object_until(change: GradeChange) -> date:
    return day_of(cast(datetime, change.decided_at)) + OBJECT_WITHIN


def short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def of_proof(proof: Proof, *, at: datetime) -> int:
    """The answer to whoever sent the proof."""
    hazard = proof.hazard
    homes = Unit.objects.filter(building=hazard.building_id, landlord__phone_index=proof.sent_by.phone_index)
    home = (homes.filter(pk=hazard.unit_id) if hazard.unit_id else homes).select_related("landlord").first()
    if home is None or home.landlord is None:
        return 0
    is_good = proof.state == Proof.State.ACCEPTED
    place = place_of(hazard.unit, hazard.building)
    said = "已核实通过" if is_good else "未通过，请按理由重新提交"
    news = News(
        key=f"proof:{proof.pk}:{proof.state}",
        topic=Topic.PROOF_ACCEPTED if is_good else Topic.PROOF_REFUSED,
        landlord=home.landlord,
        unit=home,
        data={
            "place": place,
            "fault": hazard.item.fault_zh,
            "fault_en": hazard.item.fault_en,
            "reason": proof.reason,
        },
        sms=f"{SIGN}{place}“{hazard.item.fault_zh}”的整改材料{said}，详见业主网页。",
    )
    return tell([news], at=at)


def of_requests(unit_ids: Iterable[int], *, at: datetime) -> int:
    """Delisting requests of these homes that moved on. A granted one is told with its grade."""
    rows = DelistingRequest.objects.filter(unit__in=unit_ids, state__in=REQUEST_WORDS)
    rows = rows.filter(state__in=OPEN_DELISTING_STATES) | rows.filter(ended_at=at)
    found = rows.prefetch_related("unit__building", "unit__landlord")
    return tell((_request_news(row) for row in found if row.unit.landlord), at=at)


def _request_news(row: DelistingRequest) -> News:
    place = place_of(row.unit, row.unit.building)
    return News(
        key=f"request:{row.pk}:{row.state}",
        topic=Topic.REQUEST,
        landlord=row.unit.landlord,
        unit=row.unit,
        data={"place": place, "state": row.state, "reason": row.answer},
        sms=f"{SIGN}{place}摘牌申请{REQUEST_WORDS[row.state]}。",
    )


def of_stars(award: StarAward, *, reason: str, at: datetime) -> int:
    """Stars given or gone, to everybody who owns a home there."""
    place = building_words(award.building)
    number = "一二三四五"[award.stars - 1]
    if award.ended_at is None:
        topic, said = Topic.STARS, f"被评为{number}星级楼栋，有效期至{chinese_day(award.valid_until)}"
    elif award.ending == StarAward.End.WITHDRAWN:
        topic, said = Topic.STARS_END, f"的{number}星级楼栋称号已撤销，原因见业主网页"
    else:
        topic, said = Topic.STARS_END, f"的{number}星级楼栋称号已到期"
    data = {"place": place, "stars": award.stars, "until": award.valid_until.isoformat(), "reason": reason}
    owners = owners_of((), {award.building_id})["building", award.building_id]
    news = [
        News(f"{topic}:{award.pk}:{who.pk}", topic, None, data, landlord=who, sms=f"{SIGN}{place}{said}。")
        for who in owners
    ]
    return tell(news, at=at)


def of_objection_given(objection: Objection, *, at: datetime) -> int:
    """To the person who is to answer it."""
    unit, who = objection.unit, objection.assigned_to
    data = {
        "place": place_of(unit, unit.building),
        "objection": objection.pk,
        "until": f"{objection.answer_by}",
    }
    key = f"objection:{objection.pk}:{at.isoformat()}"
    return tell([News(key, Topic.OBJECTION, unit, data, user=who)], at=at)


def of_answer(given: HandOver, *, at: datetime) -> int:
    """What a department said, to whoever handed the hazard over."""
    hazard = given.hazard
    data: dict[str, object] = {
        "place": place_of(hazard.unit, hazard.building),
        "fault": hazard.item.fault_zh,
        "fault_en": hazard.item.fault_en,
        "department": given.department,
        "reason": given.answer,
    }
    return tell([News(f"answer:{given.pk}", Topic.ANSWER, hazard.unit, data, user=given.handed_by)], at=at)


def of_jobs(*, at: datetime) -> int:
    """Jobs that have ended since yesterday, to the person who asked; found by their rows, so none is missed."""
    jobs = Job.objects.filter(finished_at__gt=at - timedelta(days=1), requested_by__kind=User.Kind.STAFF)
    return tell(
        (
            News(
                f"job:{job.pk}",
                Topic.JOB,
                None,
                {"job": job.pk, "kind": job.kind, "state": job.state},
                user=job.requested_by,
            )
            for job in jobs.select_related("requested_by")
        ),
        at=at,
    )
