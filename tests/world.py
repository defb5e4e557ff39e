"""One prepared world: a community in which everything has happened once. For tests that look at all of it."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

import pikepdf
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from accounts.roles import Role
from communities.models import Community, Estate, Grid, Post
from fucheng.flows import (
    delisting,
    documents,
    grade_change,
    objection,
    proof,
    public_report,
    urgent_red,
    visit,
)
from grading.models import (
    DelistingRequest,
    GradeChange,
    HandOver,
    Hazard,
    HazardReport,
    Incident,
    IncidentCategory,
    Objection,
    Photo,
    Proof,
    Reply,
    RuleSet,
    Simulation,
    SpotCheck,
    StarAward,
    StarProposal,
    UrgentRed,
    VacancyCheck,
    Visit,
    VisitRequest,
    Watch,
)
from grading.services import photos
from grading.services.hazards import Seen
from jobs.models import Job
from letters.models import Delivery, Document, TextMessage
from rentals.models import Building, ImportRun, Landlord, Unit
from signage.models import Printer, PrintFile, PrintRun, Sign, SignSettings, SignTask
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON


@dataclass(frozen=True)
class World:
    """Everything lies in one community; `landlord` owns the first four of the six homes."""

    community: Community
    grid: Grid
    estate: Estate
    building: Building
    red: Unit  # the landlord's, red, asks for delisting
    green: Unit  # the landlord's, green, reported, with a sign on the wall
    with_panel: GradeChange
    proposed: GradeChange  # to yellow, for the community to decide
    approved: GradeChange
    hazard: Hazard  # of `green`'s building: open, the landlord's
    proof: Proof  # sent, not checked
    delisting: DelistingRequest
    report: HazardReport
    objection: Objection  # against the red of `red`
    reply: Reply  # beside the green of `green`
    visit_request: VisitRequest
    watch: Watch  # as a left red leaves it
    urgent: UrgentRed  # of a home without a landlord on record, put in by a second panel member
    visit: Visit
    photo: Photo
    rule_set: RuleSet
    draft: RuleSet  # simulated, made by nobody of the cast
    simulation: Simulation
    landlord: Landlord
    print_run: PrintRun
    print_file: PrintFile
    printer: Printer
    sign_settings: SignSettings
    posted: Sign
    printed: Sign
    board: Sign
    notice: Sign
    sign_task: SignTask  # an old sign of `green` was scanned; told with a photo
    letter: Document  # no-rental letter of `red`, ready, posted at the door and read
    owed_letter: Document
    failed_letter: Document
    delivery: Delivery
    text_message: TextMessage  # of the landlord, waiting
    import_run: ImportRun
    incident: Incident
    hand_over: HandOver
    spot_check: SpotCheck
    star_award: StarAward  # three stars of `building`, in force
    star_proposal: StarProposal  # to withdraw them: waits for the panel
    vacancy_check: VacancyCheck  # of `red`, due
    job: Job
    post: Post
    staff: User
    office: User
    token: str


def picture(colour: str = "red") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return SimpleUploadedFile("photo.jpg", out.getvalue(), content_type="image/jpeg")


def blank_pdf() -> bytes:
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def build(cast: Cast, *, mark: str = "", phone: str = "10012345678") -> World:
    """Walks the line once in `cast.fumin`: visit, decisions, proof, delisting, report, print, import.

    `mark` goes into every free text, so that it can be looked for elsewhere.
    """
    rule_set = factories.rules()
    estate = factories.estate(cast.fumin, f"{mark}福景花园")
    grid = factories.grid(cast.fumin, f"{mark}第01网格")
    name = {"name": f"{mark}福民新村"} if mark else {}
    building = factories.building(cast.fumin, estate=estate, grid=grid, **name)
    owner = factories.landlord(f"{mark}王小明", phone)
    homes = factories.units(building, 4, owner=owner) + factories.units(building, 2)
    red, green, panel, open_, urgent_home, _last = homes
    made = _visit(cast, building, red, panel, open_, mark)
    _decide(cast, red, green, panel, mark)
    hazard = Hazard.objects.get(unit=open_, item_code="F02")
    sent = proof.send(
        hazard_id=hazard.pk,
        by=cast.landlord,
        at=NOON,
        note=f"{mark}已清走",
        photo_digests=[photos.store(picture())],
    )
    request = delisting.request(unit_id=red.pk, by=cast.landlord, at=NOON, words=f"{mark}已拆除")
    token = green.public_token.token
    report = public_report.submit(token=token, text=f"{mark}楼道堆物", photo=picture("blue"), at=NOON)
    urgent = urgent_red.put_into_red(
        unit_id=urgent_home.pk, item_code="Z05", by=second_panel_member(), at=NOON, reason=f"{mark}发现黑煤气"
    )
    objected = objection.file(unit_id=red.pk, by=cast.landlord, at=NOON, words=f"{mark}不是麻将馆")
    reply = objection.reply(unit_id=green.pk, by=cast.landlord, at=NOON, text=f"{mark}欢迎来看")
    asked = VisitRequest.objects.create(
        unit=panel, why="upgrade", words=f"{mark}已整改", requested_by=cast.landlord, requested_at=NOON,
        visit_by=NOON.date(),
    )  # fmt: skip
    run, file = _print_run(cast, mark)
    letter, delivery = _letters(cast, red)
    award = factories.star_award(building, reason=f"{mark}推荐")
    draft = factories.draft(f"1.{RuleSet.objects.count()}")
    simulation = factories.simulation(draft, green)
    return World(
        community=cast.fumin,
        grid=building.grid,
        estate=estate,
        building=building,
        red=red,
        green=green,
        with_panel=GradeChange.objects.get(unit=panel),
        proposed=GradeChange.objects.get(unit=open_),
        approved=GradeChange.objects.get(unit=green),
        hazard=Hazard.objects.get(unit=panel, item_code="F02"),
        proof=sent,
        delisting=request,
        report=report,
        objection=objected,
        reply=reply,
        visit_request=asked,
        watch=Watch.objects.create(
            unit=green,
            change=GradeChange.objects.get(unit=green),
            starts_on=NOON.date(),
            until=NOON.date() + timedelta(days=90),
            causes=["L06"],
        ),
        urgent=urgent,
        visit=made,
        photo=Photo.objects.get(finding__visit=made),
        rule_set=rule_set,
        draft=draft,
        simulation=simulation,
        landlord=owner,
        print_run=run,
        printer=Printer.objects.create(name=f"彩色打印机{uuid.uuid4().hex[:4]}"),
        sign_settings=SignSettings.objects.create(
            hotline="0755-12345",
            office=f"{mark}街道办事处",
            programme=f"{mark}出租屋分级管理",
            scan="扫码查最新等级",
            by=cast.office,
            at=NOON,
        ),
        print_file=file,
        posted=_sign(run, 1, unit=green, grade="green", state="posted", posted_at=NOON, posted_by=cast.grid),
        printed=_sign(run, 2, unit=red, grade="red"),
        board=_sign(run, 3, estate=estate, product="estate_board"),
        notice=_sign(
            run,
            4,
            unit=green,
            product="no_rental",
            grade="red",
            state="posted",
            posted_at=NOON,
            posted_by=cast.grid,
            posted_photo=photos.store(picture("white")),
        ),
        sign_task=factories.sign_task(
            green, "dead", words=f"{mark}旧标贴还在", photo=photos.store(picture("blue"))
        ),
        letter=letter,
        owed_letter=Document.objects.get(unit=open_, kind="rectify"),
        failed_letter=_failed(panel),
        delivery=delivery,
        text_message=TextMessage.objects.order_by("pk")[0],
        import_run=_import_run(cast, mark),
        incident=_incident(cast, mark),
        hand_over=HandOver.objects.create(
            hazard=Hazard.objects.get(unit=panel, item_code="F02"),
            department=f"{mark}消防",
            words="请核查",
            handed_by=cast.reviewer,
            handed_at=NOON,
        ),
        spot_check=_spot_check(cast, open_),
        star_award=award,
        star_proposal=factories.star_proposal(building, award=award, reason=f"{mark}有红房"),
        vacancy_check=VacancyCheck.objects.get(unit=red),
        job=Job.objects.create(
            kind="grading.bulk_assessment",
            requested_by=cast.office,
            requested_at=NOON,
            state="running",
            total=6,
        ),
        post=Post.objects.get(user=cast.grid),
        staff=cast.grid,
        office=cast.office,
        token=token,
    )


def second_panel_member() -> User:
    return User.objects.filter(name="panel-2").first() or factories.person("panel-2", Role.PANEL)


def _visit(cast: Cast, building: Building, red: Unit, panel: Unit, open_: Unit, mark: str) -> Visit:
    digest = photos.store(picture("green"))
    return visit.submit(
        client_id=uuid.uuid4(),
        building_id=building.pk,
        by=cast.grid,
        started_at=NOON - timedelta(minutes=20),
        at=NOON - timedelta(minutes=10),
        seen=[
            Seen("L06", red.pk, note=f"{mark}三桌麻将", photos=(digest,)),
            Seen("L06", panel.pk),
            Seen("F02", panel.pk),
            Seen("F02", open_.pk),
        ],
        note=f"{mark}全栋走完",
    ).visit


def _decide(cast: Cast, red: Unit, green: Unit, panel: Unit, mark: str) -> None:
    """`red` is red in force, `green` green, `panel` waits for the panel; the rest waits for the community."""
    change = {c.unit_id: c.pk for c in GradeChange.objects.open().filter(community=cast.fumin)}
    grade_change.review(change_id=change[red.pk], by=cast.reviewer, at=NOON, reason=f"{mark}属实")
    grade_change.approve(change_id=change[red.pk], by=cast.panel, at=NOON, reason=f"{mark}同意")
    grade_change.approve(change_id=change[green.pk], by=cast.reviewer, at=NOON, reason=f"{mark}合格")
    grade_change.review(change_id=change[panel.pk], by=cast.reviewer, at=NOON, reason=f"{mark}属实")


def _letters(cast: Cast, red: Unit) -> tuple[Document, Delivery]:
    """The no-rental letter of the red home: made, posted at its door, and read by the landlord."""
    letter = Document.objects.get(unit=red, kind="no_rental")
    pdf = blank_pdf()
    name = default_storage.save("documents/aa/letter.pdf", ContentFile(pdf))
    made = {"file": name, "sha256": hashlib.sha256(pdf).hexdigest(), "pages": 1, "rendered_at": NOON}
    Document.objects.filter(pk=letter.pk).update(state="ready", **made)
    Delivery.objects.create(document=letter, how="inbox", at=NOON, by=cast.panel, to="王**")
    delivery = documents.deliver(
        document_id=letter.pk,
        how="door",
        by=cast.grid,
        at=NOON,
        to="",
        note="",
        photo=photos.store(picture()),
    )
    documents.take_out(document_id=letter.pk, by=cast.landlord, at=NOON)
    letter.refresh_from_db()
    return letter, delivery


def _failed(unit: Unit) -> Document:
    Document.objects.filter(unit=unit, kind="rectify").update(
        state="failed", failure="missing_glyph: 𪚥 U+2A6A5"
    )
    return Document.objects.get(unit=unit, kind="rectify")


def _print_run(cast: Cast, mark: str) -> tuple[PrintRun, PrintFile]:
    """A finished run of the community, as `flows.print_run` and its job leave it."""
    job = Job.objects.create(
        kind="signage.print_run", requested_by=cast.reviewer, requested_at=NOON, state="done", total=4, done=4,
        result={"signs": 4, "pages": 1, "refused": 0}, finished_at=NOON,
    )  # fmt: skip
    run = PrintRun.objects.create(
        title=f"{mark}福民 标牌", community=cast.fumin, job=job, by=cast.reviewer, at=NOON
    )
    name = default_storage.save("prints/aa/run.pdf", ContentFile(blank_pdf()))
    file = PrintFile.objects.create(
        run=run, seq=0, title=f"{mark}第1部分", file=name, sha256="a" * 64, pages=1, signs=4
    )
    return run, file


def _sign(run: PrintRun, position: int, **fields: object) -> Sign:
    defaults = {"product": "sticker", "serial": f"FC{run.pk:05d}{position:02d}", "printed_at": NOON}
    return Sign.objects.create(run=run, page=1, position=position, **(defaults | fields))


def _import_run(cast: Cast, mark: str) -> ImportRun:
    job = Job.objects.create(
        kind="rentals.registry_import",
        requested_by=cast.office,
        requested_at=NOON,
        state="done",
        total=100,
        done=100,
    )
    stored = default_storage.save("imports/a.xlsx", ContentFile(b"PK made by the tests"))
    errors = default_storage.save("imports/a-errors.xlsx", ContentFile(b"PK errors"))
    return ImportRun.objects.create(
        file=stored, file_name=f"{mark}登记表.xlsx", file_sha256="b" * 64, state="done", dry_run=False, job=job,
        by=cast.office, created_at=NOON, finished_at=NOON, rows=6, bad=1, error_file=errors,
    )  # fmt: skip


def _incident(cast: Cast, mark: str) -> Incident:
    """A fire whose place is in doubt: one of the buildings of the community it may have been."""
    fire = IncidentCategory.objects.get(pk="fire")
    building = Building.objects.filter(community=cast.fumin).first()
    told = {"building": building.pk, "unit": None, "confidence": 61, "by": "similar", "address": "一巷"}
    return Incident.objects.create(
        source="fire", number=f"{mark}F1", category=fire, happened_at=NOON - timedelta(days=1), place=f"{mark}一巷附近",
        candidates=[told], communities=[cast.fumin.pk], confidence=61, received_by=cast.office, received_at=NOON,
    )  # fmt: skip


def _spot_check(cast: Cast, home: Unit) -> SpotCheck:
    """Of an accepted proof, drawn, not looked at yet."""
    hazard = factories.hazard("H05", home, state="closed")
    accepted = factories.proof(hazard, cast.landlord, "accepted")
    return SpotCheck.objects.create(
        proof=accepted, hazard=hazard, number=3, share=30, state="waiting", drawn_at=NOON, due_on=NOON.date()
    )
