"""What to do next, and how far a request has come, as a landlord reads it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import day_of
from fucheng.web.landlords.queries import HazardCard, HomePage
from grading.models import DelistingRequest
from grading.states import DelistingState, HazardState

State = DelistingState


@dataclass(frozen=True)
class Step:
    """One station of a request. `state` is done, now, next or stopped; `text` is what was said there."""

    title: str
    state: str
    at: datetime | None = None
    by: date | None = None
    text: str = ""


def steps_of(request: DelistingRequest) -> list[Step]:
    """Requested, re-inspected, community, panel, decision: what is past, present and to come."""
    change, has_ended = request.change, request.ended_at is not None
    seen_at = request.visit.submitted_at if request.visit else None
    reviewed_at = change.reviewed_at if change else None
    past = [True, bool(seen_at), bool(reviewed_at), bool(reviewed_at) and has_ended]
    now = past.index(False) if False in past and not has_ended else len(past)
    stations = [
        Step(_("You asked for the re-inspection"), "", at=request.requested_at, text=request.words),
        Step(_("Re-inspection on the spot"), "", at=seen_at, by=request.inspect_by),
        Step(
            _("Check by the community"),
            "",
            at=reviewed_at,
            text=change.review_reason if change and reviewed_at else "",
        ),
        Step(_("Decision of the street's grading panel"), "", at=None),
    ]
    reached = [
        Step(s.title, _state(number, past[number], now, has_ended), s.at, None if s.at else s.by, s.text)
        for number, s in enumerate(stations)
    ]
    return [*(s for s in reached if s.state != "skipped"), *_ending(request)]


def _state(number: int, is_past: bool, now: int, has_ended: bool) -> str:
    if is_past:
        return "done"
    if has_ended:
        return "skipped"
    return "now" if number == now else "next"


def _ending(request: DelistingRequest) -> list[Step]:
    titles = {
        State.GRANTED: (_("Granted: the home is off the red list"), "done"),
        State.REFUSED: (_("Not granted"), "stopped"),
        State.WITHDRAWN: (_("You withdrew the request"), "stopped"),
    }
    if request.state not in titles:
        return []
    title, state = titles[State(request.state)]
    return [Step(title, state, at=request.ended_at, text=request.answer)]


def next_steps(home: HomePage) -> list[dict[str, Any]]:
    """In the order in which it helps: mend, show it, have it looked at."""
    steps = [_mend(card, home) for card in home.cards]
    if home.can_request:
        is_mended = not any(card.hazard.item.effect == "veto" for card in home.to_mend)
        text = (
            _("Ask for the re-inspection; it comes within three working days.")
            if is_mended
            else _("When everything that makes the home red is mended, ask for the re-inspection.")
        )
        url = reverse("landlords:delisting-request", args=[home.unit.pk])
        steps.append({"text": text, "url": url, "button": _("Ask for delisting")})
    if home.open_request:
        steps.append(_wait(home.open_request))
    return steps


def _mend(card: HazardCard, home: HomePage) -> dict[str, Any]:
    hazard = card.hazard
    names = {"fault": hazard.item.fault}
    if hazard.state == HazardState.PROOF_SENT:
        return {"text": _("%(fault)s: your proof is being checked; nothing to do now.") % names}
    url = f"{reverse('landlords:proof-send', args=[hazard.pk])}?home={home.unit.pk}"
    text = _("Mend: %(fault)s (common parts)") if hazard.unit_id is None else _("Mend: %(fault)s")
    return {"text": text % names, "due": hazard.due_on, "url": url, "button": _("Send proof")}


def _wait(request: DelistingRequest) -> dict[str, Any]:
    if request.state == State.REQUESTED:
        text = _("Be there for the re-inspection, or let someone open the door.")
        return {"text": text, "due": request.inspect_by}
    asked = {"day": f"{day_of(request.requested_at):%Y-%m-%d}"}
    return {"text": _("Your request of %(day)s is being decided; nothing to do now.") % asked}
