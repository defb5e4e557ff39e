"""The landlord's proof for a hazard, and its check; an accepted proof lets the homes be assessed anew."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from fucheng.flows import aftermath
from grading.models import Photo, Proof
from grading.services import hazards, photos, spot_checks
from letters.services import telling


@transaction.atomic(durable=True)
def send(*, hazard_id: int, by: User, at: datetime, note: str, photo_digests: Sequence[str]) -> Proof:
    """Photos are stored before (`photos.store`); here they become part of the proof."""
    audit.act_as(by)
    proof = hazards.send_proof(hazard_id=hazard_id, by=by, at=at, note=note)
    Photo.objects.bulk_create(
        Photo(sha256=digest, file=photos.stored_name(digest), proof=proof, taken_by=by, added_at=at)
        for digest in photo_digests
    )
    return proof


@transaction.atomic(durable=True)
def accept(*, proof_id: int, by: User, at: datetime) -> Proof:
    """Closes the hazard and proposes what the rules now say for every home it counted for."""
    audit.act_as(by)
    proof = hazards.accept_proof(proof_id=proof_id, by=by, at=at)
    spot_checks.draw(proof, at=at)
    aftermath.of_checks([proof.hazard.building_id], checked_by=by, at=at)
    telling.of_proof(proof, at=at)
    return proof


@transaction.atomic(durable=True)
def refuse(*, proof_id: int, by: User, at: datetime, reason: str) -> Proof:
    audit.act_as(by)
    proof = hazards.refuse_proof(proof_id=proof_id, by=by, at=at, reason=reason)
    telling.of_proof(proof, at=at)
    return proof
