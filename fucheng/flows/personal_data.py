"""A look at a landlord's personal data: with a purpose, written to the audit trail, for one answer."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.errors import Conflict, Invalid
from rentals.models import Unit


@dataclass(frozen=True, slots=True)
class Revealed:
    """Who a home belongs to, in clear."""

    name: str
    identity: str
    phone: str
    manager_name: str
    manager_phone: str


@transaction.atomic(durable=True)
def reveal(*, unit_id: int, by: User, purpose: str) -> Revealed:
    """Each call is one look and one audit row."""
    unit = Unit.objects.visible_to(by).select_related("building", "landlord", "manager").one(pk=unit_id)
    access.authorize(by, Permission.PERSONAL_DATA_REVEAL, community_id=unit.building.community_id)
    if not purpose.strip():
        raise Invalid(_("Say what you need the data for; it stays in the audit trail."))
    if unit.landlord is None and unit.manager is None:
        raise Conflict(_("The register names no landlord and no manager for this home."))
    audit.record(
        "personal-data-revealed",
        by=by,
        subject="landlord",
        subject_id=unit.landlord_id or "",
        reason=purpose.strip()[:500],
        data={"unit": unit.pk, "manager": unit.manager_id},
    )
    return Revealed(
        name=unit.landlord.name if unit.landlord else "",
        identity=unit.landlord.identity if unit.landlord else "",
        phone=unit.landlord.phone if unit.landlord else "",
        manager_name=unit.manager.name if unit.manager else "",
        manager_phone=unit.manager.phone if unit.manager else "",
    )
