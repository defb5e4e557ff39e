"""Nobody decides about a home without a reason: the landlord reads it."""

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid


def demand(reason: str) -> None:
    """Invalid when it is empty."""
    if not reason.strip():
        raise Invalid(_("Give a reason; the landlord will read it."))
