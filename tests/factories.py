"""Rows for tests: one call, sensible values, traits for states. Places and people that cannot exist."""

import io
import itertools
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pgtrigger
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from accounts.roles import Role
from accounts.services.people import system_user
from accounts.services.phone_signin import phone_key
from communities.models import Community, Estate, Grid, Post, Street
from fucheng.flows import visit
from grading.models import (
    Assessment,
    DelistingRequest,
    GradeChange,
    GradePeriod,
    Hazard,
    HazardReport,
    Photo,
    Proof,
    RuleItem,
    RuleSet,
    Simulation,
    SimulationCell,
    Standing,
    StarAward,
    StarProposal,
    Visit,
)
from grading.services import photos, rule_drafts, rule_sets
from grading.services.hazards import Seen
from jobs.models import Job
from rentals.models import Building, Landlord, Unit
from signage.models import PrintRun, Sign, SignTask
from signage.services import tokens
from signage.states import LIVE_SIGN_STATES, REASONED_STATES

NOON = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)  # Tuesday noon in Shenzhen
PASSWORD = "fucheng-test-2026"
_numbers = itertools.count(1)
STAR_FACTS = {
    "homes": 6, "not_green": 0, "green_since": "2025-09-01", "not_clean": 0, "score": 97, "points": 98, "overdue": 0,
    "cases": [],
}  # fmt: skip


def street() -> Street:
    return Street.objects.get_or_create(
        name="福城街道",
        defaults={"name_en": "Fucheng", "district": "龙华区", "city": "深圳市", "hotline": "0755-12345"},
    )[0]


def community(name: str = "福民", code: str = "440306014002") -> Community:
    return Community.objects.get_or_create(
        street=street(),
        name=name,
        defaults={"name_en": name, "address_code": code, "starts_on": date(2019, 1, 1)},
    )[0]


def grid(of: Community, name: str = "第01网格") -> Grid:
    return Grid.objects.get_or_create(community=of, name=f"{of.name}{name}")[0]


def estate(of: Community, name: str = "福景花园", *, is_gated: bool = True) -> Estate:
    return Estate.objects.get_or_create(community=of, name=name, defaults={"is_gated": is_gated})[0]


def person(name: str, role: Role, of: Community | None = None) -> User:
    """Staff with one post since 2019; a landlord gets a phone instead."""
    user = User.objects.create_user(name, PASSWORD, display_name=name)
    if role is Role.LANDLORD:
        raise ValueError("use landlord_account")
    Post.objects.create(user=user, role=role, community=of, starts_on=date(2019, 1, 1))
    return user


def also(user: User, other: User) -> User:
    """The person with the posts of another beside the own ones."""
    for post in other.posts.all():
        Post.objects.create(user=user, role=post.role, community=post.community, starts_on=date(2019, 1, 1))
    return User.objects.get(pk=user.pk)


def landlord(name: str = "王小明", phone: str = "10012345678") -> Landlord:
    row = Landlord(name=name)
    row.phone = phone
    row.identity = f"000000{next(_numbers):012d}"
    row.save()
    return row


def landlord_account(phone: str = "10012345678", name: str = "landlord") -> User:
    return User.objects.create_user(
        name, PASSWORD, kind=User.Kind.LANDLORD, phone_index=phone_key(phone), display_name="王**"
    )


def building(of: Community, **fields: object) -> Building:
    number = next(_numbers)
    defaults = {"code": f"44030601400{number:08d}", "name": f"福民新村{number}栋", "grid": grid(of)}
    return Building.objects.create(community=of, **(defaults | fields))


def units(of: Building, count: int = 1, *, owner: Landlord | None = None, **fields: object) -> list[Unit]:
    """Homes with a standing (not graded) and a token, as after an import."""
    first = of.units.count() + 1
    rows = Unit.objects.bulk_create(
        Unit(
            **(
                {
                    "code": f"{of.code}{n:06d}",
                    "building": of,
                    "address": f"广东省深圳市龙华区福城街道{of.community.name}社区{of.name}{n}01房",
                    "floor": str(n),
                    "room": f"{n}01",
                    "category": Unit.Category.URBAN_VILLAGE,
                    "landlord": owner,
                }
                | fields
            )
        )
        for n in range(first, first + count)
    )
    Standing.objects.bulk_create(Standing(unit=row) for row in rows)
    tokens.issue_tokens()
    return rows


def rules(effective_on: date = date(2026, 1, 1)) -> RuleSet:
    office = User.objects.filter(name="rule-office").first() or User.objects.create_user("rule-office", None)
    return rule_sets.publish_default(effective_on=effective_on, at=NOON, by=office)


def draft(version: str = "1.1", by: User | None = None) -> RuleSet:
    """A draft of the version in force, made by somebody of the office who is not of the cast."""
    base = RuleSet.objects.binding().first() or rules()
    return rule_drafts.make(
        based_on=base.version, version=version, title=base.title, by=by or system_user(), at=NOON
    )


def simulation(of: RuleSet, home: Unit) -> Simulation:
    """A finished what-if of a draft that moves one home from green to yellow."""
    job = Job.objects.create(
        kind="grading.what_if", params={"version": of.version}, requested_by=system_user(), requested_at=NOON,
        state="done", total=1, done=1, result={"homes": 1, "moves": 1},
    )  # fmt: skip
    run = Simulation.objects.create(
        rule_set=of, revision=of.revision, compared_with=of.based_on, job=job, at=NOON, finished_at=NOON
    )
    SimulationCell.objects.create(
        simulation=run, community=home.building.community, grid=home.building.grid, category=home.category,
        from_grade="green", now_grade="green", to_grade="yellow", days_before=21, days_after=14, homes=1,
        unit_ids=[home.pk],
    )  # fmt: skip
    RuleSet.objects.filter(pk=of.pk).update(state="simulated")
    return run


def rules_always_said(code: str, /, **fields: Any) -> None:
    """The published item as if it had been written so; PostgreSQL lets nobody else do this."""
    with pgtrigger.ignore("grading.RuleItem:items_follow_their_version"):
        RuleItem.objects.filter(code=code).update(**fields)


def pay_visit(
    building: Building, by: User, seen: Sequence[Seen] = (), *, at: datetime = NOON, **more: Any
) -> visit.Receipt:
    """A visit as a phone sends it, with a number of its own unless `client_id` is given."""
    given = {"client_id": uuid.uuid4(), "started_at": at} | more
    return visit.submit(building_id=building.pk, by=by, at=at, seen=seen, **given)


def seen(unit: Unit, by: User, at: datetime = NOON) -> Visit:
    """A visit at which the home was seen, without what its facts would propose."""
    return Visit.objects.create(
        client_id=uuid.uuid4(), content_sha256="", building=unit.building, by=by, started_at=at, submitted_at=at,
        rule_set=RuleSet.objects.binding().first() or rules(),
    )  # fmt: skip


def assessment(unit: Unit, grade: str, *, lines: Sequence[dict[str, Any]] = (), **fields: Any) -> Assessment:
    """The home's newest outcome of the rules."""
    given = {"rule_set": RuleSet.objects.binding().first() or rules(), "at": NOON, "score": 100} | fields
    row = Assessment.objects.create(unit=unit, grade=grade, lines=list(lines), **given)
    Standing.objects.filter(unit=unit).update(assessment=row)
    return row


def change(
    unit: Unit, from_grade: str | None, to_grade: str, state: str = "proposed", **fields: Any
) -> GradeChange:
    """A grade change in any state, decided by made-up people where the state wants somebody."""
    touches_red = "red" in (from_grade, to_grade)
    given: dict[str, Any] = {"proposed_at": NOON}
    if touches_red and state in ("with_panel", "approved", "returned"):
        given |= {"reviewed_by": somebody("a-reviewer"), "reviewed_at": NOON, "review_reason": "属实"}
    if state in ("approved", "returned"):
        decided_as = "panel" if touches_red else "community"
        given |= {"decided_as": decided_as, "decided_by": somebody(f"a-{decided_as}"), "decided_at": NOON}
        given["reason"] = "同意"
    given |= fields
    if "assessment" not in given:
        given["assessment"] = assessment(unit, to_grade)
    return GradeChange.objects.create(
        unit=unit,
        community=unit.building.community,
        from_grade=from_grade,
        to_grade=to_grade,
        state=state,
        **given,
    )


def graded(unit: Unit, grade: str, at: datetime = NOON) -> Unit:
    """The home with this grade in force since `at`, as the first decision on it leaves it."""
    in_force(change(unit, None, grade, "approved", decided_at=at))
    return unit


def in_force(change: GradeChange) -> None:
    """The first grade of a home, as an approved change leaves it."""
    at, grade = change.decided_at, change.to_grade
    GradePeriod.objects.create(unit=change.unit, grade=grade, starts_at=at, change=change)
    Standing.objects.filter(unit=change.unit).update(grade=grade, graded_at=at)


def hazard(code: str, unit: Unit | None = None, building: Building | None = None, **fields: Any) -> Hazard:
    """An open hazard of a home, or of the common parts when only the building is given."""
    place = building or (unit.building if unit else None)
    item = RuleItem.objects.get(rule_set=RuleSet.objects.binding().first() or rules(), code=code)
    given = {"opened_at": NOON, "closed_at": NOON if fields.get("state") == "closed" else None} | fields
    return Hazard.objects.create(building=place, unit=unit, item=item, item_code=code, **given)


def proof(of: Hazard, by: User, state: str = "sent", **fields: Any) -> Proof:
    given: dict[str, Any] = {"note": "已整改", "sent_by": by, "sent_at": NOON}
    if state != "sent":
        given |= {"checked_by": somebody("a-reviewer"), "checked_at": NOON, "reason": "看过"}
    if state == "sent" and of.state == "open":
        Hazard.objects.filter(pk=of.pk).update(state="proof_sent")
        of.refresh_from_db()
    return Proof.objects.create(hazard=of, state=state, **(given | fields))


def delisting_request(unit: Unit, by: User, state: str = "requested", **fields: Any) -> DelistingRequest:
    """A request in any state; a granted one has the visit and the change it rests on."""
    given: dict[str, Any] = {
        "words": "已整改",
        "requested_by": by,
        "requested_at": NOON,
        "inspect_by": NOON.date(),
    }
    if state in ("granted", "refused", "withdrawn"):
        given["ended_at"] = NOON
    return DelistingRequest.objects.create(unit=unit, state=state, **(given | fields))


def star_proposal(
    of: Building, stars: int = 3, *, award: StarAward | None = None, **fields: Any
) -> StarProposal:
    """Waiting for the panel: an award, or the withdrawal of `award` because a home turned red."""
    given: dict[str, Any] = {"what": "withdraw", "cause": "red"} if award else {"what": "award"}
    given |= {
        "rule_set": RuleSet.objects.binding().first() or rules(),
        "facts": STAR_FACTS,
        "reason": "符合条件",
    }
    given |= {"proposed_by": somebody("a-proposer"), "proposed_at": NOON}
    return StarProposal.objects.create(building=of, stars=stars, award=award, **(given | fields))


def star_award(of: Building, stars: int = 3, at: datetime = NOON, **fields: Any) -> StarAward:
    """Stars in force for a year since `at`."""
    decided = {"state": "approved", "decided_by": somebody("a-panel"), "decided_at": at, "answer": "同意"}
    proposal = star_proposal(of, stars, proposed_at=at, **(decided | fields))
    return StarAward.objects.create(
        building=of,
        stars=stars,
        proposal=proposal,
        awarded_at=at,
        valid_until=at.date() + timedelta(days=365),
    )


def withdrawn_stars(of: Building, cause: str = "red", at: datetime = NOON) -> StarAward:
    """Three stars that the panel has taken back for a cause."""
    award = star_award(of, at=at)
    decided = {"state": "approved", "decided_by": somebody("a-panel"), "decided_at": at, "answer": "同意撤销"}
    award.withdrawal = star_proposal(of, award=award, cause=cause, reason="复查属实", **decided)
    award.ended_at, award.ending = at, "withdrawn"
    award.save()
    return award


def report(unit: Unit, state: str = "new") -> HazardReport:
    given: dict[str, Any] = {"case_number": f"260512-{next(_numbers):05d}", "text": "楼道堆物", "at": NOON}
    if state == "checked":
        given |= {"checked_by": somebody("a-reviewer"), "checked_at": NOON, "answer": "已清走"}
    return HazardReport.objects.create(unit=unit, state=state, **given)


def sign(unit: Unit | None = None, product: str = "sticker", state: str = "printed", **fields: Any) -> Sign:
    """A sign of a home with the grade in force, or of an estate when `estate` is given."""
    grade = Standing.objects.get(unit=unit).grade if unit else ""
    by = somebody("a-printer")
    run = PrintRun.objects.create(product=product, title="标牌", by=by, at=NOON)
    given: dict[str, Any] = {"serial": f"FC{next(_numbers):07d}", "grade": grade, "printed_at": NOON}
    if state == "posted":
        given |= {"posted_at": NOON, "posted_by": by}
    if state == "issued":
        given |= {"issued_to": by, "issued_by": by, "issued_at": NOON}
    if state not in LIVE_SIGN_STATES:
        given |= {"ended_at": NOON, "reason": "雨淋" if state in REASONED_STATES else ""}
    return Sign.objects.create(
        unit=unit, product=product, state=state, run=run, page=1, position=1, **(given | fields)
    )


def sign_task(unit: Unit, kind: str = "missing", state: str = "open", **fields: Any) -> SignTask:
    given: dict[str, Any] = {"opened_at": NOON, "last_at": NOON}
    if state == "done":
        given |= {"done_at": NOON, "done_by": somebody("a-printer"), "answer": "fine"}
    return SignTask.objects.create(unit=unit, kind=kind, state=state, **(given | fields))


POSTS_EVERYWHERE = {
    "a-reviewer": Role.REVIEWER,
    "a-community": Role.REVIEWER,
    "a-panel": Role.PANEL,
    "a-printer": Role.OFFICE,
    "a-proposer": Role.PANEL,
}


def somebody(name: str) -> User:
    """A person behind a row; of the names above with the post that such a row wants, in every community."""
    known = User.objects.filter(name=name).first() or User.objects.create_user(name, None)
    if role := POSTS_EVERYWHERE.get(name):
        for place in Community.objects.all() if role is Role.REVIEWER else [None]:
            Post.objects.get_or_create(user=known, role=role, community=place, starts_on=date(2019, 1, 1))
    return known


def common_photo(
    of: Building, by: User, *, code: str = "F02", at: datetime = NOON, colour: str = "blue"
) -> Photo:
    """A photo of a fault in the common parts, as a visit brings it; those of F02 are listed."""
    digest = photos.store(picture(size=(400, 300), colour=colour))
    pay_visit(of, by, [Seen(code, None, photos=(digest,))], at=at)
    return Photo.objects.get(finding__visit__building=of, finding__visit__submitted_at=at, finding__unit=None)


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (40, 30), colour: str = "red", **saved: Any
) -> SimpleUploadedFile:
    """A photo as it is uploaded; `saved` goes to Pillow (exif, comment, ...)."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **saved)
    return SimpleUploadedFile(f"photo.{kind.lower()}", out.getvalue(), f"image/{kind.lower()}")
