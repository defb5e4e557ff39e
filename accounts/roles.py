"""Roles and what each may do. Readable code, no table: who holds a role where is a post (communities)."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    GRID_WORKER = "grid_worker"
    REVIEWER = "reviewer"
    PANEL = "panel"
    OFFICE = "office"
    LEADER = "leader"
    AUDITOR = "auditor"
    LANDLORD = "landlord"


class Permission(StrEnum):
    REGISTER_READ = "register.read"
    REGISTER_IMPORT = "register.import"
    PERSONAL_DATA_REVEAL = "personal_data.reveal"
    VISIT_SUBMIT = "visit.submit"
    HAZARD_VERIFY = "hazard.verify"
    PHOTO_CLEAR = "photo.clear"
    GRADE_REVIEW = "grade.review"
    GRADE_DECIDE = "grade.decide"
    GRADE_DECIDE_RED = "grade.decide_red"
    GRADE_BULK_ASSESS = "grade.bulk_assess"
    DELISTING_REQUEST = "delisting.request"
    PROOF_SEND = "proof.send"
    INCIDENT_IMPORT = "incident.import"
    INCIDENT_MATCH = "incident.match"
    OBJECTION_FILE = "objection.file"
    OBJECTION_ANSWER = "objection.answer"
    REPLY_MODERATE = "reply.moderate"
    VISIT_REQUEST = "visit.request"
    SIGN_PRINT = "sign.print"
    SIGN_POST = "sign.post"
    SIGN_RENEW = "sign.renew"
    SIGN_SETTINGS = "sign.settings"
    DOCUMENT_READ = "document.read"
    DOCUMENT_ISSUE = "document.issue"
    DOCUMENT_DELIVER = "document.deliver"
    OUTBOX_MANAGE = "outbox.manage"
    FIGURES_READ = "figures.read"
    EXPORT = "export"
    RULES_READ = "rules.read"
    RULES_EDIT = "rules.edit"
    PEOPLE_MANAGE = "people.manage"
    JOBS_READ = "jobs.read"
    AUDIT_READ = "audit.read"
    INTEGRITY_READ = "integrity.read"
    SECOND_VISIT_DRAW = "second_visit.draw"
    STAR_PROPOSE = "star.propose"
    STAR_DECIDE = "star.decide"


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.GRID_WORKER: frozenset(
        {
            P.REGISTER_READ,
            P.VISIT_SUBMIT,
            P.SIGN_POST,
            P.DOCUMENT_READ,
            P.DOCUMENT_DELIVER,
            P.RULES_READ,
        }
    ),
    Role.REVIEWER: frozenset(
        {
            P.REGISTER_READ,
            P.PERSONAL_DATA_REVEAL,
            P.HAZARD_VERIFY,
            P.PHOTO_CLEAR,
            P.INCIDENT_MATCH,
            P.GRADE_REVIEW,
            P.GRADE_DECIDE,
            P.STAR_PROPOSE,
            P.OBJECTION_ANSWER,
            P.SIGN_PRINT,
            P.DOCUMENT_READ,
            P.DOCUMENT_ISSUE,
            P.DOCUMENT_DELIVER,
            P.FIGURES_READ,
            P.EXPORT,
            P.RULES_READ,
            P.JOBS_READ,
        }
    ),
    Role.PANEL: frozenset(
        {
            P.REGISTER_READ,
            P.GRADE_DECIDE_RED,
            P.STAR_DECIDE,
            P.OBJECTION_ANSWER,
            P.DOCUMENT_READ,
            P.FIGURES_READ,
            P.EXPORT,
            P.RULES_READ,
        }
    ),
    Role.OFFICE: frozenset(
        {
            P.REGISTER_READ,
            P.REGISTER_IMPORT,
            P.INCIDENT_IMPORT,
            P.INCIDENT_MATCH,
            P.PERSONAL_DATA_REVEAL,
            P.GRADE_BULK_ASSESS,
            P.OBJECTION_ANSWER,
            P.REPLY_MODERATE,
            P.PHOTO_CLEAR,
            P.SIGN_PRINT,
            P.SIGN_POST,
            P.SIGN_RENEW,
            P.SIGN_SETTINGS,
            P.DOCUMENT_READ,
            P.DOCUMENT_ISSUE,
            P.DOCUMENT_DELIVER,
            P.OUTBOX_MANAGE,
            P.FIGURES_READ,
            P.EXPORT,
            P.RULES_READ,
            P.RULES_EDIT,
            P.PEOPLE_MANAGE,
            P.JOBS_READ,
            P.INTEGRITY_READ,
            P.SECOND_VISIT_DRAW,
        }
    ),
    Role.LEADER: frozenset({P.REGISTER_READ, P.FIGURES_READ, P.EXPORT, P.RULES_READ}),
    Role.AUDITOR: frozenset(
        {
            P.REGISTER_READ,
            P.DOCUMENT_READ,
            P.FIGURES_READ,
            P.RULES_READ,
            P.JOBS_READ,
            P.AUDIT_READ,
            P.INTEGRITY_READ,
        }
    ),
    Role.LANDLORD: frozenset({P.PROOF_SEND, P.DELISTING_REQUEST, P.OBJECTION_FILE, P.VISIT_REQUEST}),
}

ROLE_NAMES = {
    Role.GRID_WORKER: _("Grid worker"),
    Role.REVIEWER: _("Community staff"),
    Role.PANEL: _("Grading panel"),
    Role.OFFICE: _("Street office"),
    Role.LEADER: _("Street leader"),
    Role.AUDITOR: _("Auditor"),
    Role.LANDLORD: _("Landlord"),
}
SECOND_STEP_ROLES = frozenset({Role.PANEL, Role.OFFICE, Role.AUDITOR})
"""Who decides on red, gives rights or reads the trail proves the own phone too (GB/T 22239-2019, level 3)."""
STREET_WIDE_ROLES = frozenset({Role.PANEL, Role.OFFICE, Role.LEADER, Role.AUDITOR})
