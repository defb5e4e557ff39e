"""Issued documents in lists, and one in full."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from letters.models import Delivery, Document, Reading

STATES = {
    "undelivered": lambda rows: rows.undelivered(),
    "owed": lambda rows: rows.owed(),
    "failed": lambda rows: rows.failed(),
    "read": lambda rows: rows.filter(Exists(Reading.objects.filter(document=OuterRef("pk")))),
}
_ROUND = ("unit", "landlord", "building__community", "building__grid", "issued_by")


def documents(user: User, wanted: dict[str, Any]) -> QuerySet[Document]:
    """What fits the filter; a number or an address is looked for in `q`."""
    rows = Document.objects.visible_to(user)
    if "kind" in wanted:
        rows = rows.filter(kind=wanted["kind"])
    if "state" in wanted:
        rows = STATES[wanted["state"]](rows)
    if "community" in wanted:
        rows = rows.filter(building__community=wanted["community"])
    if "grid" in wanted:
        rows = rows.filter(building__grid=wanted["grid"])
    if "q" in wanted:
        text = wanted["q"]
        rows = rows.filter(
            Q(number__contains=text) | Q(unit__address__contains=text) | Q(building__name__contains=text)
        )
    return rows


def with_deliveries(rows: QuerySet[Document]) -> QuerySet[Document]:
    """For a list: where it went and whether it was read, in two more queries for all rows."""
    return rows.select_related(*_ROUND).prefetch_related(
        Prefetch("deliveries", Delivery.objects.order_by("-at", "-pk")), "readings"
    )


@dataclass(frozen=True, slots=True)
class DocumentFile:
    document: Document
    deliveries: list[Delivery]
    readings: list[Reading]


def document_file(user: User, pk: int) -> DocumentFile:
    """Three flat queries; OutOfScope for another community's."""
    document = (
        Document.objects.visible_to(user)
        .select_related(*_ROUND, "change", "visit", "replaces", "replacement")
        .one(pk=pk)
    )
    return DocumentFile(
        document,
        list(document.deliveries.select_related("by").order_by("at", "pk")),
        list(document.readings.select_related("by")),
    )


def documents_of(unit_id: int) -> list[Document]:
    """The papers of one home, newest first."""
    return list(Document.objects.filter(unit=unit_id).order_by("-issued_at", "-pk")[:20])
