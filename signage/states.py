"""Allowed moves of a sign and of a task about signs, as one table each. Services, triggers, tests and docs read these."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class SignState(StrEnum):
    """A printed thing on its way to the wall and off it again."""

    PRINTED = "printed"
    ISSUED = "issued"
    POSTED = "posted"
    SUPERSEDED = "superseded"
    REMOVED = "removed"
    LOST = "lost"
    DAMAGED = "damaged"
    REFUSED = "refused"
    VOID = "void"


SIGN_STATE_NAMES = {
    SignState.PRINTED: _("printed, in hand"),
    SignState.ISSUED: _("handed out"),
    SignState.POSTED: _("on the wall"),
    SignState.SUPERSEDED: _("replaced"),
    SignState.REMOVED: _("taken down"),
    SignState.LOST: _("lost"),
    SignState.DAMAGED: _("damaged"),
    SignState.REFUSED: _("refused by the landlord"),
    SignState.VOID: _("void, never posted"),
}
_NEVER_HUNG = {SignState.POSTED, SignState.LOST, SignState.DAMAGED, SignState.REFUSED, SignState.VOID}
SIGN_MOVES: dict[SignState, frozenset[SignState]] = {
    SignState.PRINTED: frozenset({SignState.ISSUED, *_NEVER_HUNG}),
    SignState.ISSUED: frozenset({SignState.ISSUED, *_NEVER_HUNG}),  # given on to another person
    SignState.POSTED: frozenset({SignState.SUPERSEDED, SignState.REMOVED, SignState.LOST, SignState.DAMAGED}),
    SignState.SUPERSEDED: frozenset({SignState.REMOVED}),  # the old one was still there
    SignState.REMOVED: frozenset(),
    SignState.LOST: frozenset(),
    SignState.DAMAGED: frozenset(),
    SignState.REFUSED: frozenset(),
    SignState.VOID: frozenset(),
}
IN_HAND_STATES = (SignState.PRINTED, SignState.ISSUED)
LIVE_SIGN_STATES = (*IN_HAND_STATES, SignState.POSTED)
REASONED_STATES = (SignState.LOST, SignState.DAMAGED, SignState.REFUSED)


class TaskState(StrEnum):
    """Something to look at on a wall."""

    OPEN = "open"
    DONE = "done"


TASK_STATE_NAMES = {TaskState.OPEN: _("to look at"), TaskState.DONE: _("done")}
TASK_MOVES: dict[TaskState, frozenset[TaskState]] = {
    TaskState.OPEN: frozenset({TaskState.DONE}),
    TaskState.DONE: frozenset(),
}
