"""Who may do what in which state, and how a page, the API and a bare UPDATE try it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.access.notation import PRINCIPALS
from tests.moves.machines import HOME, MACHINES, Ground

Data = Callable[[Ground, Any], dict[str, Any]]
Who = frozenset[str]
AROUND = tuple(who for who in PRINCIPALS if who != "gone")  # who was deactivated meets the sign-in page


@dataclass(frozen=True)
class Door:
    """An address and what is sent there; `{pk}` is the row's key unless `key` says otherwise."""

    route: str
    data: Data
    key: Callable[[Ground, Any], dict[str, Any]] = lambda on, row: {"pk": row.pk}

    def url(self, on: Ground, row: Any) -> str:
        return reverse(self.route, kwargs=self.key(on, row))


@dataclass(frozen=True)
class Action:
    """`allowed`: state to the principals who may; every other pair is refused. `to` None: the row keeps its state.

    `columns`: what a bare UPDATE by this person would write, in each way it could be claimed.
    """

    of: str
    name: str
    to: str | None
    allowed: Mapping[str, Who]
    page: Door | None = None
    api: Door | None = None
    columns: Callable[[User, Any], list[dict[str, Any]]] | None = None

    def __str__(self) -> str:
        return f"{self.of}: {self.name}"

    @property
    def states(self) -> list[str]:
        return MACHINES[self.of].states

    def may(self, state: str, who: str) -> bool:
        return who in self.allowed.get(state, frozenset())


def who(*names: str) -> Who:
    return frozenset(names)


def fixed(**data: Any) -> Data:
    return lambda on, row: data


def _decided(state: str) -> Callable[[User, Any], list[dict[str, Any]]]:
    """By the community or by the panel: whichever the person claims to be."""

    def columns(by: User, at: Any) -> list[dict[str, Any]]:
        done = {"state": state, "decided_by": by, "decided_at": at, "reason": "属实"}
        return [done | {"decided_as": claimed} for claimed in ("community", "panel")]

    return columns


def _as(**columns: Any) -> Callable[[User, Any], list[dict[str, Any]]]:
    """`BY` and `AT` stand for the person and the moment."""

    def filled(by: User, at: Any) -> list[dict[str, Any]]:
        return [{k: by if v == "BY" else at if v == "AT" else v for k, v in columns.items()}]

    return filled


NOBODY: Who = frozenset()
COMMUNITY, PANEL, OFFICE, OWNER = who("reviewer"), who("panel"), who("office"), who("landlord")
ANSWERERS, POSTERS = who("reviewer", "panel", "office"), who("grid", "office")


def _decisions(of: str, verb: str, to: str, allowed: Mapping[str, Who], columns: Any) -> Action:
    sent = fixed(verb=verb, reason="属实")
    return Action(
        of, verb, to, allowed, Door("review:change", sent), Door("api:change-decision", sent), columns
    )


def _many(of: str, verb: str, to: str, allowed: Mapping[str, Who]) -> Action:
    door = Door(
        "review:changes-decide",
        lambda on, row: {"action": verb, "reason": "属实", "ids": row.pk},
        lambda on, row: {},
    )
    return Action(of, f"{verb} with others", to, allowed, door)


_REVIEWED = _as(state="with_panel", reviewed_by="BY", reviewed_at="AT", review_reason="属实")
_OF_HOME = lambda on, row: {}  # noqa: E731 - the API names the home in the body
GRADES = [
    _decisions("grade change", "approve", "approved", {"proposed": COMMUNITY}, _decided("approved")),
    _decisions("grade change", "return", "returned", {"proposed": COMMUNITY}, _decided("returned")),
    _decisions("grade change", "review", "with_panel", {}, _REVIEWED),
    _many("grade change", "approve", "approved", {"proposed": COMMUNITY}),
    _many("grade change", "return", "returned", {"proposed": COMMUNITY}),
    _many("grade change", "review", "with_panel", {}),
    _decisions("change of red", "review", "with_panel", {"proposed": COMMUNITY}, _REVIEWED),
    _decisions("change of red", "approve", "approved", {"with_panel": PANEL}, _decided("approved")),
    _decisions(
        "change of red", "return", "returned", {"proposed": COMMUNITY, "with_panel": PANEL}, _decided("returned")
    ),
    _many("change of red", "review", "with_panel", {"proposed": COMMUNITY}),
    _many("change of red", "approve", "approved", {"with_panel": PANEL}),
    _many("change of red", "return", "returned", {"proposed": COMMUNITY, "with_panel": PANEL}),
    *(
        Action(
            "urgent red", verb, to, {"unconfirmed": PANEL},
            Door("review:urgent-end", fixed(verb=verb, reason="属实")),
            Door("api:urgent-red-end", fixed(verb=verb, reason="属实")),
            None if verb == "lift" else _as(state=to, ended_by="BY", ended_at="AT", answer="属实"),
        )
        for verb, to in (("confirm", "confirmed"), ("lift", "lifted"))
    ),
]  # fmt: skip
HOMES = [
    Action(
        HOME, "ask for delisting", None, {"red": OWNER},
        Door("landlords:delisting-request", fixed(words="已整改")),
        Door("api:delisting-requests", lambda on, row: {"unit": row.code, "words": "已整改"}, _OF_HOME),
    ),
    Action(
        HOME, "object", None, {"yellow": OWNER, "red": OWNER},
        Door("landlords:objection", fixed(words="不是这间房")),
        Door("api:objections", lambda on, row: {"unit": row.code, "words": "不是这间房"}, _OF_HOME),
    ),
    Action(
        HOME, "reply", None, dict.fromkeys(("green", "yellow", "red"), OWNER),
        Door("landlords:reply", fixed(text="欢迎查看")),
        Door("api:replies", lambda on, row: {"unit": row.code, "text": "欢迎查看"}, _OF_HOME),
    ),
    Action(
        HOME, "ask for green", None, {"yellow": OWNER},
        Door("landlords:visit-request", fixed(words="已整改")),
        Door("api:visit-requests", lambda on, row: {"unit": row.code, "words": "已整改"}, _OF_HOME),
    ),
    Action(
        HOME, "inspect the own home", None, {"green": OWNER},
        Door("landlords:self-inspection", fixed(all_fine="1")),
    ),
    Action(
        HOME, "put into red at once", None, dict.fromkeys(("none", "green", "yellow"), PANEL),
        Door("review:urgent-new", fixed(item="Z05", reason="发现黑煤气")),
        Door("api:urgent-reds", lambda on, row: {"unit": row.code, "item": "Z05", "reason": "发现黑煤气"}, _OF_HOME),
    ),
    Action(
        "delisting", "withdraw", "withdrawn", {"requested": OWNER, "inspected": OWNER},
        Door("landlords:delisting-withdraw", fixed()), Door("api:delisting-withdraw", fixed()),
    ),
    *(
        Action(
            "objection", verb, to, {"filed": ANSWERERS, "assigned": OFFICE},
            Door("review:objection", fixed(verb=verb, answer="查明如下")),
            Door("api:objection-answer", fixed(verb=verb, answer="查明如下")),
            _as(
                state=to, answered_by="BY", answered_at="AT", answer="查明如下",
                remedy="reinspection" if verb == "uphold" else "",
            ),
        )
        for verb, to in (("uphold", "upheld"), ("reject", "rejected"))
    ),
    Action(
        "objection", "assign", "assigned", {"filed": ANSWERERS, "assigned": ANSWERERS},
        Door("review:objection-assign", lambda on, row: {"to": on.cast.office.pk}),
        Door("api:objection-assign", fixed(to="office")),
        _as(state="assigned", assigned_to="BY", assigned_at="AT"),
    ),
]  # fmt: skip
HAZARDS = [
    Action(
        "hazard", "send proof", "proof_sent", {"open": OWNER},
        Door("landlords:proof-send", fixed(note="已清走")), Door("api:hazard-proofs", fixed(note="已清走")),
    ),
    Action(
        "hazard", "hand over", None, {"open": COMMUNITY, "proof_sent": COMMUNITY},
        Door("review:hand-over", fixed(department="消防", words="请核查")),
        Door("api:hazard-hand-over", fixed(department="消防", words="请核查")),
    ),
    *(
        Action(
            "proof", verb, to, {"sent": COMMUNITY},
            Door("review:proof-check", fixed(verb=verb, reason="看不清")),
            Door("api:proof-check", fixed(verb=verb, reason="看不清")),
            None if verb == "accept" else _as(state=to, checked_by="BY", checked_at="AT", reason="看不清"),
        )
        for verb, to in (("accept", "accepted"), ("refuse", "refused"))
    ),
    *(
        Action(
            "hand-over", verb, to, {"with": COMMUNITY},
            Door("review:hand-over-end", fixed(verb=verb, answered_by="张工", words="已处理")),
            Door("api:hand-over-end", fixed(verb=verb, answered_by="张工", words="已处理")),
            _as(state=to, answered_by="张工", answer="已处理", recorded_by="BY", ended_at="AT"),
        )
        for verb, to in (("answer", "answered"), ("take-back", "taken_back"))
    ),
    Action(
        "report", "answer", "checked", {"new": COMMUNITY},
        Door("review:report-answer", fixed(answer="已上门")),
        columns=_as(state="checked", checked_by="BY", checked_at="AT", answer="已上门"),
    ),
    Action(
        "incident", "place", "matched", {"doubtful": who("reviewer", "office")},
        Door("review:incident-place", lambda on, row: {"place": str(on.home.building_id)}),
        Door("api:incident-place", lambda on, row: {"building": on.home.building.code}),
    ),
    Action(
        "incident", "say it was nowhere", "nowhere", {"doubtful": who("reviewer", "office")},
        Door("review:incident-place", fixed(place="none")), Door("api:incident-place", fixed()),
    ),
]  # fmt: skip
STARS = [
    *(
        Action(
            "star proposal",
            verb,
            to,
            {"proposed": PANEL},
            Door("review:star-proposal", fixed(verb=verb, reason="同意")) if verb == "refuse" else None,
            columns=_as(state=to, decided_by="BY", decided_at="AT", answer="同意"),
        )
        for verb, to in (("approve", "approved"), ("refuse", "refused"))
    ),
    Action(
        "vacancy check",
        "answer",
        "answered",
        {"due": who("grid")},
        Door("field:vacancy-answer", fixed(answer="empty")),
        columns=_as(state="answered", answer="empty", answered_by="BY", answered_at="AT"),
    ),
]
OFFICES = [
    Action(
        "rule set", "publish", "published", {"simulated": OFFICE},
        Door(
            "office:rule-publish",
            lambda on, row: {"effective_on": timezone.localdate().isoformat(), "reason": "会议通过"},
            lambda on, row: {"version": row.version},
        ),
        columns=_as(
            state="published", published_by="BY", published_at="AT", publish_reason="会议通过",
            effective_on="2026-12-01",
        ),
    ),
    Action(
        "rule set", "take out an item", "draft", {"draft": OFFICE, "simulated": OFFICE},
        Door(
            "office:rule-item-retire", fixed(), lambda on, row: {"version": row.version, "code": "F02"}
        ),
    ),
    Action(
        "rule set", "discard", None, {"draft": OFFICE, "simulated": OFFICE},
        Door("office:rule-discard", fixed(), lambda on, row: {"version": row.version}),
    ),
    Action(
        "sticker",
        "post",
        "posted",
        {"printed": POSTERS, "issued": POSTERS},
        Door("field:sign", fixed(do="post")),
    ),
    Action(
        "sticker",
        "take down",
        "removed",
        {"superseded": POSTERS},
        Door("field:sign", fixed(do="take_down")),
    ),
    Action(
        "sign task", "look", "done", {"open": POSTERS}, Door("field:sign-task", fixed(outcome="fine"))
    ),
    Action(
        "document", "try again", "owed", {"failed": who("reviewer", "office")},
        Door("review:document-again", fixed()),
    ),
    Action(
        "document", "issue anew", None, {"failed": who("reviewer", "office")},
        Door("review:document-reissue", fixed(wrong="限期", right="限时")),
    ),
    Action(
        "document", "deliver", None, {"ready": who("grid", "reviewer", "office")},
        Door("field:document", fixed(how="in_person", to="本人")),
    ),
    Action(
        "text message", "send again", "waiting", {"unclear": OFFICE, "given_up": OFFICE},
        Door("office:outbox-again", fixed()),
    ),
    Action(
        "job", "stop", "cancelled", {"planning": OFFICE, "running": OFFICE}, Door("office:job-cancel", fixed())
    ),
    Action("import", "take back", "undone", {"done": OFFICE}, Door("office:import-undo", fixed())),
]  # fmt: skip
ACTIONS: list[Action] = [*GRADES, *HOMES, *HAZARDS, *STARS, *OFFICES]

# Addresses that take a POST and act on nothing that has a state, with what they are instead.
ELSEWHERE: dict[str, str] = {
    **dict.fromkeys(
        ("field:visit-new", "field:scan", "field:building-post-signs", "field:sheets", "api:visits"),
        "a building: what it leaves to each state is in `by_itself`; tests/web/field and tests/grading",
    ),
    **dict.fromkeys(("review:rectification", "review:homes-export", "review:home-reveal"), "makes a file or a note"),
    "review:reply-hide": "hidden or not; tests/flows/test_objection.py",
    **dict.fromkeys(
        ("office:imports", "office:incidents", "office:assessment", "office:print-run-new", "api:incidents", "api:photos",
         "public:report", "office:second-visits-draw"),
        "makes a new row",
    ),
    "public:find-sticker": "a report like that behind a sticker; tests/web/public/test_find_sticker.py",
    "review:photo-clear": "a line more about a photo, in its triggers; tests/flows/test_photo_clearance.py",
    "office:import-now": "a new run of the same file; tests/web/office/test_imports.py",
    **dict.fromkeys(
        ("office:person-new", "office:person-second-step", "office:person-password", "office:person-active",
         "office:post-give", "office:post-end"),
        "people and their posts; tests/accounts, tests/communities",
    ),
    **dict.fromkeys(
        ("office:rule-draft-new", "office:rule-settings", "office:rule-settings-check", "office:rule-item",
         "office:rule-item-new", "office:rule-item-check", "office:rule-item-restore", "office:rule-what-if"),
        "edits a draft as `take out an item` does, by the same lock; tests/flows/test_rule_drafts.py",
    ),
    **dict.fromkeys(
        ("office:handling", "office:category", "office:category-new"),
        "settings of the office; tests/web/office/test_handling.py",
    ),
    **dict.fromkeys(
        ("office:sign-settings", "office:sign-settings-preview", "office:printer-new", "office:printer"),
        "settings; tests/web/office",
    ),
    **dict.fromkeys(("review:stars-propose", "review:star-withdraw"), "makes a proposal; tests/flows/test_stars.py"),
    "leaders:list-export": "makes a file",
    **dict.fromkeys(
        ("office:hand-out", "office:print-owed", "office:code-renew"), "many signs or a code; tests/signage/services"
    ),
    "api:reply-hide": "hidden or not",
    "inbox:read-all": "the own inbox",
    "set_language": "a setting",
}  # fmt: skip
