"""The grid worker's part of the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from fucheng.web.navigation import Item, Section

SECTION = Section(
    _("Field work"),
    "/field/",
    (
        Item("field:home", _("Today"), "clipboard-list", Permission.VISIT_SUBMIT, tab=True),
        Item("field:due-list", _("Due for a visit"), "route", Permission.VISIT_SUBMIT, tab=True),
        Item(
            "field:sign-list",
            _("Signs"),
            "sticker",
            Permission.VISIT_SUBMIT,
            tab=True,
            covers=("/field/doors/",),
        ),
        Item("field:documents", _("Documents to deliver"), "mail-forward", Permission.DOCUMENT_DELIVER),
        Item("field:scan", _("Scan"), "qrcode", Permission.VISIT_SUBMIT, tab=True),
    ),
)
