"""The landlord's part of the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from fucheng.web.navigation import Item, Section

SECTION = Section(
    _("My homes"),
    "/landlords/",
    (Item("landlords:home-list", _("My homes"), "home", Permission.DELISTING_REQUEST),),
)
