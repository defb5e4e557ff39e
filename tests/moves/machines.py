"""Everything that has a state: its moves, and a row in each state as the services leave it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from core.dates import day_of
from grading.models import (
    DelistingRequest,
    GradeChange,
    HandOver,
    Hazard,
    HazardReport,
    Incident,
    IncidentCategory,
    Objection,
    Proof,
    RuleSet,
    SpotCheck,
    Standing,
    StarProposal,
    UrgentRed,
    VacancyCheck,
    VisitRequest,
)
from grading.models.hazards import PROOF_MOVES, REPORT_MOVES
from grading.states import (
    CHANGE_MOVES,
    DELISTING_MOVES,
    HAND_OVER_MOVES,
    HAZARD_MOVES,
    INCIDENT_MOVES,
    OBJECTION_MOVES,
    RULE_SET_MOVES,
    SPOT_CHECK_MOVES,
    STAR_MOVES,
    URGENT_MOVES,
    VACANCY_MOVES,
    VISIT_REQUEST_MOVES,
)
from jobs.models import CHUNK_MOVES, JOB_MOVES, Chunk, Job
from letters.models import Document, Notice, TextMessage
from letters.models.documents import DOCUMENT_MOVES
from letters.models.notices import TEXT_MESSAGE_MOVES
from rentals.models import ImportRun, Unit
from rentals.models.imports import IMPORT_MOVES
from signage.models import Sign, SignTask
from signage.states import SIGN_MOVES, TASK_MOVES
from tests import factories
from tests.conftest import Cast

Moves = Mapping[Any, Any]


@dataclass(frozen=True)
class Ground:
    """Where every scene is set: a home of our landlord and its neighbour, in 福民."""

    cast: Cast
    home: Unit
    neighbour: Unit

    @property
    def at(self) -> Any:
        """Yesterday, so that no deadline has passed."""
        return timezone.now() - timedelta(days=1)


def ground(cast: Cast) -> Ground:
    factories.rules()
    building = factories.building(cast.fumin)
    home, neighbour = factories.units(building, 2, owner=factories.landlord())
    return Ground(cast, home, neighbour)


@dataclass(frozen=True)
class Machine:
    """`by_itself`: moves that no action names, with what makes them. `model` None: the grade in force of a home."""

    model: type[models.Model] | None
    moves: Moves
    scene: Callable[[Ground, str], Any]
    by_itself: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()  # states that this kind of row never has

    @property
    def states(self) -> list[str]:
        return [
            str(state.value if hasattr(state, "value") else state)
            for state in self.moves
            if str(state) not in self.without
        ]

    def follow(self, old: str, new: str) -> bool:
        return new in {str(to) for to in next(v for k, v in self.moves.items() if str(k) == old)}


def _graded(on: Ground, grade: str) -> Unit:
    """The home with this grade in force; `none` was never graded."""
    return on.home if grade == "none" else factories.graded(on.home, grade, on.at)


def _change(to: str) -> Callable[[Ground, str], GradeChange]:
    def scene(on: Ground, state: str) -> GradeChange:
        return factories.change(on.home, None, to, state, proposed_at=on.at)

    return scene


def _hazard(on: Ground, state: str) -> Hazard:
    _graded(on, "green")
    factories.assessment(on.home, "yellow")
    return factories.hazard("F02", on.home, state=state, opened_at=on.at)


def _proof(on: Ground, state: str) -> Proof:
    hazard = factories.hazard(
        "F02", on.home, opened_at=on.at, state="open" if state != "accepted" else "closed"
    )
    return factories.proof(hazard, on.cast.landlord, state)


def _red(on: Ground) -> GradeChange:
    _graded(on, "red")
    return GradeChange.objects.get(unit=on.home, state="approved")


def _delisting(on: Ground, state: str) -> DelistingRequest:
    _red(on)
    visit = factories.pay_visit(on.home.building, on.cast.grid, at=on.at).visit
    out = GradeChange.objects.open().filter(unit=on.home).first()
    given: dict[str, Any] = {}
    if state in ("inspected", "with_panel", "granted"):
        given = {"visit": visit, "change": out}
    return factories.delisting_request(on.home, on.cast.landlord, state, **given)


def _urgent(on: Ground, state: str) -> UrgentRed:
    hazard = factories.hazard("Z05", on.home, opened_at=on.at)
    change = factories.change(
        on.home,
        None,
        "red",
        "approved",
        mark="urgent",
        decided_at=on.at,
        decided_by=factories.somebody("a-panel"),
    )
    factories.in_force(change)
    given: dict[str, Any] = {}
    if state != "unconfirmed":
        ended_by = factories.person("another-member", "panel")
        given = {"ended_by": ended_by, "ended_at": on.at, "answer": "属实"}
    if state == "lifted":
        given["lifting"] = factories.change(
            on.home, "red", "yellow", "approved", mark="lifted", decided_at=on.at
        )
    return UrgentRed.objects.create(
        unit=on.home, change=change, hazard=hazard, is_opened_here=True, state=state, reason="发现黑煤气",
        decided_by=change.decided_by, decided_at=on.at, confirm_by=day_of(on.at) + timedelta(days=3), **given,
    )  # fmt: skip


def _incident(on: Ground, state: str) -> Incident:
    protected = state == "set_aside"
    given: dict[str, Any] = {"candidates": [], "communities": []}
    if state == "matched":
        given |= {"building": on.home.building, "matched_by": "code", "confidence": 100}
    if state == "nowhere":
        given |= {"checked_by": on.cast.office, "checked_at": on.at}
    if state == "doubtful":
        given["communities"] = [on.cast.fumin.pk]
    return Incident.objects.create(
        source="police", number=f"M-{state}", happened_at=on.at, place="一巷附近", state=state,
        category=IncidentCategory.objects.filter(is_protected=protected).order_by("code")[0],
        received_by=on.cast.office, received_at=on.at, **given,
    )  # fmt: skip


def _objection(on: Ground, state: str) -> Objection:
    _graded(on, "yellow")
    given: dict[str, Any] = {}
    if state == "assigned":
        given = {"assigned_to": on.cast.office, "assigned_at": on.at}
    if state in ("upheld", "rejected"):
        given = {"answered_by": factories.somebody("a-printer"), "answered_at": on.at, "answer": "查明如下"}
        given["remedy"] = "reinspection" if state == "upheld" else ""
    return Objection.objects.create(
        unit=on.home, change=GradeChange.objects.get(unit=on.home, state="approved"), state=state,
        words="不是这间", filed_by=on.cast.landlord, filed_at=on.at,
        answer_by=day_of(on.at) + timedelta(days=21), **given,
    )  # fmt: skip


def _visit_request(on: Ground, state: str) -> VisitRequest:
    _graded(on, "yellow")
    done = {"visit": factories.pay_visit(on.home.building, on.cast.grid, at=on.at).visit, "ended_at": on.at}
    return VisitRequest.objects.create(
        unit=on.home, why="upgrade", state=state, words="已整改", requested_by=on.cast.landlord,
        requested_at=on.at, visit_by=day_of(on.at), **(done if state == "done" else {}),
    )  # fmt: skip


def _hand_over(on: Ground, state: str) -> HandOver:
    ended = {
        "ended_at": on.at,
        "recorded_by": factories.somebody("a-reviewer"),
        "answer": "已处理",
        "answered_by": "张工",
    }
    return HandOver.objects.create(
        hazard=factories.hazard("F02", on.home, opened_at=on.at), department="消防", words="请核查", state=state,
        handed_by=on.cast.reviewer, handed_at=on.at, **(ended if state != "with" else {}),
    )  # fmt: skip


def _spot_check(on: Ground, state: str) -> SpotCheck:
    proof = _proof(on, "accepted")
    visit = factories.pay_visit(on.home.building, on.cast.grid, at=on.at).visit
    given: dict[str, Any] = {"visit": visit} if state in ("confirmed", "false") else {}
    is_drawn = state != "not_drawn"
    return SpotCheck.objects.create(
        proof=proof, hazard=proof.hazard, number=3, share=30 if is_drawn else 0, state=state, drawn_at=on.at,
        due_on=day_of(on.at) if is_drawn else None, **given,
    )  # fmt: skip


def _star_proposal(on: Ground, state: str) -> StarProposal:
    decided = {"decided_by": factories.somebody("a-panel"), "decided_at": on.at, "answer": "同意"}
    return factories.star_proposal(
        on.home.building, state=state, **(decided if state in ("approved", "refused") else {})
    )


def _vacancy_check(on: Ground, state: str) -> VacancyCheck:
    """What a visit of the worker would answer, one way."""
    change = _red(on)
    answered = {"answer": "empty", "answered_by": on.cast.grid, "answered_at": on.at}
    return VacancyCheck.objects.create(
        unit=on.home,
        change=change,
        due_on=day_of(on.at),
        state=state,
        **(answered if state == "answered" else {}),
    )


def _rule_set(on: Ground, state: str) -> RuleSet:
    base = RuleSet.objects.get()
    if state in ("published", "retired"):
        if state == "retired":
            RuleSet.objects.filter(pk=base.pk).update(state=state)
        return RuleSet.objects.get()
    draft = factories.draft("1.1")
    if state == "simulated":
        factories.simulation(draft, on.home)
    return RuleSet.objects.get(pk=draft.pk)


def _sign(on: Ground, state: str) -> Sign:
    return factories.sign(_graded(on, "green"), "sticker", state)


def _sign_task(on: Ground, state: str) -> SignTask:
    return factories.sign_task(on.home, state=state)


A_LETTER = {"title": "限期整改通知书", "addressee": "王小明", "paragraphs": []}


def _document(on: Ground, state: str) -> Document:
    made = {"file": "documents/x.pdf", "sha256": "a" * 64, "pages": 1, "rendered_at": on.at}
    given: dict[str, Any] = {"owed": {}, "ready": made, "failed": {"failure": "missing_glyph: 𪚥"}}[state]
    return Document.objects.create(
        kind="rectify", prefix="福城租整", year=2026, building=on.home.building, unit=on.home,
        data=A_LETTER, issued_at=on.at, issued_by=on.cast.reviewer, state=state, **given,
    )  # fmt: skip


def _text_message(on: Ground, state: str) -> TextMessage:
    given: dict[str, Any] = {
        "waiting": {},
        "sending": {"lease_until": on.at},
        "sent": {"sent_at": on.at},
        "unclear": {"error": "no answer"},
        "given_up": {"error": "too old"},
    }[state]
    notice = Notice.objects.create(
        key="moves", topic="grade", landlord=on.home.landlord, unit=on.home, at=on.at, data={}
    )
    return TextMessage.objects.create(notice=notice, text="等级已定", not_before=on.at, state=state, **given)


def _job(on: Ground, state: str) -> Job:
    return Job.objects.create(
        kind="grading.bulk_assessment", state=state, requested_by=on.cast.office, requested_at=on.at
    )


def _chunk(on: Ground, state: str) -> Chunk:
    lease = {"lease_until": on.at, "lease_token": "0" * 32} if state == "running" else {}
    return Chunk.objects.create(job=_job(on, "running"), seq=0, size=1, state=state, **lease)


def _import_run(on: Ground, state: str) -> ImportRun:
    return ImportRun.objects.create(
        file="imports/a.xlsx", file_name="a.xlsx", file_sha256="b" * 64, state=state, dry_run=state == "checked",
        by=on.cast.office, created_at=on.at, finished_at=None if state == "waiting" else on.at, rows=1,
    )  # fmt: skip


def _report(on: Ground, state: str) -> HazardReport:
    return factories.report(on.home, state)


NEWER_FACTS = "newer facts replace it"
A_VISIT = "a visit"
A_JOB = "a job"
ITS_CHANGE = "follows its grade change"
HOME = "grade in force"
MACHINES: dict[str, Machine] = {
    HOME: Machine(None, {g: frozenset() for g in ("none", "green", "yellow", "red")}, _graded),
    "grade change": Machine(
        GradeChange,
        CHANGE_MOVES,
        _change("yellow"),
        {"proposed>superseded": NEWER_FACTS},
        frozenset({"with_panel"}),
    ),
    "change of red": Machine(
        GradeChange,
        CHANGE_MOVES,
        _change("red"),
        {
            "proposed>superseded": NEWER_FACTS,
            "with_panel>superseded": NEWER_FACTS,
            "proposed>approved": "an urgent red, marked so in the same UPDATE",
        },
    ),
    "hazard": Machine(
        Hazard,
        HAZARD_MOVES,
        _hazard,
        {
            "open>closed": A_VISIT,
            "closed>open": A_VISIT,
            "proof_sent>open": "its proof is refused",
            "proof_sent>closed": "its proof is accepted",
        },
    ),
    "proof": Machine(Proof, PROOF_MOVES, _proof),
    "report": Machine(HazardReport, REPORT_MOVES, _report),
    "delisting": Machine(
        DelistingRequest,
        DELISTING_MOVES,
        _delisting,
        {
            "requested>inspected": A_VISIT,
            "requested>with_panel": A_VISIT,
            "requested>refused": A_VISIT,
            "inspected>with_panel": ITS_CHANGE,
            "inspected>refused": ITS_CHANGE,
            "with_panel>granted": ITS_CHANGE,
            "with_panel>refused": ITS_CHANGE,
            "with_panel>inspected": NEWER_FACTS,
        },
    ),
    "urgent red": Machine(UrgentRed, URGENT_MOVES, _urgent),
    "incident": Machine(Incident, INCIDENT_MOVES, _incident),
    "objection": Machine(Objection, OBJECTION_MOVES, _objection),
    "visit request": Machine(VisitRequest, VISIT_REQUEST_MOVES, _visit_request, {"requested>done": A_VISIT}),
    "hand-over": Machine(HandOver, HAND_OVER_MOVES, _hand_over),
    "spot check": Machine(
        SpotCheck, SPOT_CHECK_MOVES, _spot_check, {"waiting>confirmed": A_VISIT, "waiting>false": A_VISIT}
    ),
    "star proposal": Machine(
        StarProposal,
        STAR_MOVES,
        _star_proposal,
        {"proposed>superseded": NEWER_FACTS},
    ),
    "vacancy check": Machine(
        VacancyCheck, VACANCY_MOVES, _vacancy_check, {"due>closed": "the home is red no more"}
    ),
    "rule set": Machine(
        RuleSet,
        RULE_SET_MOVES,
        _rule_set,
        {"draft>simulated": A_JOB, "published>retired": "a later version is in force"},
    ),
    "sticker": Machine(
        Sign,
        SIGN_MOVES,
        _sign,
        dict.fromkeys(
            ("printed>issued", "issued>issued", "printed>lost", "printed>damaged", "printed>refused", "printed>void",
             "issued>lost", "issued>damaged", "issued>refused", "issued>void", "posted>superseded",
                "posted>removed", "posted>lost",
             "posted>damaged"),
            "handed out, given up or printed again; tests/signage/services",
        ),
    ),
    "sign task": Machine(SignTask, TASK_MOVES, _sign_task),
    "document": Machine(Document, DOCUMENT_MOVES, _document, {"owed>ready": A_JOB, "owed>failed": A_JOB}),
    "text message": Machine(
        TextMessage,
        TEXT_MESSAGE_MOVES,
        _text_message,
        dict.fromkeys(
            ("waiting>sending", "waiting>given_up", "sending>sent", "sending>waiting", "sending>unclear",
             "sending>given_up"),
            "the outbox",
        ),
    ),
    "job": Machine(
        Job,
        JOB_MOVES,
        _job,
        dict.fromkeys(("planning>running", "planning>failed", "running>done", "running>failed"), "a worker"),
    ),
    "chunk": Machine(
        Chunk,
        CHUNK_MOVES,
        _chunk,
        dict.fromkeys(("open>running", "running>open", "running>done", "running>failed"), "a worker"),
    ),
    "import": Machine(
        ImportRun,
        IMPORT_MOVES,
        _import_run,
        dict.fromkeys(("waiting>checked", "waiting>done", "waiting>refused"), A_JOB),
    ),
}  # fmt: skip


def standing_of(on: Ground) -> str | None:
    return Standing.objects.get(unit=on.home).grade
