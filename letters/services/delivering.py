"""How a finished document reaches the landlord: carried there by somebody, and read."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import Conflict, Invalid
from letters.models import Delivery, Document, Reading

How = Delivery.How
CARRIED = (How.IN_PERSON, How.DOOR, How.POST)


@transaction.atomic
def deliver(
    *, document_id: int, how: str, by: User, at: datetime, to: str = "", note: str = "", photo: str = ""
) -> Delivery:
    """Records one delivery; several are possible, because a letter posted may come back."""
    documents = Document.objects.select_related("building").visible_to(by)
    document = documents.lock(document_id)
    access.authorize(by, Permission.DOCUMENT_DELIVER, community_id=document.building.community_id)
    if document.state != Document.State.READY:
        raise Conflict(_("This document is not ready yet; wait until its file is there."))
    if how not in CARRIED:
        raise Invalid(_("Say how the document was delivered."))
    if how == How.DOOR and not photo:
        raise Invalid(_("Take a photo of the document at the door; it is the proof of this delivery."))
    if how != How.DOOR and not to.strip():
        raise Invalid(_("Say who took the document, or to whom it was sent."))
    return Delivery.objects.create(
        document=document, how=how, at=at, by=by, to=to.strip(), note=note.strip(), photo=photo
    )


def note_reading(document: Document, *, by: User, at: datetime) -> None:
    """The first time a landlord opened it; later times change nothing."""
    if not Reading.objects.filter(document=document, by=by).exists():
        Reading.objects.bulk_create([Reading(document=document, by=by, at=at)], ignore_conflicts=True)


@transaction.atomic
def try_again(*, document_id: int, by: User) -> Document:
    """A document that failed is owed again: after a new font, or to see the reason once more."""
    document = Document.objects.select_related("building").visible_to(by).lock(document_id)
    access.authorize(by, Permission.DOCUMENT_ISSUE, community_id=document.building.community_id)
    if document.state != Document.State.FAILED:
        raise Conflict(_("Only a document that could not be made is tried again."))
    if Document.objects.filter(replaces=document).exists():
        raise Conflict(_("Another document has taken the place of this one."))
    document.state, document.failure = Document.State.OWED, ""
    document.save(update_fields=["state", "failure"])
    return document
