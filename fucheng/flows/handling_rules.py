"""What the office sets beside the rules: shares of spot checks, categories of incidents."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from grading.models import IncidentCategory
from grading.services import incident_categories, spot_checks
from grading.services.incident_categories import CategoryTold


@transaction.atomic(durable=True)
def set_shares(shares: Mapping[str, tuple[int, int]], *, by: User) -> None:
    """Binding for proofs accepted from now on; draws that were made stay."""
    spot_checks.set_shares(shares, by=by)


@transaction.atomic(durable=True)
def save_category(told: CategoryTold, *, by: User) -> IncidentCategory:
    return incident_categories.save(told, by=by)
