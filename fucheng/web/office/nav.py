"""What the side bar offers to the street office and the auditor."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission, Role
from fucheng.web.navigation import Item, Section

SECTION = Section(
    _("Office"),
    "/office/",
    (
        Item(
            "office:home",
            _("Overview"),
            "layout-dashboard",
            roles=frozenset({Role.OFFICE, Role.AUDITOR}),
            tab=True,
        ),
        Item("office:imports", _("Registry import"), "file-import", Permission.REGISTER_IMPORT),
        Item("office:incidents", _("Incidents"), "urgent", Permission.INCIDENT_IMPORT),
        Item("office:assessment", _("Bulk assessment"), "calculator", Permission.GRADE_BULK_ASSESS),
        Item(
            "office:print-runs",
            _("Printing"),
            "printer",
            Permission.SIGN_PRINT,
            tab=True,
            covers=("/office/printers/",),
        ),
        Item("office:walls", _("Signs on the walls"), "sticker", Permission.SIGN_PRINT),
        Item("office:sign-settings", _("What signs say"), "sign-right", Permission.SIGN_SETTINGS),
        Item("office:outbox", _("Text messages"), "message-2", Permission.OUTBOX_MANAGE),
        Item("office:people", _("People"), "users", Permission.PEOPLE_MANAGE, tab=True),
        Item("office:rules", _("Rules"), "scale", Permission.RULES_READ),
        Item("office:handling", _("Spot checks, categories"), "adjustments", Permission.RULES_EDIT),
        Item("office:jobs", _("Jobs"), "progress", Permission.JOBS_READ, tab=True),
        Item("office:integrity", _("Integrity"), "shield-search", Permission.INTEGRITY_READ),
        Item("office:audit", _("Audit trail"), "history", Permission.AUDIT_READ, tab=True),
    ),
)
