"""What the side bar offers for decisions and look-ups."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission, Role
from communities import access
from fucheng.web.navigation import Item, Section
from grading.models import GradeChange, Incident, Objection, Proof, StarProposal, UrgentRed


def _waiting_for_community(user: User) -> int:
    return GradeChange.objects.visible_to(user).awaiting_community().count()


def _waiting_for_panel(user: User) -> int:
    """Changes handed on, and urgent reds that another member has to confirm or lift."""
    urgent = UrgentRed.objects.visible_to(user).unconfirmed().exclude(decided_by=user)
    return GradeChange.objects.visible_to(user).awaiting_panel().count() + urgent.count()


def _objections(user: User) -> int:
    return Objection.objects.visible_to(user).open().count()


def _proofs(user: User) -> int:
    return Proof.objects.visible_to(user).filter(state=Proof.State.SENT).count()


def _stars(user: User) -> int:
    """What waits for the panel; the community has nothing to answer here."""
    if not access.can(user, Permission.STAR_DECIDE):
        return 0
    return StarProposal.objects.visible_to(user).awaiting_panel().count()


STAR_ROLES = frozenset({Role.REVIEWER, Role.PANEL})


def _incidents(user: User) -> int:
    return Incident.objects.visible_to(user).doubtful().count()


SECTION = Section(
    _("Review"),
    "/review/",
    (
        Item(
            "review:queue",
            _("To decide"),
            "gavel",
            Permission.GRADE_DECIDE,
            tab=True,
            count=_waiting_for_community,
            covers=("/review/changes/",),
        ),
        Item(
            "review:panel",
            _("Panel"),
            "users-group",
            Permission.GRADE_DECIDE_RED,
            tab=True,
            count=_waiting_for_panel,
            covers=("/review/changes/",),
        ),
        Item("review:proofs", _("Proofs"), "photo-check", Permission.HAZARD_VERIFY, tab=True, count=_proofs),
        Item("review:reports", _("Reports"), "message-report", Permission.HAZARD_VERIFY),
        Item("review:hazards", _("Waiting hazards"), "clock-exclamation", Permission.HAZARD_VERIFY),
        Item(
            "review:incidents",
            _("Places in doubt"),
            "map-pin-question",
            Permission.INCIDENT_MATCH,
            count=_incidents,
        ),
        Item(
            "review:objections",
            _("Objections"),
            "message-exclamation",
            Permission.OBJECTION_ANSWER,
            count=_objections,
        ),
        Item("review:stars", _("Stars"), "star", roles=STAR_ROLES, count=_stars),
        Item("review:delistings", _("Delisting"), "arrow-back-up", Permission.GRADE_REVIEW),
        Item(
            "review:register",
            _("Register"),
            "building-community",
            Permission.REGISTER_READ,
            tab=True,
            covers=("/review/homes/",),
        ),
        Item("review:documents", _("Documents"), "file-certificate", Permission.DOCUMENT_READ),
        Item("review:buildings", _("Buildings"), "building", Permission.REGISTER_READ),
    ),
)
