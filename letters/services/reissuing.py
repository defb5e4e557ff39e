"""A document that could not be made, issued anew: the same with one word corrected, under a number of its own."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import day_of
from core.errors import Conflict, Invalid
from letters.models import Document


@transaction.atomic
def reissue(*, document_id: int, wrong: str, right: str, by: User, at: datetime) -> Document:
    """`wrong`, as the failed document has it, becomes `right` wherever it stands; the new one names the old.

    The failed document keeps its number and its reason: the series has no gap, and nobody wonders.
    """
    failed = Document.objects.select_related("building").visible_to(by).lock(document_id)
    access.authorize(by, Permission.DOCUMENT_ISSUE, community_id=failed.building.community_id)
    if failed.state != Document.State.FAILED or Document.objects.filter(replaces=failed).exists():
        raise Conflict(_("Only a document that could not be made is issued anew, and once."))
    if not wrong or not right.strip() or wrong == right:
        raise Invalid(_("Say which words are to be corrected, and how they should read."))
    corrected = _corrected(failed.data, wrong, right.strip())
    if corrected == failed.data:
        raise Invalid(_("These words do not stand in the document. Copy them from its reason."))
    naming = {"kind": "text", "text": f"本文书替代{failed.number}，该号文书因文字有误未能制成，不再使用。"}
    corrected |= {"paragraphs": [*corrected["paragraphs"], naming], "dated": day_of(at).isoformat()}
    made = Document(
        kind=failed.kind, prefix=failed.prefix, year=day_of(at).year, building_id=failed.building_id,
        unit_id=failed.unit_id, landlord_id=failed.landlord_id, change_id=failed.change_id,
        visit_id=failed.visit_id, star_award_id=failed.star_award_id, replaces=failed, data=corrected,
        issued_at=at, issued_by=by,
    )  # fmt: skip
    made.save()
    return made


def _corrected(data: Any, wrong: str, right: str) -> Any:
    if isinstance(data, dict):
        return {key: _corrected(value, wrong, right) for key, value in data.items()}
    if isinstance(data, list):
        return [_corrected(value, wrong, right) for value in data]
    return data.replace(wrong, right) if isinstance(data, str) else data
