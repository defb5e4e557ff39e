"""Incidents as the office reads them."""

from django.db.models import QuerySet

from accounts.models import User
from fucheng.flows.incident_import import IncidentImport
from grading.models import Incident, IncidentCategory
from grading.querysets import IncidentQuerySet
from jobs.models import Job


def found(user: User, state: str) -> IncidentQuerySet[Incident]:
    """Newest first; protected ones are in no list."""
    rows = Incident.objects.visible_to(user).select_related("category", "building", "unit", "hazard")
    return rows.filter(state=state) if state else rows


def files() -> QuerySet[Job]:
    """The latest imports."""
    return Job.objects.filter(kind=IncidentImport.kind).select_related("requested_by").order_by("-pk")[:5]


def protected() -> int:
    return Incident.objects.filter(is_protected=True).count()


def categories() -> QuerySet[IncidentCategory]:
    return IncidentCategory.objects.order_by("is_protected", "item_code", "code")
