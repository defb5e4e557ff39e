"""What the side bar offers to people who watch the whole."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from fucheng.web.navigation import Item, Section

SECTION = Section(
    _("Figures"),
    "/leaders/",
    (
        Item("leaders:board", _("Overview"), "chart-bar", Permission.FIGURES_READ, tab=True),
        Item("leaders:rhythm", _("Rhythm"), "calendar-time", Permission.FIGURES_READ, tab=True),
        Item("leaders:map", _("Map"), "map-2", Permission.FIGURES_READ, tab=True),
    ),
)
