"""Plays the plan through the same flows that people use: visits, decisions, requests, print runs, posting."""

import io
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from accounts.models import User
from accounts.roles import Role
from communities.models import Community, Grid
from core.dates import day_of
from core.errors import Conflict
from fucheng.demo import people, scenario
from fucheng.demo.scenario import Fault, House, Plan
from fucheng.flows import (
    bulk_decision,
    delisting,
    grade_change,
    print_run,
    proof,
    sign_posting,
    stars,
    vacancy,
    visit,
)
from grading.models import DelistingRequest, Finding, GradeChange, Hazard, VacancyCheck, Visit
from grading.services import photos
from grading.services import stars as star_rules
from grading.services.hazards import Seen
from jobs import running
from jobs.models import Job
from rentals.models import Building, Landlord, Unit
from signage.models import PrintRun, Product, Sign
from signage.querysets import to_print, to_take_down
from signage.services.posting import true_in_hand

_VISITS = uuid.UUID("5d3c1a52-6a0e-4f0e-9a55-f0c4e6f4a2b1")
INLINE = 400
STARRED = 12  # candidates a community proposes in the demonstration


@lru_cache(maxsize=2)
def plan_of(seed: int, homes: int) -> Plan:
    """The plan for the register as it stands; every worker computes the same one."""
    units: dict[int, list[int]] = {}
    for building, unit in Unit.objects.order_by("building__code", "code").values_list("building_id", "pk"):
        units.setdefault(building, []).append(unit)
    return scenario.plan_half_year([House(pk, tuple(ids)) for pk, ids in units.items()], seed)


@lru_cache(maxsize=2)
def _workers(grids: int) -> dict[int, User]:
    return {
        grid.pk: people.colleague(Role.GRID_WORKER, grid.community, grid)
        for grid in Grid.objects.select_related("community")
    }


def worker_of(building: Building) -> User:
    """The colleague of the building's grid, or of its community."""
    known = _workers(Grid.objects.count())
    if building.grid_id is not None:
        return known[building.grid_id]
    return people.colleague(Role.GRID_WORKER, building.community)


def reinspector_of(building: Building) -> User:
    """Somebody of the community who walks no grid: a red is left after another person has looked."""
    return people.colleague(Role.GRID_WORKER, building.community)


def make_colleagues() -> None:
    """Everybody who acts in the replay, made once before workers run side by side."""
    _workers(Grid.objects.count())
    for community in Community.objects.all():
        people.colleague(Role.REVIEWER, community)
        people.colleague(Role.GRID_WORKER, community)


def pay_visit(
    building: Building,
    *,
    at: datetime,
    label: str,
    found: Sequence[Fault] = (),
    mended: Sequence[Fault] = (),
    kind: Visit.Kind = Visit.Kind.ROUTINE,
    photo: str = "",
) -> visit.Receipt:
    """One visit; `label` makes its number, so that playing it again changes nothing."""
    moment = at + timedelta(minutes=Random(f"{label}{building.pk}").randrange(11 * 60))
    seen = [Seen(f.item, f.unit, note=f.note, photos=(photo,) if photo else ()) for f in found]
    seen += [Seen(f.item, f.unit, Finding.Seen.MENDED) for f in mended]
    return visit.submit(
        client_id=uuid.uuid5(_VISITS, f"{label} {building.code}"),
        building_id=building.pk,
        by=reinspector_of(building) if kind == Visit.Kind.REINSPECTION else worker_of(building),
        started_at=moment - timedelta(minutes=6 + 2 * len(seen)),
        at=moment,
        seen=seen,
        kind=kind,
    )


def buildings(pks: Iterable[int]) -> list[Building]:
    return list(Building.objects.select_related("community").filter(pk__in=list(pks)).order_by("pk"))


def decide_everything(at: datetime) -> None:
    """The communities approve green and yellow and hand red on; the panel approves."""
    waiting = GradeChange.objects.awaiting_community()
    for community in Community.objects.all():
        reviewer = people.colleague(Role.REVIEWER, community)
        own = waiting.filter(community=community)
        red = list(own.touching_red().values_list("pk", flat=True))
        rest = list(own.not_touching_red().values_list("pk", flat=True))
        _decide("review", red, reviewer, at, "情况属实，提请街道评定小组审定")
        _decide("approve", rest, reviewer, at, "核对检查记录，同意")
    panel = User.objects.get(name="panel")
    with_panel = list(GradeChange.objects.awaiting_panel().values_list("pk", flat=True))
    _decide("approve", with_panel, panel, at + timedelta(hours=2), "评定小组审定通过")


def _decide(verb: str, ids: list[int], by: User, at: datetime, reason: str) -> None:
    """A few at once, very many as a job."""
    if len(ids) > INLINE:
        job = bulk_decision.ask(verb=verb, change_ids=ids, by=by, at=at, reason=reason)
        running.drain(job.pk, wait=True)
    elif ids:
        grade_change.decide_many(verb=verb, change_ids=ids, by=by, at=at, reason=reason)


def ask_for_delisting(unit_ids: Iterable[int], at: datetime) -> None:
    """The landlords of these homes ask, unless they did already."""
    for unit in Unit.objects.select_related("landlord").filter(pk__in=list(unit_ids), standing__grade="red"):
        is_open = DelistingRequest.objects.filter(unit=unit).exclude(state="refused").exists()
        if unit.landlord is not None and not is_open:
            account = people.account_of(unit.landlord)
            delisting.request(unit_id=unit.pk, by=account, at=at, words="已按要求整改完毕，申请复查摘牌。")


def print_what_is_owed(at: datetime, *, title: str, product: str = "sticker") -> PrintRun | None:
    """A print run by the office; None when nothing is left to print.

    A step that is played again, because its worker died, first ends the run that was left.
    """
    for left in Job.objects.unfinished().filter(kind=print_run.PrintRunWork.kind):
        running.drain(left.pk, wait=True)
    if product != Product.ESTATE_BOARD and not to_print(product).exists():
        return None
    office = User.objects.get(name="office")
    wanted = {"owed": True} if product != Product.ESTATE_BOARD else {}
    run = print_run.order(product=product, wanted=wanted, by=office, at=at, title=title)
    if run.job_id is None or running.drain(run.job_id, wait=True).state != "done":
        raise Conflict(f"{title}: the print run did not finish")
    return run


def post_what_is_in_hand(at: datetime, pks: Sequence[int] | None = None) -> None:
    """Grid workers post the stickers in hand, building by building, and each notice with its photo."""
    in_hand = Sign.objects.in_hand().filter(unit__isnull=False)
    if pks is not None:
        in_hand = in_hand.filter(unit__building__in=pks)
    for building in buildings(in_hand.values_list("unit__building_id", flat=True).distinct()):
        sign_posting.post_building(building_id=building.pk, by=worker_of(building), at=at)
    for sign in true_in_hand(in_hand).filter(product=Product.NO_RENTAL).select_related("unit"):
        if sign.unit is not None:
            by = worker_of(sign.unit.building)
            sign_posting.post(sign_id=sign.pk, by=by, at=at, photo=make_photo("a notice"))


def take_down_notices(at: datetime) -> None:
    """The no-rental notices of homes that are not red any more come off the wall."""
    for sign in to_take_down().select_related("unit__building__community"):
        if sign.unit is not None:
            by = worker_of(sign.unit.building)
            sign_posting.take_down(sign_id=sign.pk, by=by, at=at, photo=make_photo("a door"))


def post_boards(at: datetime) -> None:
    office = User.objects.get(name="office")
    for sign in Sign.objects.in_hand().filter(estate__isnull=False):
        sign_posting.post(sign_id=sign.pk, by=office, at=at, photo=make_photo("an entrance"))


def make_photo(text: str) -> str:
    """A drawn stand-in for a phone's photo (no real place, no person); its SHA-256."""
    image = Image.new("RGB", (960, 720), "#59636e")
    pen = ImageDraw.Draw(image)
    random = Random(text)
    for _ in range(40):
        x, y = random.randrange(960), random.randrange(720)
        shade = random.randrange(60, 200)
        pen.rectangle((x, y, x + random.randrange(40, 260), y + random.randrange(40, 200)), fill=(shade,) * 3)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return photos.store(SimpleUploadedFile("photo.jpg", out.getvalue(), "image/jpeg"))


def leave_open_ends(plan: Plan, at: datetime) -> None:
    """The last day: faults nobody has decided on, proofs and requests that wait, a landlord to sign in as."""
    photo = make_photo("last day")
    for building in buildings(plan.open_ends):
        pay_visit(building, at=at, label="last", found=plan.open_ends[building.pk], photo=photo)
    reds = GradeChange.objects.awaiting_community().touching_red().select_related("community")
    for change in reds.order_by("pk")[:12]:
        grade_change.review(
            change_id=change.pk,
            by=people.colleague(Role.REVIEWER, change.community),
            at=at + timedelta(hours=12),
            reason="已核实，提请审定",
        )
    _choose_landlord()
    evening = at + timedelta(hours=12)
    fresh = Hazard.objects.open().filter(
        unit__landlord__phone_index__isnull=False, item__effect="cap", opened_at__gte=at - timedelta(days=60)
    )
    for hazard in (
        fresh.exclude(unit__standing__grade="red").select_related("unit__landlord").order_by("pk")[:24]
    ):
        owner = hazard.unit.landlord if hazard.unit else None
        if owner is None:
            continue
        account = people.account_of(owner)
        digest = make_photo(f"proof {hazard.pk}")
        proof.send(
            hazard_id=hazard.pk, by=account, at=evening, note="已整改，请核查。", photo_digests=[digest]
        )
    red_homes = Unit.objects.filter(standing__grade="red", landlord__isnull=False).order_by("-pk")
    ask_for_delisting(red_homes.values_list("pk", flat=True)[:18], evening)
    give_stars(evening)
    look_at_red_homes(evening)


def give_stars(at: datetime) -> None:
    """The best candidates of each community are proposed; the panel awards most, a few wait for it this morning."""
    panel = User.objects.get(name="panel")
    for community in Community.objects.order_by("pk"):
        ids = list(Building.objects.filter(community=community).values_list("pk", flat=True))
        best = [c.building_id for c in star_rules.candidates(ids, on=day_of(at))[:STARRED]]
        if not best:
            continue
        reviewer = people.colleague(Role.REVIEWER, community)
        made = stars.propose(building_ids=best, by=reviewer, at=at, reason="逐户核对，符合星级楼栋公布条件")
        for proposal in made[: (2 * len(made) + 2) // 3]:
            stars.approve(proposal_id=proposal.pk, by=panel, at=at, reason="评定小组审定通过，同意授星")


def look_at_red_homes(at: datetime) -> None:
    """The workers have looked at the red homes, one in forty is let, one in twelve is still to be looked at."""
    vacancy.open_missing(at=at)
    for check in VacancyCheck.objects.due().select_related("unit__building__community").order_by("pk"):
        if check.pk % 12:
            seen = "let" if check.pk % 40 == 1 else "empty"
            vacancy.answer(check_id=check.pk, answer=seen, by=worker_of(check.unit.building), at=at)


def _choose_landlord() -> None:
    """The told landlord owns a red home and others besides, and not too many to look at."""
    owners = Landlord.objects.filter(units__standing__grade="red")
    homes: defaultdict[int, list[str | None]] = defaultdict(list)
    rows = Unit.objects.filter(landlord__in=owners).values_list("landlord_id", "standing__grade")
    for owner_id, grade in rows:
        homes[owner_id].append(grade)

    def fitness(owner_id: int) -> tuple[int, int, int]:
        grades = homes[owner_id]
        return (-len(set(grades)), abs(len(grades) - 6), owner_id)

    if homes:
        people.give_homes_to_the_demo_landlord(Landlord.objects.get(pk=min(homes, key=fitness)))
