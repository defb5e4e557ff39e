"""Allowed moves of everything that has a state, as one table each. Services, tests and docs read these."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class RuleSetState(StrEnum):
    """A version of the rules; an edit makes a simulated one a draft again."""

    DRAFT = "draft"
    SIMULATED = "simulated"
    PUBLISHED = "published"
    RETIRED = "retired"


RULE_SET_STATE_NAMES = {
    RuleSetState.DRAFT: _("draft"),
    RuleSetState.SIMULATED: _("simulated"),
    RuleSetState.PUBLISHED: _("published"),
    RuleSetState.RETIRED: _("retired"),
}
RULE_SET_MOVES: dict[RuleSetState, frozenset[RuleSetState]] = {
    RuleSetState.DRAFT: frozenset({RuleSetState.SIMULATED}),
    RuleSetState.SIMULATED: frozenset({RuleSetState.DRAFT, RuleSetState.PUBLISHED}),
    RuleSetState.PUBLISHED: frozenset({RuleSetState.RETIRED}),
    RuleSetState.RETIRED: frozenset(),
}
OPEN_RULE_SET_STATES = (RuleSetState.DRAFT, RuleSetState.SIMULATED)


class ChangeState(StrEnum):
    """A grade change: proposed by an assessment, decided by people."""

    PROPOSED = "proposed"
    WITH_PANEL = "with_panel"
    APPROVED = "approved"
    RETURNED = "returned"
    SUPERSEDED = "superseded"


CHANGE_STATE_NAMES = {
    ChangeState.PROPOSED: _("waiting for the community"),
    ChangeState.WITH_PANEL: _("waiting for the panel"),
    ChangeState.APPROVED: _("approved"),
    ChangeState.RETURNED: _("returned"),
    ChangeState.SUPERSEDED: _("replaced by newer facts"),
}
CHANGE_MOVES: dict[ChangeState, frozenset[ChangeState]] = {
    ChangeState.PROPOSED: frozenset(
        {ChangeState.WITH_PANEL, ChangeState.APPROVED, ChangeState.RETURNED, ChangeState.SUPERSEDED}
    ),
    ChangeState.WITH_PANEL: frozenset({ChangeState.APPROVED, ChangeState.RETURNED, ChangeState.SUPERSEDED}),
    ChangeState.APPROVED: frozenset(),
    ChangeState.RETURNED: frozenset(),
    ChangeState.SUPERSEDED: frozenset(),
}
OPEN_CHANGE_STATES = (ChangeState.PROPOSED, ChangeState.WITH_PANEL)


class HazardState(StrEnum):
    OPEN = "open"
    PROOF_SENT = "proof_sent"
    CLOSED = "closed"


HAZARD_STATE_NAMES = {
    HazardState.OPEN: _("open"),
    HazardState.PROOF_SENT: _("proof waits for a check"),
    HazardState.CLOSED: _("mended"),
}
HAZARD_MOVES: dict[HazardState, frozenset[HazardState]] = {
    HazardState.OPEN: frozenset({HazardState.PROOF_SENT, HazardState.CLOSED}),
    HazardState.PROOF_SENT: frozenset({HazardState.OPEN, HazardState.CLOSED}),
    HazardState.CLOSED: frozenset({HazardState.OPEN}),
}
OPEN_HAZARD_STATES = (HazardState.OPEN, HazardState.PROOF_SENT)


class DelistingState(StrEnum):
    """A landlord's request to take a red home off the list."""

    REQUESTED = "requested"
    INSPECTED = "inspected"
    WITH_PANEL = "with_panel"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


DELISTING_STATE_NAMES = {
    DelistingState.REQUESTED: _("waiting for the re-inspection"),
    DelistingState.INSPECTED: _("re-inspected, waiting for the community"),
    DelistingState.WITH_PANEL: _("waiting for the panel"),
    DelistingState.GRANTED: _("taken off the red list"),
    DelistingState.REFUSED: _("refused"),
    DelistingState.WITHDRAWN: _("withdrawn"),
}
DELISTING_MOVES: dict[DelistingState, frozenset[DelistingState]] = {
    DelistingState.REQUESTED: frozenset(
        {
            DelistingState.INSPECTED,
            DelistingState.WITH_PANEL,  # the visit found the proposal with the panel already
            DelistingState.REFUSED,
            DelistingState.WITHDRAWN,
        }
    ),
    DelistingState.INSPECTED: frozenset(
        {DelistingState.WITH_PANEL, DelistingState.REFUSED, DelistingState.WITHDRAWN}
    ),
    DelistingState.WITH_PANEL: frozenset(
        {DelistingState.GRANTED, DelistingState.REFUSED, DelistingState.INSPECTED}  # newer facts: once more
    ),
    DelistingState.GRANTED: frozenset(),
    DelistingState.REFUSED: frozenset(),
    DelistingState.WITHDRAWN: frozenset(),
}
OPEN_DELISTING_STATES = (DelistingState.REQUESTED, DelistingState.INSPECTED, DelistingState.WITH_PANEL)


class UrgentState(StrEnum):
    """A red that one panel member put in at once; another one confirms or lifts it."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"


URGENT_STATE_NAMES = {
    UrgentState.UNCONFIRMED: _("waiting for another panel member"),
    UrgentState.CONFIRMED: _("confirmed"),
    UrgentState.LIFTED: _("lifted"),
}
URGENT_MOVES: dict[UrgentState, frozenset[UrgentState]] = {
    UrgentState.UNCONFIRMED: frozenset({UrgentState.CONFIRMED, UrgentState.LIFTED}),
    UrgentState.CONFIRMED: frozenset(),
    UrgentState.LIFTED: frozenset(),
}


class IncidentState(StrEnum):
    """An incident that came in: where it belongs."""

    DOUBTFUL = "doubtful"
    MATCHED = "matched"
    NOWHERE = "nowhere"
    SET_ASIDE = "set_aside"


INCIDENT_STATE_NAMES = {
    IncidentState.DOUBTFUL: _("to be confirmed"),
    IncidentState.MATCHED: _("matched"),
    IncidentState.NOWHERE: _("at none of our buildings"),
    IncidentState.SET_ASIDE: _("protected, never counts"),
}
INCIDENT_MOVES: dict[IncidentState, frozenset[IncidentState]] = {
    IncidentState.DOUBTFUL: frozenset({IncidentState.MATCHED, IncidentState.NOWHERE}),
    IncidentState.MATCHED: frozenset(),
    IncidentState.NOWHERE: frozenset(),
    IncidentState.SET_ASIDE: frozenset(),
}


class ObjectionState(StrEnum):
    """A landlord's objection to a decision."""

    FILED = "filed"
    ASSIGNED = "assigned"
    UPHELD = "upheld"
    REJECTED = "rejected"


OBJECTION_STATE_NAMES = {
    ObjectionState.FILED: _("filed"),
    ObjectionState.ASSIGNED: _("with the person who answers"),
    ObjectionState.UPHELD: _("upheld"),
    ObjectionState.REJECTED: _("rejected"),
}
OBJECTION_MOVES: dict[ObjectionState, frozenset[ObjectionState]] = {
    ObjectionState.FILED: frozenset(
        {ObjectionState.ASSIGNED, ObjectionState.UPHELD, ObjectionState.REJECTED}
    ),
    ObjectionState.ASSIGNED: frozenset(
        {ObjectionState.ASSIGNED, ObjectionState.UPHELD, ObjectionState.REJECTED}  # given to another person
    ),
    ObjectionState.UPHELD: frozenset(),
    ObjectionState.REJECTED: frozenset(),
}
OPEN_OBJECTION_STATES = (ObjectionState.FILED, ObjectionState.ASSIGNED)


class VisitRequestState(StrEnum):
    REQUESTED = "requested"
    DONE = "done"


VISIT_REQUEST_STATE_NAMES = {
    VisitRequestState.REQUESTED: _("waiting for the visit"),
    VisitRequestState.DONE: _("visited"),
}
VISIT_REQUEST_MOVES: dict[VisitRequestState, frozenset[VisitRequestState]] = {
    VisitRequestState.REQUESTED: frozenset({VisitRequestState.DONE}),
    VisitRequestState.DONE: frozenset(),
}


class HandOverState(StrEnum):
    """A hazard handed over to a department."""

    WITH_DEPARTMENT = "with"
    ANSWERED = "answered"
    TAKEN_BACK = "taken_back"


HAND_OVER_STATE_NAMES = {
    HandOverState.WITH_DEPARTMENT: _("waiting for the department"),
    HandOverState.ANSWERED: _("answered"),
    HandOverState.TAKEN_BACK: _("taken back"),
}
HAND_OVER_MOVES: dict[HandOverState, frozenset[HandOverState]] = {
    HandOverState.WITH_DEPARTMENT: frozenset({HandOverState.ANSWERED, HandOverState.TAKEN_BACK}),
    HandOverState.ANSWERED: frozenset(),
    HandOverState.TAKEN_BACK: frozenset(),
}


class SpotCheckState(StrEnum):
    """An accepted proof in the lottery of spot checks."""

    NOT_DRAWN = "not_drawn"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    FALSE = "false"


SPOT_CHECK_STATE_NAMES = {
    SpotCheckState.NOT_DRAWN: _("not drawn"),
    SpotCheckState.WAITING: _("waiting for a visit"),
    SpotCheckState.CONFIRMED: _("found mended"),
    SpotCheckState.FALSE: _("found not mended"),
}
SPOT_CHECK_MOVES: dict[SpotCheckState, frozenset[SpotCheckState]] = {
    SpotCheckState.NOT_DRAWN: frozenset(),
    SpotCheckState.WAITING: frozenset({SpotCheckState.CONFIRMED, SpotCheckState.FALSE}),
    SpotCheckState.CONFIRMED: frozenset(),
    SpotCheckState.FALSE: frozenset(),
}


class StarState(StrEnum):
    """A proposal to give stars to a building, or to take them away."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


STAR_STATE_NAMES = {
    StarState.PROPOSED: _("waiting for the panel"),
    StarState.APPROVED: _("approved"),
    StarState.REFUSED: _("refused"),
    StarState.SUPERSEDED: _("replaced by newer facts"),
}
STAR_MOVES: dict[StarState, frozenset[StarState]] = {
    StarState.PROPOSED: frozenset({StarState.APPROVED, StarState.REFUSED, StarState.SUPERSEDED}),
    StarState.APPROVED: frozenset(),
    StarState.REFUSED: frozenset(),
    StarState.SUPERSEDED: frozenset(),
}


class VacancyState(StrEnum):
    """Whether a red home is really empty: looked at by the grid worker."""

    DUE = "due"
    ANSWERED = "answered"
    CLOSED = "closed"


VACANCY_STATE_NAMES = {
    VacancyState.DUE: _("to be looked at"),
    VacancyState.ANSWERED: _("looked at"),
    VacancyState.CLOSED: _("no longer red"),
}
VACANCY_MOVES: dict[VacancyState, frozenset[VacancyState]] = {
    VacancyState.DUE: frozenset({VacancyState.ANSWERED, VacancyState.CLOSED}),
    VacancyState.ANSWERED: frozenset(),
    VacancyState.CLOSED: frozenset(),
}
