"""The law behind a checklist item; where no law is among its sources, the standard of the street."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

LAWS = {
    "S39": _("Measures for the Administration of Commodity Housing Tenancy (MOHURD order 6)"),
    "S40": _("Regulations on Housing Rental (State Council order 812)"),
    "S43": _("Provisions on Public Security of Rented Houses (MPS order 24)"),
    "S44": _("Fire Regulations of the Shenzhen Special Economic Zone"),
    "S46": _("Guangdong Measures for Implementing the Fire Protection Law"),
    "S48": _("Provisions on Fire Safety of High-rise Civil Buildings (MEM order 5)"),
    "S49": _("Shenzhen Measures for Building Safety (order 319)"),
    "S51": _("Standard for Dangerous Building Appraisal JGJ 125-2016"),
    "S55": _("Residence Permit Regulations of the Shenzhen Special Economic Zone"),
}
OWN_STANDARD = _("Grading standard of the street for rental homes")


def legal_sources(codes: Iterable[str]) -> list[str]:
    """Names of the laws among the sources; the street's standard where none is a law."""
    return [str(LAWS[code]) for code in codes if code in LAWS] or [str(OWN_STANDARD)]
